// Opens a native dialog by what says data-opens="its id", closes it by what says data-closes or by a press beside it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = document.getElementById(opener?.dataset.opens);
  if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  // A press on the backdrop is a press on the dialog itself.
  if (event.target.matches("dialog:modal") && !isInside(event, event.target)) event.target.close();
});

function isInside({ clientX, clientY }, element) {
  const box = element.getBoundingClientRect();
  return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
}

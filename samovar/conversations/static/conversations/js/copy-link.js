// Copies the address of a link with data-copies; data-tells on it says that it was copied. With a key held down it is a
// link like any other, and where the browser gives no clipboard it stays one.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-copies]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
  event.preventDefault();
  navigator.clipboard.writeText(link.href);
});

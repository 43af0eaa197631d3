// An action of the palette presses what has the same key on the page (data-presses="E"), or, also in a menu that is
// closed, what says that it does just that (data-does="idea"). So does whatever else says data-presses.
document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-presses]")?.dataset.presses;
  if (!wanted) return;
  const name = CSS.escape(wanted);
  const targets = document.querySelectorAll(`[data-key="${name}"], [data-does="${name}"]`);
  const target = [...targets].find((one) => (one.dataset.does || one.checkVisibility()) && !one.closest("dialog"));
  target?.click();
});

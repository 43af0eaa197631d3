// An action of the palette presses what has the same key on the page: data-presses="E".
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-presses]")?.dataset.presses;
  if (!key) return;
  const targets = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  [...targets].find((target) => target.checkVisibility() && !target.closest("dialog"))?.click();
});

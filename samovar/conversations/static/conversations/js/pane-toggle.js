// Hides and shows a pane: data-toggles="its id". Which panes stand open by themselves is for the style to say.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  const pane = document.getElementById(button?.dataset.toggles);
  if (pane) set(pane, pane.checkVisibility() ? "closed" : "open");
});

document.addEventListener("keydown", (event) => {
  const pane = event.key === "Escape" && event.target.closest?.('[data-pane="open"]');
  if (pane) set(pane, "closed");
});

function set(pane, state) {
  pane.dataset.pane = state;
  if (state === "open") pane.focus();
}

// Hides and shows a pane: data-toggles="its id". Which panes stand open by themselves is for the style to say; that one
// was closed is remembered in this browser. A drawer, which lies over the others, is closed anew on every page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  const pane = document.getElementById(button?.dataset.toggles);
  if (pane) set(pane, pane.checkVisibility() ? "closed" : "open");
});

// Heard before Escape leads anywhere else.
document.addEventListener(
  "keydown",
  (event) => {
    const pane = event.key === "Escape" && event.target.closest?.('[data-pane="open"]');
    if (!pane || !isDrawer(pane) || event.target.closest(":popover-open, dialog")) return;
    set(pane, "closed");
    event.preventDefault();
  },
  true,
);

function isDrawer(pane) {
  return getComputedStyle(pane).position === "absolute";
}

function set(pane, state) {
  pane.dataset.pane = state;
  if (state === "open") pane.focus();
  if (isDrawer(pane)) return;
  if (state === "closed") localStorage.setItem(`pane:${pane.id}`, state);
  else localStorage.removeItem(`pane:${pane.id}`);
}

for (const { dataset } of document.querySelectorAll("[data-toggles]")) {
  const pane = document.getElementById(dataset.toggles);
  if (pane && !isDrawer(pane) && localStorage.getItem(`pane:${pane.id}`)) pane.dataset.pane = "closed";
}

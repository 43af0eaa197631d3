// Further ways of selecting rows (list-picks): Space on a focused row, Escape, a long press, and then a tap on any row.
const HOLD = 500;
const list = document.querySelector("conversation-list");
let held;
let isHeld = false;

const press = (does) => document.querySelector(`[data-picks="${does}"]`)?.click();

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === " " && !event.shiftKey && target.matches?.("a.conversation")) {
    event.preventDefault();
    press("one");
  } else if (key === "Enter" && target.matches?.("[data-enters]")) {
    event.preventDefault();
    target.parentElement.querySelector("button").click();
  } else if (key === "Escape" && list?.hasAttribute("data-picking")) {
    const isElsewhere = document.querySelector(":popover-open, dialog:modal") || target.matches?.("input, textarea");
    if (!isElsewhere || target.matches(".pick")) press("none");
  }
});

// A finger that rests on a row selects it; a finger that moves, scrolls.
list?.addEventListener("pointerdown", (event) => {
  isHeld = false;
  const box = event.pointerType === "touch" && event.target.closest("li")?.querySelector(".pick");
  if (!box || event.target === box) return;
  held = setTimeout(() => {
    isHeld = true;
    press("begin");
    box.click();
  }, HOLD);
});
for (const name of ["pointermove", "pointerup", "pointercancel"])
  list?.addEventListener(name, () => clearTimeout(held), { passive: true });
list?.addEventListener("contextmenu", (event) => isHeld && event.preventDefault());

window.addEventListener(
  "click",
  (event) => {
    const row = event.target.closest?.("a.conversation");
    const wasHeld = isHeld;
    if (row) isHeld = false;
    if (!row || !list?.contains(row) || !(wasHeld || list.hasAttribute("data-tapped"))) return;
    event.preventDefault();
    event.stopPropagation();
    if (!wasHeld) row.parentElement.querySelector(".pick")?.click();
  },
  true,
);

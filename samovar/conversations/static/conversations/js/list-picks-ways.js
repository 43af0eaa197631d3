// Further ways of selecting rows (list-picks): Space on a focused row, Escape, Shift and a click for all up to a row, a long press, and then a tap on any row.
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
    const { enters } = target.dataset;
    (enters ? document.querySelector(enters) : target.parentElement.querySelector("button"))?.click();
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

// With Shift a click is about all rows from the one before, or else from the first that is selected.
let last;
let isRange = false;
list?.addEventListener("click", ({ shiftKey }) => {
  isRange = shiftKey;
});
list?.addEventListener("change", ({ target }) => {
  if (!target.matches(".pick")) return;
  const boxes = [...list.querySelectorAll(".pick")];
  const begin = boxes.find(({ value }) => value === last) ?? boxes.find((box) => box.checked && box !== target);
  const ends = [begin ?? target, target].map((box) => boxes.indexOf(box)).sort((one, other) => one - other);
  const range = isRange ? boxes.slice(ends[0], ends[1] + 1) : [];
  for (const box of range) if (!box.checked) box.click();
  last = target.value;
});

// Shift would mark the text of the rows between.
list?.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest("li")?.querySelector(".pick")) event.preventDefault();
});

window.addEventListener(
  "click",
  (event) => {
    const row = event.target.closest?.("a.conversation");
    const wasHeld = isHeld;
    if (row) isHeld = false;
    if (!row || !list?.contains(row) || !(wasHeld || event.shiftKey || list.hasAttribute("data-tapped"))) return;
    event.preventDefault();
    event.stopPropagation();
    const { shiftKey } = event;
    const box = row.parentElement.querySelector(".pick");
    if (!wasHeld) box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  },
  true,
);

// A row of the list that a finger draws to the left shows what can be done with it (the template swipe-acts); both stand in
// the opened conversation too. Drawing up and down stays the browser's (touch-action), and so do both edges of the screen,
// where phones go back.
const BEGINS = 10;
const ENOUGH = 0.4;
const EDGE = 24;
const IS_NARROW = matchMedia("(width < 760px)");
const list = document.querySelector("conversation-list");
let drawn;
let open;

const linkOf = (row) => row.querySelector("a.conversation");

function shut() {
  const row = open;
  open = undefined;
  if (!row) return;
  linkOf(row).style.translate = "";
  row.querySelector(".swipe-acts").remove();
}

function show(row) {
  shut();
  open = row;
  const acts = document.querySelector("#swipe-acts").content.firstElementChild.cloneNode(true);
  const { pathname } = linkOf(row);
  acts.dataset.outbox = pathname.split("/")[2];
  acts.setAttribute("action", `${pathname}resolution/`);
  acts.querySelector("[name=until]").setAttribute("formaction", `${pathname}snooze/`);
  row.prepend(acts);
  htmx.process(acts);
}

function begin({ clientX: x, clientY: y, isPrimary, pointerType, target }) {
  const row = target.closest("#rows > li:has(a.conversation)");
  const isFinger = isPrimary && pointerType === "touch" && IS_NARROW.matches;
  const isAtEdge = x < EDGE || x > innerWidth - EDGE;
  const isTaken = !row || target.closest(".swipe-acts") || list.hasAttribute("data-picking");
  if (isFinger && !isAtEdge && !isTaken && document.querySelector("#swipe-acts")) drawn = { row, x, y, from: 0 };
}

function move({ clientX, clientY, pointerId }) {
  if (!drawn) return;
  const x = clientX - drawn.x;
  const link = linkOf(drawn.row);
  if (!drawn.width) {
    if (Math.abs(x) < BEGINS || Math.abs(x) < Math.abs(clientY - drawn.y)) return;
    drawn.from = drawn.row === open ? -open.querySelector(".swipe-acts").offsetWidth : 0;
    if (drawn.row !== open) show(drawn.row);
    drawn.width = drawn.row.querySelector(".swipe-acts").offsetWidth;
    link.setPointerCapture(pointerId);
    link.dataset.drawn = "";
  }
  drawn.at = Math.min(0, Math.max(-drawn.width, drawn.from + x));
  link.style.translate = `${drawn.at}px`;
}

function end() {
  const { row, width, at } = drawn ?? {};
  drawn = undefined;
  if (!width || row !== open) return;
  delete linkOf(row).dataset.drawn;
  if (-at < width * ENOUGH) shut();
  else linkOf(row).style.translate = `${-width}px`;
}

// The first tap beside what can be done closes it, and opens nothing.
function tapped(event) {
  if (!open || event.target.closest(".swipe-acts")) return;
  event.preventDefault();
  event.stopPropagation();
  shut();
}

list?.addEventListener("pointerdown", begin);
list?.addEventListener("pointermove", move, { passive: true });
for (const name of ["pointerup", "pointercancel"]) list?.addEventListener(name, end);
list?.addEventListener("click", tapped, true);
list?.addEventListener("htmx:afterRequest", ({ target }) => target.matches(".swipe-acts") && shut());

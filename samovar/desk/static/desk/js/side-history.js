// The history beside the thread keeps itself true. While the pointer or the focus is in it, or somebody has read on to
// what is older, nothing jumps: it is renewed afterwards.
const side = document.querySelector("#side");
let isBehind = false;

const isHeld = () => side.scrollTop > 0 || side.matches(":hover") || side.contains(document.activeElement);

function catchUp() {
  if (isBehind && !isHeld()) htmx.trigger("[data-renews-history]", "catch-up");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-renews-history]")) return;
  isBehind = isHeld();
  if (isBehind) event.preventDefault();
});
// Beside Tab, the arrows walk along what the history can show.
side.addEventListener("keydown", (event) => {
  const from = event.target.closest(".history .filters a");
  const to = from && { ArrowLeft: from.previousElementSibling, ArrowRight: from.nextElementSibling }[event.key];
  to?.focus();
});
for (const name of ["pointerleave", "focusout", "scrollend"]) side.addEventListener(name, () => setTimeout(catchUp));

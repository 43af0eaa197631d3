// Whoever scrolls on at the top of a thread, by wheel, finger or key, gets the customer's conversation before it. Only
// what is done there counts, so that a short thread does not fetch all that ever was by itself.
const KEYS = ["PageUp", "Home", "ArrowUp"];
let last = 0;

function goOn(event) {
  const scroll = event.target.closest?.(".thread-scroll");
  const above = scroll?.querySelector("[data-upward]:not(.htmx-request)");
  // It grows upward, so that its place is told from below.
  const isAtTop = scroll && scroll.scrollHeight - scroll.clientHeight + scroll.scrollTop < 2;
  if (above && isAtTop) htmx.trigger(above, "samovar:upward");
}

document.addEventListener("wheel", (event) => event.deltaY < 0 && goOn(event), { passive: true });
document.addEventListener("keydown", (event) => KEYS.includes(event.code) && goOn(event));
function noteStart({ touches }) {
  last = touches[0].clientY;
}

document.addEventListener("touchstart", noteStart, { passive: true });
document.addEventListener("touchmove", (event) => event.touches[0].clientY - last > 40 && goOn(event), {
  passive: true,
});

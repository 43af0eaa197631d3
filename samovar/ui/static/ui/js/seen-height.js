// Where a keyboard lies over the page instead of leaving it less room (on an iPhone), the frame of the page is only as high
// as what is seen of it, so that what is written stands above the keyboard.
const KEYBOARD = 120;
const seen = globalThis.visualViewport;

seen?.addEventListener("resize", () => {
  const isCovered = seen.scale === 1 && innerHeight - seen.height > KEYBOARD;
  document.documentElement.style.setProperty("--seen", isCovered ? `${seen.height}px` : "100dvh");
  // The phone has moved the page up, to show the field.
  if (isCovered) scrollTo(0, 0);
});

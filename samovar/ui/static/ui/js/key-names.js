// What keys are called: in data-key by their place on the keyboard, on buttons as this machine writes them.
const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
const NAMES = { Slash: "/", BracketLeft: "[", BracketRight: "]", Backslash: "\\", Comma: ",", Period: "." };
const SIGNS = { Mod: IS_MAC ? "⌘" : "Ctrl", Shift: IS_MAC ? "⇧" : "Shift", Enter: "↵", Escape: "Esc" };

/** The name of the key that was pressed, as data-key writes it. */
export function nameOf(event) {
  const isModified = IS_MAC ? event.metaKey : event.ctrlKey;
  if (event.code === "Slash" && event.shiftKey && !isModified) return "?";
  // Where other layouts write these signs, their place on the keyboard would be of no help; with "-" the browser zooms.
  if (["?", "/"].includes(event.key) || (isModified && event.key === "-"))
    return isModified ? `Mod+${event.key}` : event.key;
  const key = NAMES[event.code] ?? event.code.replace(/^(Key|Digit|Numpad)(?=.)/, "");
  return [isModified && "Mod", event.shiftKey && "Shift", key].filter(Boolean).join("+");
}

/** How a key is written on this machine: "Ctrl ↵" or "⌘↵". */
export function shown(key) {
  return key
    .split(/[+ ]/)
    .map((part) => SIGNS[part] ?? part)
    .join(IS_MAC && key.includes("+") ? "" : " ");
}

/** How a key is told to reading aids: aria-keyshortcuts. */
export const spoken = (key) => key.replace("Mod", IS_MAC ? "Meta" : "Control");

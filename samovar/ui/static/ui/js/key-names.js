// What keys are called: in data-key by their place on the keyboard, on buttons as this machine writes them.
const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
const NAMES = { Slash: "/", BracketLeft: "[", BracketRight: "]", Backslash: "\\", Comma: ",", Period: "." };
const SIGNS = { Mod: IS_MAC ? "⌘" : "Ctrl", Shift: IS_MAC ? "⇧" : "Shift", Enter: "↵", Escape: "Esc" };

/** The name of the key that was pressed, as data-key writes it. */
export function nameOf(event) {
  if (event.code === "Slash" && event.shiftKey) return "?";
  // Where other layouts write these signs, their place on the keyboard would be of no help.
  if (event.key === "?" || event.key === "/") return event.key;
  const key = NAMES[event.code] ?? event.code.replace(/^(Key|Digit|Numpad)(?=.)/, "");
  const isModified = IS_MAC ? event.metaKey : event.ctrlKey;
  return [isModified && "Mod", event.shiftKey && "Shift", key].filter(Boolean).join("+");
}

/** How a key is written on this machine: "Ctrl ↵" or "⌘↵". */
export function shown(key) {
  return key
    .split(/[+ ]/)
    .map((part) => SIGNS[part] ?? part)
    .join(IS_MAC && key.includes("+") ? "" : " ");
}

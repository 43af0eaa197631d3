// Where the caret of a textarea is on the screen, and writing there so that the browser can take it back.
const LIKE = ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "wordSpacing", "tabSize"];
const LONGEST = 40;
const IN_WORD = /[^\s(«"“]$/;
// A name may have blanks in it; what is only said about a sign is over with the word.
const OVER = /^\s|\n/;

/** The rectangle of the line in which position `at` stands: left, top and bottom in the window. */
export function placeOf(area, at) {
  const style = getComputedStyle(area);
  const copy = document.createElement("div");
  for (const name of LIKE) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap" });
  copy.style.overflowWrap = "break-word";
  copy.style.inlineSize = `${area.clientWidth}px`;
  const mark = document.createElement("span");
  mark.textContent = "|";
  copy.append(area.value.slice(0, at), mark);
  document.body.append(copy);
  const own = area.getBoundingClientRect();
  const top = own.top + mark.offsetTop - area.scrollTop;
  const place = { left: own.left + mark.offsetLeft, top, bottom: top + mark.offsetHeight };
  copy.remove();
  return place;
}

/** Put `text` in place of what is selected, as if it were typed. */
export function write(area, text) {
  area.focus();
  // The only way that leaves it to the browser to undo it.
  if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Write a sign for whoever pressed a button, a blank before it where a word ends; returns what undoes that. */
export function writeSign(area, sign) {
  const text = `${/\S$/.test(area.value.slice(0, area.selectionEnd)) ? " " : ""}${sign}`;
  write(area, text);
  const { value, selectionEnd: end } = area;
  let isOver = false;
  return () => {
    // What was written on from it stays, and so does the same text written later.
    const isLeft = !isOver && area.value === value;
    isOver = true;
    if (!isLeft) return;
    if (document.activeElement === area) {
      area.setSelectionRange(end - text.length, end);
      write(area, "");
      return;
    }
    area.setRangeText("", end - text.length, end);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

/** Which of the declared signs stands nearest before the caret, where, and the letters since; at the start of a word. */
export function typedAfter(declarations, area) {
  const before = area.value.slice(0, area.selectionEnd);
  const found = [...declarations].map((declared) => {
    const start = before.lastIndexOf(declared.dataset.sign);
    return { declared, start, letters: before.slice(start + declared.dataset.sign.length) };
  });
  const [nearest] = found.sort((one, other) => other.start - one.start);
  if (!nearest || nearest.start < 0 || IN_WORD.test(before.slice(0, nearest.start))) return undefined;
  const isOver = nearest.declared.dataset.source ? OVER : /\s/;
  return isOver.test(nearest.letters) || nearest.letters.length > LONGEST ? undefined : nearest;
}

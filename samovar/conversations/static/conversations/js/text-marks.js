// Writes signs for whoever does not want to know them: <text-marks> in a form with one textarea, with data-mark on what
// is pressed. Bold and italic have their usual keys. A quote takes what is selected in the thread, else the newest message
// of the customer. Pictures that were pasted or dropped are named in the text where the caret stands.
import { write } from "ui/caret";

const KEYS = { KeyB: "bold", KeyI: "italic" };
const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

class TextMarks extends HTMLElement {
  #form;

  connectedCallback() {
    this.#form = this.closest("form");
    this.addEventListener("click", this.#pressed);
    this.#form.addEventListener("keydown", this.#typed);
    this.#form.addEventListener("click", this.#removed, true);
    this.closest("file-drop").addEventListener("file-drop:added", this.#added);
  }

  get #area() {
    return this.#form.querySelector("textarea");
  }

  #pressed = ({ target }) => {
    const mark = target.closest("[data-mark]")?.dataset.mark;
    if (mark) this.#mark(mark);
  };

  #typed = (event) => {
    const isMod = IS_MAC ? event.metaKey : event.ctrlKey;
    if (!isMod || event.shiftKey || event.altKey || event.target !== this.#area || !KEYS[event.code]) return;
    event.preventDefault();
    event.stopPropagation();
    this.#mark(KEYS[event.code]);
  };

  #mark(mark) {
    if (mark === "bold") this.#around("**");
    else if (mark === "italic") this.#around("*");
    else if (mark === "link") this.#link();
    else if (mark === "list") this.#lines("- ");
    else this.#quote();
  }

  #around(sign) {
    const area = this.#area;
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
    // A sign beside a blank would be none.
    const [, before, words, after] = chosen.match(/^(\s*)([\s\S]*?)(\s*)$/);
    const start = area.selectionStart + before.length + sign.length;
    write(area, `${before}${sign}${words}${sign}${after}`);
    area.setSelectionRange(start, start + words.length);
  }

  #link() {
    const area = this.#area;
    const words = area.value.slice(area.selectionStart, area.selectionEnd) || this.dataset.link;
    const start = area.selectionStart + words.length + 3;
    write(area, `[${words}](https://)`);
    area.setSelectionRange(start, start + "https://".length);
  }

  #lines(sign) {
    const area = this.#area;
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const next = area.value.indexOf("\n", area.selectionEnd);
    area.setSelectionRange(start, next < 0 ? area.value.length : next);
    const chosen = area.value.slice(start, area.selectionEnd);
    write(area, chosen.replace(/^/gm, sign));
  }

  #quote() {
    const area = this.#area;
    if (document.activeElement === area) {
      this.#lines("> ");
      return;
    }
    const selection = getSelection();
    const inside = selection.anchorNode?.parentElement?.closest(".message .text")?.closest(".message");
    const message = inside ?? [...document.querySelectorAll('#entries .message[data-from="in"]')].at(-1);
    const text = inside && !selection.isCollapsed ? selection.toString() : message?.querySelector(".text")?.innerText;
    if (!text?.trim()) return;
    const who = message.querySelector(".message-who b").innerText.trim();
    const when = message.querySelector(".message-who time").innerText.trim();
    const head = this.dataset.wrote.replace("{who}", who).replace("{when}", when);
    const lines = [head, ...text.trim().split("\n")].map((line) => `> ${line}`.trimEnd());
    const before = area.value.slice(0, area.selectionStart);
    write(area, `${before && !before.endsWith("\n") ? "\n\n" : ""}${lines.join("\n")}\n\n`);
  }

  #added = ({ detail: { row, isPlaced } }) => {
    if (!isPlaced || !row.matches("[data-picture]")) return;
    const name = row.querySelector("bdi").innerText.replace(/[[\]\n]/g, " ");
    write(this.#area, `![${name}](file:${row.querySelector("[name=file]").value})\n`);
  };

  // What goes out of the list goes out of the text.
  #removed = ({ target }) => {
    const row = target.closest("[hx-delete]")?.closest(".file[data-picture]");
    const place = row && `](file:${row.querySelector("[name=file]").value})`;
    const end = place ? this.#area.value.indexOf(place) : -1;
    if (end < 0) return;
    this.#area.setSelectionRange(this.#area.value.lastIndexOf("![", end), end + place.length);
    write(this.#area, "");
  };
}
customElements.define("text-marks", TextMarks);

// A field that takes the key that is pressed in it instead of a text: Backspace empties it, Tab, Enter and Escape go on
// as ever, and what has ⌘ or Ctrl belongs to the browser. A key after G makes one of both.
import { nameOf } from "ui/key-names";

const GOES_ON = new Set(["Tab", "Shift+Tab", "Enter", "Escape"]);
const IS_KEY = /^(Shift\+)?[A-Z]$|^[[\]\\,./]$|^Space$/;

class KeyField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#pressed);
  }

  #pressed = (event) => {
    const name = nameOf(event);
    if (event.altKey || event.ctrlKey || event.metaKey || GOES_ON.has(name)) return;
    const field = event.target;
    const isSecond = field.value === "G" && /^[A-Z]$/.test(name);
    if (["Backspace", "Delete"].includes(name)) field.value = "";
    else if (IS_KEY.test(name)) field.value = isSecond ? `G ${name}` : name;
    else return;
    event.preventDefault();
  };
}
customElements.define("key-field", KeyField);

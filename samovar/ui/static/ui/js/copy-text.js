// Copies a text that may be read only now: <copy-text><input readonly><button type="button" hidden></button></copy-text>.
// The page holds the templates "text-copied" and "text-not-copied", which say how it went.
import { tell } from "ui/undo-toast";

class CopyText extends HTMLElement {
  connectedCallback() {
    this.#button.hidden = false;
    this.#button.addEventListener("click", this.#copy);
    this.#field.addEventListener("focus", this.#mark);
  }

  disconnectedCallback() {
    this.#button?.removeEventListener("click", this.#copy);
    this.#field?.removeEventListener("focus", this.#mark);
  }

  get #button() {
    return this.querySelector("button");
  }

  get #field() {
    return this.querySelector("input");
  }

  #mark = () => this.#field.select();

  #copy = async () => {
    try {
      await navigator.clipboard.writeText(this.#field.value);
      tell("text-copied");
    } catch {
      // Browsers let pages copy only over HTTPS and on this machine.
      this.#field.focus();
      this.#mark();
      tell("text-not-copied");
    }
  };
}
customElements.define("copy-text", CopyText);

// The place to write: a reply or a note, each with its own text. What the author had seen when they began to write is
// what the answer is checked against; sending empties the field, everything else leaves the text where it is.
import { isDone } from "ui/http";

class MessageEditor extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#chosen);
    this.addEventListener("click", this.#chosenAgain);
    this.addEventListener("input", this.#typed);
    this.addEventListener("keydown", this.#left);
    this.addEventListener("htmx:afterRequest", this.#answered);
    document.body.addEventListener("htmx:afterSettle", this.#noticed);
  }

  disconnectedCallback() {
    document.body.removeEventListener("htmx:afterSettle", this.#noticed);
  }

  get #mode() {
    return this.querySelector("[name=editor-mode]:checked").value;
  }

  #area(mode) {
    return this.querySelector(`.compose[data-mode="${mode}"] textarea`);
  }

  #chosen = (event) => {
    if (event.target.name === "editor-mode") this.#area(this.#mode).focus();
  };

  // A key presses the mode that is on already: it leads into its field.
  #chosenAgain = (event) => {
    if (event.target.name === "editor-mode") this.#area(event.target.value).focus();
  };

  #left = (event) => {
    if (event.key === "Escape" && event.target.matches("textarea")) event.target.blur();
  };

  #noticed = () => this.#see(this.#area("reply").value === "");

  #typed = (event) => {
    event.target.closest("form")?.querySelector('.notice[data-tone="bad"]')?.remove();
    if (event.target === this.#area("reply") && event.target.value === "") this.#see(true);
  };

  #see(isSeen) {
    const newest = this.querySelector("#newest");
    if (isSeen && newest) this.querySelector("[name=seen]").value = newest.value;
  }

  #answered = (event) => {
    const form = event.target;
    if (!form.matches(".compose form") || !isDone(event)) return;
    form.querySelector("textarea").value = "";
    for (const part of form.querySelectorAll(".files")) part.replaceChildren();
    for (const line of this.querySelectorAll("[data-draft]")) line.hidden = true;
    this.querySelector("[value=reply]").checked = true;
    this.#see(true);
    // So that the next key is a command again; R leads back.
    document.activeElement?.blur();
  };
}
customElements.define("message-editor", MessageEditor);

// A line about what was just done. It leaves after eight seconds, unless the pointer or the focus is on it. What says
// data-tells="id of a template" shows that line when it is pressed.
const STAYS = 8000;
const MOST = 3;

class UndoToast extends HTMLElement {
  #timer;

  connectedCallback() {
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, this.#hold);
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, this.#release);
    this.addEventListener("htmx:afterRequest", this.#answered);
    this.addEventListener("click", this.#pressed);
    const older = [...this.parentElement.querySelectorAll("undo-toast")].slice(0, -1);
    for (const toast of older.slice(0, older.length + 1 - MOST)) toast.remove();
    // The key undoes what was done last.
    for (const made of older.flatMap((toast) => [...toast.querySelectorAll("[data-key]")])) {
      made.removeAttribute("data-key");
      made.ariaKeyShortcuts = null;
    }
    this.#release();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #hold = () => clearTimeout(this.#timer);

  #release = () => {
    clearTimeout(this.#timer);
    // What says how far something is stays until that is over.
    if (this.matches(":hover, :focus-within") || this.hasAttribute("data-stays")) return;
    this.#timer = setTimeout(() => this.remove(), STAYS);
  };

  #pressed = (event) => {
    if (event.target.closest("[data-closes]")) this.remove();
  };

  #answered = (event) => {
    // What is only looked up for a menu in it is no answer to what it offers.
    if (event.detail.successful && event.detail.requestConfig.verb !== "get") this.remove();
  };
}
customElements.define("undo-toast", UndoToast);

document.addEventListener("click", ({ target }) => {
  const told = target.closest("[data-tells]");
  if (told) tell(told.dataset.tells);
});

/** Show a line of our own words, from the template of that name in the page. */
export function tell(template) {
  const toast = document.getElementById(template)?.content.cloneNode(true);
  if (toast) document.getElementById("toasts").append(toast);
}

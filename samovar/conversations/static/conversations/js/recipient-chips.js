// The people to whom an answer goes: <recipient-chips url="where the draft is kept"> around the chips, inside the form.
// What is changed is kept on the server with the draft, one change after the other; once somebody has chosen, news from
// outside change nothing here until the answer is sent.
import { isDone, post } from "ui/http";

class RecipientChips extends HTMLElement {
  #isTouched = false;
  #saving = Promise.resolve();

  connectedCallback() {
    this.addEventListener("change", this.#changed);
    this.addEventListener("click", this.#pressed);
    this.addEventListener("keydown", this.#removed);
    this.addEventListener("htmx:afterSwap", this.#added);
    document.addEventListener("htmx:oobBeforeSwap", this.#stay);
    document.addEventListener("htmx:afterRequest", this.#sent);
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:oobBeforeSwap", this.#stay);
    document.removeEventListener("htmx:afterRequest", this.#sent);
  }

  get #chips() {
    return [...this.querySelectorAll(".chip")];
  }

  #changed = (event) => {
    if (event.target.matches(".chip :is(select, input)")) this.#keep();
  };

  #pressed = (event) => {
    if (!event.target.closest("[data-switches-on]")) return;
    // Whom only the doubtful message names is no part of that: each of them is a press of its own.
    for (const box of this.querySelectorAll(".chip:not([data-new]) [name=chip-on]")) box.checked = true;
    this.querySelector("[name=chip-on]")?.focus();
    this.#keep();
  };

  #removed = (event) => {
    if (!["Backspace", "Delete"].includes(event.key) || !event.target.matches("[name=chip-on]")) return;
    event.preventDefault();
    event.target.checked = false;
    this.#keep();
  };

  // Of two chips of one address the older one stays, and is on.
  #added = (event) => {
    if (event.target.id !== "chips") return;
    const last = this.#chips.at(-1)?.querySelector("[name=chip-on]");
    const same = [...this.querySelectorAll("[name=chip-on]")].find(
      (box) => box.value.toLowerCase() === last?.value.toLowerCase(),
    );
    if (same !== last) last.closest(".chip").remove();
    if (same) same.checked = true;
    this.#keep();
    this.querySelector(".recipients-add").focus();
  };

  #keep() {
    this.#isTouched = true;
    const url = this.getAttribute("url");
    if (!url) {
      // Whoever keeps the form keeps them too.
      this.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    const fields = new URLSearchParams({ chips: "1", seen: document.querySelector("#newest")?.value ?? "" });
    for (const field of this.querySelectorAll(".chip :is(select, input)")) {
      if (field.type !== "checkbox" || field.checked) fields.append(field.name, field.value);
    }
    this.#saving = this.#saving.then(() => post(url, fields)).catch(() => {});
  }

  #stay = (event) => {
    if (event.detail.target !== this) return;
    if (this.#isTouched || this.matches(":focus-within") || this.querySelector(":popover-open")) event.preventDefault();
  };

  #sent = (event) => {
    if (event.target === this.closest("form") && isDone(event)) this.#isTouched = false;
  };
}
customElements.define("recipient-chips", RecipientChips);

// Keeps what is chosen around the text of a letter: <matter-keeper url="…"> around one form. Subject, mailbox, people and
// what goes along are saved on the server one second after the last key, at once when something is chosen, and when the
// page is left; the text has a keeper of its own. The server is told by POST: all fields of the form but text and files.
import { isDone, post } from "ui/http";

const PAUSE = 1000;
const NOT_OURS = ["csrfmiddlewaretoken", "text", "upload", "q"];

class MatterKeeper extends HTMLElement {
  #timer;
  #sent = false;
  #saving = Promise.resolve();

  connectedCallback() {
    this.addEventListener("input", this.#typed);
    this.addEventListener("change", this.#chosen);
    this.addEventListener("htmx:beforeRequest", this.#leaving);
    this.addEventListener("htmx:afterRequest", this.#answered);
    addEventListener("pagehide", this.#last);
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.#last);
    this.#last();
  }

  #typed = (event) => {
    if (event.target.name !== "q") this.#plan(PAUSE);
  };

  #chosen = (event) => {
    if (event.target.name !== "q") this.#plan(0);
  };

  #plan(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#saving = this.#saving.then(this.#save);
    }, delay);
  }

  #save = async () => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#sent) return;
    const fields = new FormData(this.querySelector("form"));
    for (const name of NOT_OURS) fields.delete(name);
    await post(this.getAttribute("url"), fields, { keepalive: true }).catch(() => {});
  };

  #last = () => {
    if (this.#timer) this.#save();
  };

  // While the letter is being sent it is no draft any more; if sending fails it becomes one again.
  #leaving = (event) => {
    if (event.target.matches("form")) this.#sent = true;
  };

  #answered = (event) => {
    if (!event.target.matches("form") || isDone(event)) return;
    this.#sent = false;
    this.#plan(0);
  };
}
customElements.define("matter-keeper", MatterKeeper);

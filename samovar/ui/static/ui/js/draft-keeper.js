// Keeps what is being typed: <draft-keeper url="…" name="7-42-reply" saved="when the server has kept the text in it">
// around one textarea; the name is of one person, because a browser may be used by several. Saved on the server one second
// after the last key, without a pause every two, and when the place is left; without a connection it waits in this
// browser and is saved when there is one again, or put back when the page is opened anew, unless a newer one was saved elsewhere. The server is told by POST: text. Without an address it waits in this browser alone. What says data-drops-draft
// leaves without it.
import { isDone, post } from "ui/http";

const [PAUSE, AT_MOST, AGAIN] = [1000, 2000, 5000];

class DraftKeeper extends HTMLElement {
  #timer;
  #since = 0;
  #saving = false;
  #sent = false;
  #request;

  connectedCallback() {
    this.addEventListener("input", this.#typed);
    for (const name of ["submit", "htmx:beforeRequest"]) this.addEventListener(name, this.#leaving);
    this.addEventListener("htmx:afterRequest", this.#answered);
    addEventListener("online", this.#save);
    addEventListener("pagehide", this.#last);
    if (this.#kept) this.#restore(this.#kept);
  }

  disconnectedCallback() {
    removeEventListener("online", this.#save);
    removeEventListener("pagehide", this.#last);
    clearTimeout(this.#timer);
    this.#last();
  }

  get #area() {
    return this.querySelector("textarea");
  }

  get #key() {
    return `draft:${this.getAttribute("name")}`;
  }

  /** What this browser holds that the server may not have: the text, and when it was typed. */
  get #kept() {
    return JSON.parse(localStorage.getItem(this.#key));
  }

  #keep() {
    const kept = { text: this.#area.value, at: Date.now(), url: this.getAttribute("url") };
    localStorage.setItem(this.#key, JSON.stringify(kept));
  }

  #restore({ text, at }) {
    if (text === this.#area.value || at < Date.parse(this.getAttribute("saved"))) localStorage.removeItem(this.#key);
    else {
      this.#area.value = text;
      this.#area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  #typed = (event) => {
    if (event.target !== this.#area) return;
    this.#keep();
    this.#sent = false;
    this.#since ||= Date.now();
    const left = Math.max(0, this.#since + AT_MOST - Date.now());
    this.#plan(Math.min(PAUSE, left));
  };

  #plan(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#save, delay);
  }

  #save = async () => {
    const text = this.#kept?.text;
    if (text === undefined || this.#saving || this.#sent || !this.hasAttribute("url")) return;
    this.#saving = true;
    this.#since = 0;
    try {
      this.#request = new AbortController();
      await post(this.getAttribute("url"), { text }, { signal: this.#request.signal });
      if (this.#kept?.text === text) localStorage.removeItem(this.#key);
      else if (this.#kept) this.#keep();
      this.#say("saved");
    } catch ({ why }) {
      if (!this.#sent) this.#say(text ? (why ?? "waiting") : "");
      this.#plan(AGAIN);
    } finally {
      this.#saving = false;
    }
    if (this.#since) this.#plan(PAUSE);
  };

  #last = () => {
    const text = this.#kept?.text;
    // The copy in the browser stays until the next opening, because nobody can say whether this one arrived.
    if (text !== undefined && !this.#sent && this.hasAttribute("url"))
      post(this.getAttribute("url"), { text }, { keepalive: true }).catch(() => {});
  };

  // While the text is being sent it is no draft any more; if sending fails it becomes one again.
  #leaving = (event) => {
    if (!event.target.matches("form")) return;
    this.#sent = true;
    this.#request?.abort();
  };

  #answered = (event) => {
    if (!event.target.matches("form, [data-drops-draft]")) return;
    if (isDone(event)) localStorage.removeItem(this.#key);
    else this.#typed({ target: this.#area });
  };

  /** Show the line of that state: saved, waiting, signed-out, person. */
  #say(state) {
    for (const line of this.querySelectorAll("[data-draft]")) line.hidden = line.dataset.draft !== state;
  }
}
customElements.define("draft-keeper", DraftKeeper);

// The list beside the thread: marks what is open, knows what stands beside it, and keeps itself true. While the pointer
// or the focus is in it nothing jumps: what is new waits behind a button.
import { isDone } from "ui/http";

const PAUSE = 400;
const AT_MOST = 2000;
// So that a list which nobody has asked for does not say that somebody sits in front of it.
const BY_ITSELF = { "X-By-Itself": "1" };
const HAS_POINTER = matchMedia("(hover: hover)");

class ConversationList extends HTMLElement {
  #at = -1;
  #opening = "";
  #timer;
  #last = 0;
  #isStale = false;
  #heard = new Set();

  connectedCallback() {
    document.body.addEventListener("samovar:event", this.#happened);
    document.addEventListener("htmx:afterSettle", this.#mark);
    this.addEventListener("click", this.#shown);
    this.addEventListener("htmx:beforeRequest", this.#opens);
    this.addEventListener("htmx:afterRequest", this.#answered);
    this.addEventListener("pointerleave", this.#free);
    this.addEventListener("focusout", this.#free);
    this.#mark();
  }

  disconnectedCallback() {
    document.body.removeEventListener("samovar:event", this.#happened);
    document.removeEventListener("htmx:afterSettle", this.#mark);
    clearTimeout(this.#timer);
  }

  get rows() {
    return [...this.querySelectorAll("a.conversation")];
  }

  /** The path of what is open, or is being opened: who is quick does not wait for the answer. */
  get #current() {
    return this.#opening || location.pathname;
  }

  /** The row a step away from the open one; when that has left the list, from the place where it stood. */
  neighbour(step) {
    const rows = this.rows;
    const open = rows.findIndex((row) => row.pathname === this.#current);
    if (open >= 0) return rows[open + step];
    return rows[step > 0 ? Math.max(this.#at, 0) : this.#at - 1];
  }

  get #isHeld() {
    return (HAS_POINTER.matches && this.matches(":hover")) || this.querySelector(":focus-visible") !== null;
  }

  #mark = () => {
    for (const [at, row] of this.rows.entries()) {
      const isCurrent = row.pathname === this.#current;
      if (isCurrent) this.#at = at;
      if (row.pathname === location.pathname) row.removeAttribute("data-unread");
      row.ariaCurrent = isCurrent ? "true" : null;
    }
  };

  #opens = ({ target }) => {
    if (!target.matches("a.conversation")) return;
    this.#opening = target.pathname;
    this.#mark();
  };

  #happened = ({ detail }) => {
    if (!detail?.conversation_id) return;
    if (!this.querySelector(`#c-${detail.conversation_id}`)) this.#heard.add(detail.conversation_id);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#refresh, Date.now() - this.#last > AT_MOST ? PAUSE : AT_MOST);
  };

  #refresh = () => {
    this.#last = Date.now();
    this.#isStale = this.#isHeld;
    if (!this.#isStale) this.#forget();
    this.#fetch(this.rows.length, this.#isStale ? "none" : undefined, BY_ITSELF);
  };

  #fetch(size, swap, headers) {
    const form = this.querySelector("form");
    const asked = new URLSearchParams(new FormData(form));
    asked.set("size", size);
    htmx.ajax("GET", `${form.getAttribute("action")}?${asked}`, { source: this, target: "#rows", swap, headers });
  }

  #answered = (event) => {
    if (event.target === this) this.#seen(event);
    if (event.detail.pathInfo.requestPath.split("?")[0] !== this.#opening) return;
    this.#opening = "";
    this.#mark();
  };

  // Of what happened only that is new here which stands in this list as it would be now.
  #seen(event) {
    if (!this.#isStale || !isDone(event)) return;
    const text = event.detail.xhr.responseText;
    this.#count([...this.#heard].filter((id) => text.includes(`id="c-${id}"`)).length);
  }

  #count(number) {
    this.querySelector("[data-new-count]").textContent = number;
    this.querySelector("[data-shows-news]").hidden = !number;
  }

  #forget() {
    this.#heard.clear();
    this.#count(0);
  }

  #free = () => {
    if (this.#isStale && !this.#isHeld) this.#refresh();
  };

  #shown = (event) => {
    if (!event.target.closest("[data-shows-news]")) return;
    this.#isStale = false;
    this.#forget();
    this.#fetch(0);
    this.querySelector(".list-rows").scrollTop = 0;
  };
}
customElements.define("conversation-list", ConversationList);

// The list beside the thread keeps itself true. While the pointer or the focus is in it nothing jumps: what is new waits
// behind a button.
import { isDone } from "ui/http";

const PAUSE = 400;
const AT_MOST = 2000;
// So that a list which nobody has asked for does not say that somebody sits in front of it.
const BY_ITSELF = { "X-By-Itself": "1" };
const HAS_POINTER = matchMedia("(hover: hover)");

// What is searched for stands in the address, whatever is open there by now, so that Back and a reload know it.
function searched(text) {
  const url = new URL(location.href);
  if (text) url.searchParams.set("q", text);
  else url.searchParams.delete("q");
  history.replaceState(history.state, "", url);
}

class ConversationList extends HTMLElement {
  #timer;
  #last = 0;
  #isStale = false;
  #heard = new Set();

  connectedCallback() {
    document.body.addEventListener("samovar:event", this.#happened);
    document.body.addEventListener("conversations:changed", this.#changed);
    this.addEventListener("click", this.#shown);
    this.addEventListener("htmx:afterRequest", this.#answered);
    this.addEventListener("pointerleave", this.#free);
    this.addEventListener("focusout", this.#free);
  }

  disconnectedCallback() {
    document.body.removeEventListener("samovar:event", this.#happened);
    document.body.removeEventListener("conversations:changed", this.#changed);
    clearTimeout(this.#timer);
  }

  get #isHeld() {
    return (
      (HAS_POINTER.matches && this.matches(":hover")) || this.querySelector(":focus-visible, .swipe-acts") !== null
    );
  }

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
    this.#fetch(this.querySelectorAll("a.conversation").length, this.#isStale ? "none" : undefined, BY_ITSELF);
  };

  #fetch(size, swap, headers) {
    const form = this.querySelector("form");
    const asked = new URLSearchParams(new FormData(form));
    asked.set("size", size);
    htmx.ajax("GET", `${form.getAttribute("action")}?${asked}`, { source: this, target: "#rows", swap, headers });
  }

  // Of what happened only that is new here which stands in this list as it would be now.
  #answered = (event) => {
    if (event.target.matches("form.list-filter")) searched(new FormData(event.target).get("q"));
    if (event.target !== this || !this.#isStale || !isDone(event)) return;
    const text = event.detail.xhr.responseText;
    this.#count([...this.#heard].filter((id) => text.includes(`id="c-${id}"`)).length);
  };

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

  // Whoever has acted on many of them wants to see that it is done, wherever the pointer is.
  #changed = () => {
    this.#isStale = false;
    this.#forget();
    this.#fetch(this.querySelectorAll("a.conversation").length);
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

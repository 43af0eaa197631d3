// <text-triggers> around a textarea and an <offer-list>: a sign at the start of a word opens the list. data-sign declares
// it, with data-source, the address of the entries for the letters after it (?q=), or with what is said about it inside.
// An entry, role="option", inserts data-inserts, unless "text-triggers:chosen" is prevented. A button
// with a sign types it, and takes it back if nothing follows; the letters in data-at-once take an entry without Enter.
import { typedAfter, write, writeSign } from "ui/caret";
import { HeldKeys } from "ui/held-keys";
import { elementsAt } from "ui/http";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const MOVES = ["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Enter"];
const PATIENCE = 1500;

class TextTriggers extends HTMLElement {
  #at; // what is being typed: { declared, start, letters }
  #shown; // for which of these the list was drawn
  #closed = -1; // where a sign stands for itself
  #held; // Enter came before the list
  #isOurs = false;
  #takeBack; // what a button wrote
  #request;

  connectedCallback() {
    this.addEventListener("input", this.#typed);
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("click", this.#clicked);
    this.addEventListener("focusout", this.#close);
  }

  get #area() {
    return this.querySelector("textarea");
  }

  get #list() {
    return this.querySelector("offer-list");
  }

  get #options() {
    return this.#at && this.#shown === this.#at ? this.#list.options : [];
  }

  #typed = (event) => {
    if (event.target !== this.#area) return;
    const found = typedAfter(this.querySelectorAll("[data-sign]"), this.#area);
    if (this.#isOurs || !found?.letters) this.#closed = this.#isOurs && found ? found.start : -1;
    if (found && found.start !== this.#closed) this.#ask(found);
    else this.#close();
  };

  async #ask(found) {
    this.#request?.abort();
    this.#request = new AbortController();
    this.#at = found;
    const { source } = found.declared.dataset;
    const signal = AbortSignal.any([this.#request.signal, AbortSignal.timeout(PATIENCE)]);
    const asked = source && elementsAt(source, { q: found.letters }, { signal }).catch(() => []);
    const offers = source ? await asked : [...found.declared.cloneNode(true).children];
    // What was found for other letters than those that stand there now is nobody's choice.
    if (this.#at === found) this.#show(offers);
  }

  #show(offers) {
    const held = this.#held;
    this.#held = undefined;
    this.#shown = this.#at;
    this.#list.replaceChildren(...offers);
    const [first] = this.#options;
    if (first && (held || first.dataset.atOnce === this.#at.letters)) this.#take(first);
    else if (this.#list.childElementCount) this.#list.open(this.#area, this.#at.start);
    else this.#dismiss();
    if (held && !first) write(this.#area, "\n");
    held?.release(this.#area);
  }

  #take(option) {
    const { start } = this.#at;
    this.#takeBack = undefined;
    this.#close();
    this.#area.focus();
    this.#area.setSelectionRange(start, this.#area.selectionEnd);
    const chosen = new CustomEvent("text-triggers:chosen", { bubbles: true, cancelable: true, detail: { option } });
    this.#isOurs = true;
    if (this.dispatchEvent(chosen)) write(this.#area, option.dataset.inserts);
    this.#isOurs = false;
  }

  #close = () => {
    this.#request?.abort();
    this.#at = this.#shown = this.#held = undefined;
    this.#list.close();
    this.#takeBack?.();
  };

  #dismiss() {
    this.#closed = this.#at?.start ?? -1;
    this.#close();
  }

  #pressed = (event) => {
    if (!this.#at || event.isComposing) return;
    const isThere = this.#options.length > 0;
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (this.#held && event.key !== "Escape") return this.#held.hold(event);
    if (isThere && STEPS[event.key]) this.#list.step(STEPS[event.key]);
    else if (isThere && isPlain && ["Enter", "Tab"].includes(event.key)) this.#take(this.#list.chosen);
    else if (isPlain && event.key === "Enter" && this.#shown !== this.#at) this.#held = new HeldKeys();
    else if (event.key === "Escape") this.#dismiss();
    else return MOVES.includes(event.key) && this.#dismiss();
    event.preventDefault();
    event.stopPropagation();
  };

  #clicked = ({ target }) => {
    const option = target.closest('[role="option"]');
    const declared = target.closest("button[data-sign]");
    if (option) this.#take(option);
    else if (target === this.#area) this.#dismiss();
    else if (declared) this.#takeBack = writeSign(this.#area, declared.dataset.sign);
  };
}
customElements.define("text-triggers", TextTriggers);

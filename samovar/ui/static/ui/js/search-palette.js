// Search or jump: arrows choose in the list that the server sends, Enter follows the choice. Whoever types faster than the
// list comes gets the first of what is found for all that they typed. What a page has at hand (?at-hand) is named in the list
// already: a second Enter, also one pressed before that page is there, presses it.
const AT_HAND = "samovar-at-hand";

class SearchPalette extends HTMLElement {
  #isAwaited = false;
  #isTwice = false;
  #taken;

  connectedCallback() {
    this.addEventListener("keydown", this.#walk);
    this.addEventListener("htmx:afterSwap", ({ detail }) => this.#come(detail.requestConfig.parameters.q));
    // What is shown belongs to what was typed before: Enter then waits for what was asked for last.
    this.addEventListener("input", () => {
      this.#isAwaited = this.#isTwice = false;
      this.#taken = undefined;
      this.#choose(-1);
    });
    for (const name of ["htmx:responseError", "htmx:sendError"])
      this.addEventListener(name, () => this.#isAwaited && this.#field.form.requestSubmit());
    this.closest("dialog")?.addEventListener("toggle", (event) => {
      this.#taken = undefined;
      if (event.newState === "open") this.#field.select();
    });
    if (sessionStorage.getItem(AT_HAND) === location.href) document.querySelector("main [autofocus]")?.click();
    sessionStorage.removeItem(AT_HAND);
  }

  get #field() {
    return this.querySelector("input");
  }

  get #options() {
    return [...this.querySelectorAll('[role="option"]')];
  }

  #walk = (event) => {
    const options = this.#options;
    const now = options.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) this.#choose((now + step + options.length) % options.length);
    else if (event.key === "Enter" && (now >= 0 || this.#field.value)) event.repeat || this.#enter(options[now]);
    // A browser would only empty the field.
    else if (event.key === "Escape") this.closest("dialog")?.close();
    else return;
    event.preventDefault();
  };

  #enter(option) {
    if (option) this.#take(option);
    else {
      this.#isTwice = this.#isAwaited;
      this.#isAwaited = true;
    }
  }

  #come(asked) {
    const isLast = asked === this.#field.value;
    this.#choose(isLast ? 0 : -1);
    if (!this.#isAwaited || !isLast) return;
    this.#isAwaited = false;
    const [first] = this.#options;
    if (!first) return;
    this.#take(first);
    if (this.#isTwice) this.#take(first);
  }

  #take(option) {
    if (this.#taken === option) sessionStorage.setItem(AT_HAND, option.href);
    else option.click();
    this.#taken = option.href?.endsWith("?at-hand") ? option : undefined;
  }

  #choose(at) {
    for (const [index, option] of this.#options.entries()) {
      option.ariaSelected = String(index === at);
      option.id ||= `palette-option-${index}`;
      if (index !== at) continue;
      option.scrollIntoView({ block: "nearest" });
      this.#field.setAttribute("aria-activedescendant", option.id);
    }
    this.#field.ariaExpanded = String(this.#options.length > 0);
  }
}
customElements.define("search-palette", SearchPalette);

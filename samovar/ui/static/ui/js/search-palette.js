// Search or jump: arrows choose in the list that the server sends, Enter follows the choice.
class SearchPalette extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#walk);
    this.addEventListener("htmx:afterSwap", () => this.#choose(0));
    // What is shown belongs to what was typed before: Enter then searches instead of following it.
    this.addEventListener("input", () => this.#choose(-1));
    this.closest("dialog")?.addEventListener("toggle", (event) => event.newState === "open" && this.#field.select());
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
    else if (event.key === "Enter" && now >= 0) options[now].click();
    // A browser would only empty the field.
    else if (event.key === "Escape") this.closest("dialog")?.close();
    else return;
    event.preventDefault();
  };

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

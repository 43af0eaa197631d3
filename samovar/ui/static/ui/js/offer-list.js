// The list that <text-triggers> opens at the caret: entries with role="option", of which one is chosen, or a sentence
// without any. The caret stays in the text; the textarea says which entry is the chosen one.
import { placeOf } from "ui/caret";

class OfferList extends HTMLElement {
  #area;

  connectedCallback() {
    // A press shall not take the focus out of the text.
    this.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get options() {
    return [...this.querySelectorAll('[role="option"]')];
  }

  get chosen() {
    return this.options.find((option) => option.ariaSelected === "true");
  }

  /** Show what was found beside position `at` of the text. */
  open(area, at) {
    this.#area = area;
    this.role = this.options.length ? "listbox" : "status";
    this.showPopover();
    const { left, top, bottom } = placeOf(area, at);
    const { width, height } = this.getBoundingClientRect();
    const isBelow = bottom + height + 8 < innerHeight;
    this.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    this.style.top = `${isBelow ? bottom + 4 : Math.max(4, top - height - 4)}px`;
    area.setAttribute("aria-controls", this.id);
    this.#choose(0);
  }

  close() {
    this.hidePopover();
    for (const name of ["aria-controls", "aria-activedescendant"]) this.#area?.removeAttribute(name);
  }

  /** Choose the next entry, or with -1 the one before. */
  step(by) {
    const options = this.options;
    this.#choose((options.indexOf(this.chosen) + by + options.length) % options.length);
  }

  #choose(at) {
    this.#area.removeAttribute("aria-activedescendant");
    for (const [index, option] of this.options.entries()) {
      option.id ||= `${this.id}-${index}`;
      option.ariaSelected = String(index === at);
      if (index !== at) continue;
      option.scrollIntoView({ block: "nearest" });
      this.#area.setAttribute("aria-activedescendant", option.id);
    }
  }
}
customElements.define("offer-list", OfferList);

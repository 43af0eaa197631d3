// A menu in a popover: arrows walk, a letter jumps, a number goes into the field that says data-digits, a press closes;
// placed by hand where a browser knows no anchors.
const HAS_ANCHORS = CSS.supports("position-area: block-end");
const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
let invoker;
document.addEventListener(
  "click",
  (event) => {
    const pressed = event.target.closest("[popovertarget]");
    if (!pressed) return;
    // What stands in a menu is gone when the next one opens, which then stands where the first one did; its key may
    // press it there while that one is closed.
    const menu = pressed.closest("[popover]");
    if (!menu) invoker = pressed;
    else if (!menu.matches(":popover-open")) invoker = document.querySelector(`[popovertarget="${menu.id}"]`);
  },
  true,
);

class MenuList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("toggle", this.#toggled);
    this.addEventListener("keydown", this.#walk);
    this.addEventListener("click", this.#pressed);
    this.addEventListener("beforetoggle", this.#takeFocus);
  }

  // The focus is in an open menu at once: what opens it may be followed by the next key before it is drawn. A closed one
  // asks for none, because htmx would give it to the first that does.
  #takeFocus = ({ newState }) => {
    this.tabIndex = -1;
    this.autofocus = newState === "open" && !this.querySelector("[autofocus]");
  };

  get #items() {
    return [...this.querySelectorAll(".menu-item, input")].filter((item) => item.checkVisibility());
  }

  #toggled = (event) => {
    if (event.newState !== "open") {
      this.#forget();
      return;
    }
    if (!HAS_ANCHORS) this.#place();
    this.#begin();
  };

  #begin() {
    if (document.activeElement === this) this.#items[0]?.focus();
  }

  // What was searched for is over with the search.
  #forget() {
    const field = this.querySelector("input[type=search]");
    if (!field?.value) return;
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #walk = (event) => {
    this.#begin();
    const items = this.#items;
    const now = items.indexOf(document.activeElement);
    const isBare = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    const letter = isBare && !event.target.matches("input, select") && event.key.toLowerCase();
    const field = /[+\d]/.test(letter) && this.querySelector("[data-digits]");
    if (field) {
      // What was pressed is then written there.
      field.focus();
      return;
    }
    const named =
      letter && items.find((item, at) => at > now && item.innerText.trim().toLowerCase().startsWith(letter));
    const step = STEPS[event.key];
    const next = named || (step && items[Math.min(Math.max(now + step, 0), items.length - 1)]);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  // Closed only after the press has done its work: whoever loses the focus before is not the button of its form any more.
  // What opens another menu closes its own first, and the other one then hangs where the first one did.
  #pressed = (event) => {
    const pressed = event.target.closest(":is(.menu-item, [type=submit]):not([data-stays])");
    const next = pressed?.popoverTargetElement;
    if (next) {
      event.preventDefault();
      this.hidePopover();
      next.showPopover({ source: invoker });
    } else if (pressed) setTimeout(() => this.hidePopover());
  };

  #place() {
    if (!invoker) return;
    const button = invoker.getBoundingClientRect();
    const own = this.getBoundingClientRect();
    const isBelow = button.bottom + own.height < innerHeight;
    this.style.left = `${Math.max(8, Math.min(button.left, innerWidth - own.width - 8))}px`;
    this.style.top = `${isBelow ? button.bottom : Math.max(8, button.top - own.height - 8)}px`;
  }
}
customElements.define("menu-list", MenuList);

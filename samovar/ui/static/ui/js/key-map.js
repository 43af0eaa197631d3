// The keyboard: presses what declares data-key ("E", "Shift+E", "Mod+Enter", "G I"), by the place of the key, so that it
// works in every layout. Mod is ⌘ on a Mac and Ctrl elsewhere. Keys without Mod work only when no field is focused and
// can be switched off (body[data-keys="off"]) or changed ("ui/own-keys"). The key "?" shows them all in the dialog inside <key-map>; Escape leaves
// the field; a key held down repeats only what says data-repeats; what says data-focuses is gone to, not pressed.
import { nameOf, shown } from "ui/key-names";
import { begins, chosen, meant } from "ui/own-keys";

const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select";
const CHORD_WAITS = 1200;
const FIXED = new Set(["Esc", "?", "Enter"]);

function find(key) {
  const scope = document.querySelector("dialog:modal") ?? document;
  const candidates = scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  // What is folded away in the navigation keeps its key.
  const isThere = (element) => element.checkVisibility() || element.closest(".nav-section");
  return [...candidates].find((element) => isThere(element) && !element.closest("[inert]"));
}

/** Keys that a focused control takes for itself. */
function isTaken(key) {
  const focused = document.activeElement;
  return ["Enter", "Space"].includes(key) && focused?.matches("a, button, summary, input, [role], [tabindex]");
}

function press(element) {
  if (element.matches(FIELDS) || element.hasAttribute("data-focuses")) element.focus();
  else element.click();
}

class KeyMap extends HTMLElement {
  #first = "";
  #timer;

  connectedCallback() {
    document.addEventListener("keydown", this.#pressed);
    document.addEventListener("htmx:load", this.#write);
    this.#write({ target: document });
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#pressed);
    document.removeEventListener("htmx:load", this.#write);
    clearTimeout(this.#timer);
  }

  #write = ({ target }) => {
    for (const sign of target.querySelectorAll("kbd")) {
      sign.dataset.combo ??= sign.textContent.trim();
      const key = FIXED.has(sign.dataset.combo) ? sign.dataset.combo : chosen(sign.dataset.combo);
      sign.textContent = key && shown(key);
      sign.hidden = !key;
    }
  };

  #pressed = (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = nameOf(event);
    if (isTaken(key) || (event.repeat && !find(meant(key))?.hasAttribute("data-repeats"))) return;
    const isMod = key.startsWith("Mod+");
    const isBare = !isMod && !event.ctrlKey && !event.metaKey;
    const isTyping = document.activeElement?.matches(FIELDS) || document.activeElement?.isContentEditable;
    if (key === "Escape" && isTyping && !document.activeElement.closest("dialog, [popover]")) {
      document.activeElement.blur();
    } else if (isMod || (isBare && !isTyping && document.body.dataset.keys !== "off")) {
      this.#act(key, event);
    }
  };

  #act(key, event) {
    const pressed = this.#first ? `${this.#first} ${key}` : key;
    const wanted = meant(pressed);
    const target = wanted && find(wanted);
    this.#wait("");
    if (target) press(target);
    else if (key === "?") this.#list();
    else if (begins(key) || document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) this.#wait(key);
    else return;
    event.preventDefault();
  }

  #wait(key) {
    clearTimeout(this.#timer);
    this.#first = key;
    if (key) this.#timer = setTimeout(() => this.#wait(""), CHORD_WAITS);
  }

  #list() {
    const dialog = this.querySelector("dialog");
    const line = this.querySelector("template");
    const known = new Map();
    for (const element of document.querySelectorAll("[data-key]")) {
      const name = element.dataset.keyName ?? element.getAttribute("aria-label") ?? element.innerText;
      if (name.trim() && chosen(element.dataset.key) && element.checkVisibility())
        known.set(element.dataset.key, name.split("\n")[0].trim());
    }
    const lines = [...known].map(([key, name]) => {
      const copy = line.content.cloneNode(true);
      copy.querySelector("dt").textContent = name;
      copy.querySelector("kbd").textContent = shown(chosen(key));
      return copy;
    });
    dialog.querySelector("dl").replaceChildren(...lines);
    dialog.showModal();
  }
}
customElements.define("key-map", KeyMap);

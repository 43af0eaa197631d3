// The keyboard: presses what declares data-key ("E", "Shift+E", "Mod+Enter", "G I"), by the place of the key, so that it
// works in every layout. Mod is ⌘ on a Mac and Ctrl elsewhere. Keys without Mod work only when no field is focused and
// can be switched off (body[data-keys="off"]) or changed ("ui/own-keys"). What shows no key tells it when it is pointed at.
// The key "?" opens the dialog inside <key-map>; Escape leaves the field, then the page by what has that key; a key held
// down repeats only what says data-repeats; what says data-focuses is gone to, not pressed.
import { FIELDS, focusedNow, mayLeave, sendsFromHere } from "ui/focused";
import { nameOf, shown, spoken } from "ui/key-names";
import { begins, chosen, meant } from "ui/own-keys";

const FOLDED = ".nav-section, [data-folds]";
// What stands there for its key alone is seen and read by nobody.
const TOLD = '[data-key]:not([tabindex="-1"])';
const CHORD_WAITS = 1200;
// What sends is never pressed from the field of something else: half a reply would go out from a menu or a search.
const SENDS = new Set(["Mod+Enter", "Mod+Shift+Enter"]);
const FIXED = new Set(["Escape", "?", "Enter"]);

/** Where a key acts: an open dialog keeps all keys to itself, a menu with the focus those without Mod. */
function scopeOf(key) {
  const menu = !key.startsWith("Mod+") && document.activeElement?.closest("menu-list:popover-open");
  return menu || (document.querySelector("dialog:modal") ?? document);
}

function find(key) {
  const candidates = scopeOf(key).querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  // What is folded away in the navigation or in a menu of such things keeps its key.
  const isThere = (element) => element.checkVisibility() || element.closest(FOLDED);
  const mayAct = (element) => !SENDS.has(key) || sendsFromHere(element);
  return [...candidates].find((element) => isThere(element) && !element.closest("[inert]") && mayAct(element));
}

/** Keys that a focused control takes for itself. */
function isTaken(key) {
  return ["Enter", "Space"].includes(key) && focusedNow().matches("a, button, summary, input, [role], [tabindex]");
}

function press(element) {
  if (element.matches(FIELDS) || element.hasAttribute("data-focuses")) element.focus();
  else element.click();
}

/** Says the key of what shows none, to whoever points at it; reading aids hear of it, and no other name. */
function tell(element) {
  const key = chosen(element.dataset.key);
  if (!key) return;
  const shows = element.closest("label") ?? element;
  const sign = ` · ${shown(key)}`;
  if (!key.includes(" ")) element.ariaKeyShortcuts = spoken(key);
  // A toast shows it beside the button.
  if (shows.querySelector("kbd") || shows.title.endsWith(sign) || shows.closest("undo-toast")) return;
  const name = shows.title || element.dataset.keyName || element.ariaLabel || shows.innerText.trim().split("\n")[0];
  shows.title = name + sign;
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
    // What came by itself is told of too.
    for (const element of (target.parentNode ?? target).querySelectorAll(TOLD)) tell(element);
  };

  #pressed = (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = nameOf(event);
    if (isTaken(key) || (event.repeat && !find(meant(key))?.hasAttribute("data-repeats"))) return;
    const isMod = key.startsWith("Mod+");
    const isBare = !isMod && !event.ctrlKey && !event.metaKey;
    const focused = focusedNow();
    const isTyping = focused.matches(FIELDS) || focused.isContentEditable;
    if (key === "Escape") {
      if (isTyping && !focused.closest("dialog, [popover]")) focused.blur();
      else if (isBare && mayLeave(event)) this.#act(key, event);
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
    else if (key === "?") this.querySelector("dialog").showModal();
    else if (begins(key) || scopeOf(key).querySelector(`[data-key^="${CSS.escape(key)} "]`)) this.#wait(key);
    else return;
    event.preventDefault();
  }

  #wait(key) {
    clearTimeout(this.#timer);
    this.#first = key;
    if (key) this.#timer = setTimeout(() => this.#wait(""), CHORD_WAITS);
  }
}
customElements.define("key-map", KeyMap);

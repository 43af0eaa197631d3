// Shows what waits for a connection: <out-box conversation="5"> what was written there, one without a conversation all that
// waits, with the way to where it was written. It can be taken back: a text goes into the field again, to be changed; where
// there is no field for it, to the clipboard. What the server could not take can be tried again at once; what follows it says that it waits for that.
import { sendAll, whileNothingLeaves } from "ui/outbox";
import { drop, waiting } from "ui/outbox-store";
import { tell } from "ui/undo-toast";

const wordsOf = ({ fields }) => Object.fromEntries(fields);

/** The items, each with what is to be said of it. */
function withStates(items) {
  const held = new Set();
  return items.map((item) => {
    const state =
      (item.refused && "refused") || (item.failed && "failed") || (held.has(item.about) && "behind") || "waits";
    if (state !== "waits") held.add(item.about);
    return { ...item, state };
  });
}

class OutBox extends HTMLElement {
  connectedCallback() {
    document.addEventListener("outbox:changed", this.#show);
    this.addEventListener("click", this.#pressed);
    this.#show();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox:changed", this.#show);
  }

  async #items() {
    const here = this.getAttribute("conversation");
    const items = withStates(await waiting().catch(() => []));
    return items.filter(({ about, was }) => !here || about === here || was === here);
  }

  #show = async () => {
    const items = await this.#items();
    this.querySelector("ol").replaceChildren(...items.map((item) => this.#row(item)));
    this.hidden = items.length === 0;
  };

  #row(item) {
    const row = this.querySelector("template").content.cloneNode(true).firstElementChild;
    const { text = "", mode } = wordsOf(item);
    const isMoved = item.was && item.about !== this.getAttribute("conversation");
    const states = [item.act, item.state, item.refused === "-" && "unsaid", isMoved && "moved"];
    row.dataset.item = item.key;
    if (mode === "note") row.dataset.from = "note";
    for (const part of row.querySelectorAll("[data-when]")) {
      const wanted = part.dataset.when.split(" ");
      part.hidden = !states.some((state) => wanted.includes(state));
    }
    row.querySelector("[data-text]").textContent = text;
    row.querySelector("[data-why]").textContent = item.refused === "-" ? "" : item.refused;
    row.querySelector("a").href = `/conversations/${item.about}/`;
    return row;
  }

  #pressed = ({ target }) => {
    const button = target.closest("[data-item] button");
    if (!button) return;
    if ("again" in button.dataset) sendAll().catch(() => tell("trouble-offline"));
    else whileNothingLeaves(() => this.#takeBack(Number(button.closest("[data-item]").dataset.item)));
  };

  async #takeBack(key) {
    const item = (await this.#items()).find((one) => one.key === key);
    if (!item) return;
    const { text = "", mode } = wordsOf(item);
    const area = mode && document.querySelector(`.compose[data-mode="${mode}"] textarea`);
    if (area) {
      document.querySelector(`[name=editor-mode][value="${mode}"]`).click();
      area.value = [area.value, text].filter(Boolean).join("\n\n");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (text) await navigator.clipboard.writeText(text);
    await drop(item.key);
  }
}
customElements.define("out-box", OutBox);

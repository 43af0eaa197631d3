// What others begin to write in the open conversation: <who-writes conversation="42"> draws a line for each of them from
// its template of that mode, until the moment that the server says. The words change; who writes is said once.
import { isMe, markOf } from "conversations/attending";

class WhoWrites extends HTMLElement {
  #timers = new Map();

  connectedCallback() {
    document.body.addEventListener("samovar:writing", this.#told);
  }

  disconnectedCallback() {
    document.body.removeEventListener("samovar:writing", this.#told);
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #told = ({ detail }) => {
    if (String(detail.conversation_id) !== this.getAttribute("conversation")) return;
    const others = detail.writers.filter(({ id }) => !isMe(id));
    const kept = others.map(({ id, mode }) => `${id}-${mode}`);
    for (const line of this.querySelectorAll("[data-writer]")) if (!kept.includes(line.dataset.writer)) line.remove();
    for (const one of others) this.#show(one);
  };

  #show(one) {
    const name = `${one.id}-${one.mode}`;
    const line = this.querySelector(`[data-writer="${name}"]`) ?? this.#begin(one, name);
    line.querySelector("[data-words]").textContent = one.words;
    clearTimeout(this.#timers.get(name));
    this.#timers.set(
      name,
      setTimeout(() => line.remove(), one.for_ms),
    );
  }

  #begin(one, name) {
    const content = this.querySelector(`template[data-mode="${one.mode}"]`).content.cloneNode(true);
    const line = content.firstElementChild;
    line.dataset.writer = name;
    line.querySelector("[data-name]").textContent = one.name;
    line.querySelector("[data-mark]").replaceWith(markOf(one, ".avatar"));
    this.append(line);
    return line;
  }
}
customElements.define("who-writes", WhoWrites);

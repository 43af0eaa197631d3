// What others begin to write in the open conversation: <who-writes conversation="42"> draws a line for each of them from
// its template of that mode, until the moment that the server says. The words change; who writes is said once. Whoever
// presses "See it" reads along in all that was kept of it, until they press again.
import { isMe, markOf } from "conversations/attending";

function isWhole(line) {
  return line.querySelector("[data-sees]")?.ariaExpanded === "true";
}

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
    for (const line of this.querySelectorAll("[data-writer]"))
      if (!kept.includes(line.dataset.writer)) this.#lapse(line);
    for (const one of others) this.#show(one);
  };

  #show(one) {
    const name = `${one.id}-${one.mode}`;
    const line = this.querySelector(`[data-writer="${name}"]`) ?? this.#begin(one, name);
    line.dataset.begins = one.words;
    this.#write(line);
    clearTimeout(this.#timers.get(name));
    this.#timers.set(
      name,
      setTimeout(() => this.#lapse(line), one.for_ms),
    );
  }

  #begin(one, name) {
    const content = this.querySelector(`template[data-mode="${one.mode}"]`).content.cloneNode(true);
    const line = content.firstElementChild;
    line.dataset.writer = name;
    line.querySelector("[data-name]").textContent = one.name;
    line.querySelector("[data-mark]").replaceWith(markOf(one, ".avatar"));
    line.querySelector("[data-sees]")?.addEventListener("click", ({ target }) => {
      target.ariaExpanded = String(target.ariaExpanded !== "true");
      this.#write(line);
    });
    this.append(line);
    return line;
  }

  // What somebody reads does not vanish while they do; what was sent stands among the messages.
  async #lapse(line) {
    if (!isWhole(line) || (await this.#write(line)) === "") line.remove();
  }

  async #write(line) {
    const words = line.querySelector("[data-words]");
    const text = isWhole(line) ? await this.#kept(line.dataset.writer) : undefined;
    words.tabIndex = isWhole(line) ? 0 : -1;
    words.textContent = (isWhole(line) && text) || line.dataset.begins;
    return text;
  }

  async #kept(writer) {
    const [id, mode] = writer.split("-");
    const url = this.getAttribute("drafts").replace("/reply/", `/${mode}/`);
    const answer = await fetch(`${url}?of=${id}`, { redirect: "error" }).catch(() => undefined);
    return answer?.ok ? answer.text() : undefined;
  }
}
customElements.define("who-writes", WhoWrites);

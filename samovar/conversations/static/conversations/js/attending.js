// Who has which conversation open. <attends-to url="…"> stands in the open one and tells the others that this screen shows
// it: when it comes, when the stream is open again, and each minute; a page that nobody has looked at for long is none.
// <who-is-here conversation="42" most="2" label="Here now"> draws the others there, from <template id="here">.
import { csrfHeaders, post, TAB } from "ui/http";

const AGAIN = 60_000;
const UNSEEN = 300_000;
const BY_ITSELF = { "X-By-Itself": "1", "X-Tab": TAB };
const open = new Map();
let isConnected = false;

document.body.addEventListener("samovar:connected", () => {
  isConnected = true;
});
document.body.addEventListener("samovar:attending", ({ detail }) => {
  if (detail.is_whole) open.clear();
  for (const [id, people] of Object.entries(detail.open)) open.set(id, people);
  for (const place of document.querySelectorAll("who-is-here")) place.draw();
});

/** Tell whether this is the person who looks at this page. */
export function isMe(id) {
  return String(id) === document.querySelector("live-stream")?.getAttribute("person");
}

/** Return the mark of a person, from a template. */
export function markOf({ initials, tone }, name) {
  const mark = document.querySelector("#here").content.querySelector(name).cloneNode(true);
  mark.textContent = initials;
  mark.dataset.tone = tone;
  return mark;
}

class AttendsTo extends HTMLElement {
  #timer;
  #unseenSince = 0;

  connectedCallback() {
    document.body.addEventListener("samovar:connected", this.#tell);
    document.addEventListener("visibilitychange", this.#seen);
    this.#timer = setInterval(this.#tell, AGAIN);
    this.#seen();
  }

  disconnectedCallback() {
    document.body.removeEventListener("samovar:connected", this.#tell);
    document.removeEventListener("visibilitychange", this.#seen);
    clearInterval(this.#timer);
    // What another one tells, which takes its place, counts for the whole screen.
    setTimeout(() => document.querySelector("attends-to") || this.#leave());
  }

  #seen = () => {
    this.#unseenSince = document.hidden ? Date.now() : 0;
    if (!document.hidden) this.#tell();
  };

  #tell = () => {
    if (!isConnected) return;
    if (this.#unseenSince && Date.now() - this.#unseenSince > UNSEEN) this.#leave();
    else post(this.getAttribute("url"), {}, { headers: { ...csrfHeaders(), ...BY_ITSELF } }).catch(() => {});
  };

  #leave() {
    const options = { method: "DELETE", redirect: "error", headers: { ...csrfHeaders(), ...BY_ITSELF } };
    if (isConnected) fetch(this.getAttribute("url"), options).catch(() => {});
  }
}
customElements.define("attends-to", AttendsTo);

class WhoIsHere extends HTMLElement {
  connectedCallback() {
    this.draw();
  }

  draw() {
    const others = (open.get(this.getAttribute("conversation")) ?? []).filter(({ id }) => !isMe(id));
    const most = Number(this.getAttribute("most"));
    const names = others.map(({ name }) => name).join(", ");
    this.hidden = !others.length;
    this.title = [this.getAttribute("label"), names].join(": ");
    this.setAttribute("aria-label", this.title);
    const marks = others.slice(0, most).map((person) => markOf(person, ".avatar"));
    if (others.length > most) marks.push(`+${others.length - most}`);
    this.replaceChildren(...marks);
  }
}
customElements.define("who-is-here", WhoIsHere);

// What happens elsewhere, as it happens: <live-stream src="/stream/" after="event id">. Every event of the stream becomes
// DOM events on the body that htmx can listen to: samovar:event, samovar:<kind>, samovar:<kind>-<who did it>, and for each id in its data one more,
// for example samovar:conversation-42. After a break it goes on where it stopped; meanwhile the line of the page about it is shown.
// What says nothing of the log (attending, writing, draft) becomes samovar:<its name> alone, and a stream that is open
// again samovar:connected. Refused, it asks for the page named by door=, which leads whoever is signed out away: then this page goes too.
import { TAB } from "ui/http";

const LONGEST = 30_000;
const PASSING = ["attending", "writing", "draft"];

class LiveStream extends HTMLElement {
  #source;
  #last = "";
  #delay = 1000;
  #timer;

  connectedCallback() {
    this.#last ||= this.getAttribute("after") ?? "";
    addEventListener("online", this.#again);
    addEventListener("offline", this.#broken);
    addEventListener("pagehide", this.#close);
    addEventListener("pageshow", this.#open);
    this.#open();
  }

  disconnectedCallback() {
    removeEventListener("online", this.#again);
    removeEventListener("offline", this.#broken);
    removeEventListener("pagehide", this.#close);
    removeEventListener("pageshow", this.#open);
    this.#close();
  }

  #open = () => {
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#timer);
    const url = new URL(this.getAttribute("src"), location.href);
    url.searchParams.set("tab", TAB);
    if (this.#last) url.searchParams.set("last_event_id", this.#last);
    this.#source = new EventSource(url);
    this.#source.onopen = this.#restored;
    this.#source.onmessage = this.#received;
    this.#source.addEventListener("reset", this.#reset);
    for (const name of PASSING) this.#source.addEventListener(name, this.#passed);
    this.#source.onerror = this.#broken;
  };

  #close = () => {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  };

  // The connection from before the break may look open for minutes.
  #again = () => {
    this.#close();
    this.#open();
  };

  #restored = () => {
    this.#delay = 1000;
    this.#show(false);
    document.body.dispatchEvent(new CustomEvent("samovar:connected"));
  };

  #passed = ({ type, data }) =>
    document.body.dispatchEvent(new CustomEvent(`samovar:${type}`, { detail: JSON.parse(data) }));

  #broken = () => {
    this.#show(true);
    // The browser itself tries again, with Last-Event-ID, unless the answer was not a stream.
    if (this.#source?.readyState === EventSource.OPEN || this.#source?.readyState === EventSource.CONNECTING) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#open, this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST);
    this.#leaveIfSignedOut();
  };

  // Whoever may see nothing any more shall not see what was there before, either.
  async #leaveIfSignedOut() {
    const door = this.getAttribute("door");
    if (!door) return;
    const options = { redirect: "manual", headers: { "X-By-Itself": "1" } };
    const answer = await fetch(door, options).catch(() => undefined);
    if (answer?.type === "opaqueredirect") location.reload();
  }

  #received = (event) => {
    this.#last = event.lastEventId || this.#last;
    // Up to where this page knows.
    this.setAttribute("after", this.#last);
    const detail = JSON.parse(event.data);
    const names = ["event", detail.kind, `${detail.kind}-${detail.actor_id}`];
    for (const [field, value] of Object.entries(detail)) {
      if (field.endsWith("_id") && value !== null) names.push(`${field.slice(0, -3)}-${value}`);
    }
    for (const name of names.filter(Boolean)) {
      document.body.dispatchEvent(new CustomEvent(`samovar:${name}`, { detail }));
    }
  };

  // Too much was missed to be told piece by piece: the page is read anew, but not under the hands of somebody who writes.
  #reset = (event) => {
    this.#last = event.lastEventId;
    const writing = document.activeElement?.closest("textarea, input, [contenteditable]");
    if (writing) writing.addEventListener("blur", () => location.reload(), { once: true });
    else location.reload();
  };

  #show(isBroken) {
    const line = document.querySelector(".offline");
    if (line) line.hidden = !isBroken;
  }
}
customElements.define("live-stream", LiveStream);

// What a page does to be of use without a connection: has the browser keep what is opened, and says by the thin line on
// top that there is no connection, and since when what is shown is kept.
const WORKER = "/service-worker.js";
const STATIC = "/static/";
const PROOF = "/healthz";
const FIRST_LOOK = 2000;
const LONGEST_LOOK = 30_000;

async function keepPages() {
  const workers = navigator.serviceWorker;
  if (!workers || !document.querySelector(".app")) return;
  const isFirst = !workers.controller;
  await workers.register(WORKER);
  if (!isFirst || !(await workers.ready)) return;
  // What came before anybody kept it: this page and its files.
  await new Promise((resolve) => {
    if (workers.controller) resolve();
    else workers.addEventListener("controllerchange", resolve, { once: true });
  });
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const ours = files.filter((name) => new URL(name).pathname.startsWith(STATIC));
  const headers = { "X-By-Itself": "1" };
  await Promise.all([fetch(location.href, { headers }), ...ours.map((name) => fetch(name))]);
}

class OfflineLine extends HTMLElement {
  #timer;
  #delay = FIRST_LOOK;

  connectedCallback() {
    addEventListener("offline", this.#gone);
    addEventListener("online", this.#look);
    document.addEventListener("htmx:afterRequest", this.#answered);
    this.#since(document.documentElement.dataset.kept);
    if (!navigator.onLine || document.documentElement.dataset.kept) this.#gone();
  }

  disconnectedCallback() {
    removeEventListener("offline", this.#gone);
    removeEventListener("online", this.#look);
    document.removeEventListener("htmx:afterRequest", this.#answered);
    clearTimeout(this.#timer);
  }

  #gone = () => {
    this.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#look, this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_LOOK);
  };

  // What the browser says of its connection says little about ours.
  #look = () => fetch(PROOF, { method: "HEAD", cache: "no-store" }).then(this.#back, this.#gone);

  // What is kept may be old by now; but nothing is taken from under the hands of somebody who writes.
  #back = () => {
    clearTimeout(this.#timer);
    this.#delay = FIRST_LOOK;
    this.hidden = true;
    document.dispatchEvent(new CustomEvent("samovar:back"));
    const isWriting = document.activeElement?.closest("textarea, input");
    if (document.documentElement.dataset.kept && !isWriting) location.reload();
  };

  #answered = ({ detail }) => {
    const since = detail.xhr.getResponseHeader("X-Kept-At");
    if (since) {
      this.#since(since);
      this.#gone();
    }
  };

  #since(moment) {
    const shown = this.querySelector("[data-since]");
    if (!moment || !shown) return;
    shown.hidden = false;
    const time = shown.querySelector("time");
    time.dateTime = moment;
    // Worded anew only where it is put into the page anew.
    time.parentElement.replaceWith(time.parentElement.cloneNode(true));
  }
}
customElements.define("offline-line", OfflineLine);
keepPages().catch(() => {});

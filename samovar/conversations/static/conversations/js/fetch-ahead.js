// Fetches the next conversation while the open one is read, and then the one before, so that both open at once; whoever
// presses before it is there waits for it alone. What was fetched is thrown away when something happens in it, and after
// a minute. The thread is drawn first, because it is what is looked at, and what stands beside it in the next moment.
import { beginTo, neighbour } from "conversations/list-walk";

const [FRESH, SETTLED] = [60_000, 250];
const HEADERS = { "HX-Request": "true", "HX-Target": "thread", "X-Ahead": "1", "X-By-Itself": "1" };
const ahead = new Map();
let timer;
let wanted;

async function textOf(url) {
  const answer = await fetch(url, { headers: HEADERS });
  return answer.ok && !answer.redirected ? answer.text() : "";
}

function isHere(url) {
  const kept = ahead.get(url);
  return kept && Date.now() - kept.at < FRESH;
}

function fetchAhead(row) {
  if (!row || isHere(row.href) || row.pathname === location.pathname) return undefined;
  const kept = { at: Date.now(), text: textOf(row.href).catch(() => "") };
  ahead.set(row.href, kept);
  return kept.text.then((text) => {
    // What could not be fetched is asked for anew when it is wanted.
    if (!text && ahead.get(row.href) === kept) ahead.delete(row.href);
  });
}

/** Take out what stands there, because letting go of what it holds takes longer than showing what comes instead. */
function setAside(place) {
  // What the reader stands in is left to the one who draws anew: it leads them back to the same place.
  if (place.contains(document.activeElement)) return;
  const old = document.createElement("div");
  old.append(...place.childNodes);
  setTimeout(() => htmx.swap(old, "", { swapStyle: "delete" }), SETTLED);
}

/** Wait until the frame is painted; a page that nobody sees paints none. */
function painted() {
  return new Promise((go) => {
    requestAnimationFrame(() => setTimeout(go));
    setTimeout(go, SETTLED);
  });
}

async function show(row, kept) {
  wanted = row.href;
  const text = await kept.text;
  if (wanted !== row.href) return;
  wanted = undefined;
  // Thrown away meanwhile, or not to be had: asked for as if nothing had been fetched.
  if (!text || ahead.get(row.href) !== kept) {
    ahead.delete(row.href);
    // The list may have been drawn anew: a link that is no longer in it would load the whole page.
    (document.getElementById(row.id) ?? row).click();
    return;
  }
  ahead.delete(row.href);
  htmx.trigger("#rows", "htmx:abort");
  history.pushState({ htmx: true }, "", row.href);
  const [thread, beside = ""] = text.split(/^(?=<div hx-swap-oob)/m);
  setAside(document.querySelector("#thread"));
  htmx.swap("#thread", thread, { swapStyle: htmx.config.defaultSwapStyle });
  await painted();
  // Whoever is quick has gone on already; a filter that was changed meanwhile leaves the conversation where it is.
  if (location.pathname !== row.pathname) return;
  setAside(document.querySelector("#side"));
  htmx.swap("#thread", beside, { swapStyle: "none" });
}

document.addEventListener(
  "click",
  (event) => {
    const row = event.target.closest("a.conversation");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    wanted = undefined;
    if (!isHere(row.href)) return;
    event.preventDefault();
    event.stopPropagation();
    beginTo(row);
    show(row, ahead.get(row.href));
  },
  true,
);

function plan() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    await fetchAhead(neighbour(1));
    fetchAhead(neighbour(-1));
  }, SETTLED);
}

document.addEventListener("htmx:afterSettle", ({ target }) => target.id === "thread" && plan());
document.body.addEventListener("samovar:event", ({ detail }) => {
  for (const url of ahead.keys()) {
    if (new URL(url).pathname === `/conversations/${detail?.conversation_id}/`) ahead.delete(url);
  }
});
if (document.querySelector("#thread article")) plan();

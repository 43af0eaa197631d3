// Fetches the next conversation while the open one is read, so that it opens at once. What was fetched is thrown away
// when something happens in it, and after a minute.
import { neighbour } from "conversations/list-walk";

const FRESH = 60_000;
const ahead = new Map();

function isOurs(row) {
  const kept = ahead.get(row.href);
  return kept && Date.now() - kept.at < FRESH && kept.text;
}

async function fetchAhead() {
  const row = neighbour(1);
  if (!row || isOurs(row) || row.pathname === location.pathname) return;
  const headers = { "HX-Request": "true", "HX-Target": "thread", "X-Ahead": "1", "X-By-Itself": "1" };
  const answer = await fetch(row.href, { headers });
  if (answer.ok && !answer.redirected) ahead.set(row.href, { at: Date.now(), text: await answer.text() });
}

document.addEventListener(
  "click",
  (event) => {
    const row = event.target.closest("a.conversation");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button || !isOurs(row)) return;
    event.preventDefault();
    event.stopPropagation();
    const { text } = ahead.get(row.href);
    ahead.delete(row.href);
    htmx.trigger("#rows", "htmx:abort");
    history.pushState({ htmx: true }, "", row.href);
    htmx.swap("#thread", text, { swapStyle: htmx.config.defaultSwapStyle });
  },
  true,
);

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "thread") setTimeout(() => fetchAhead().catch(() => {}), 250);
});
document.body.addEventListener("samovar:event", ({ detail }) => {
  for (const url of ahead.keys()) {
    if (new URL(url).pathname === `/conversations/${detail?.conversation_id}/`) ahead.delete(url);
  }
});

// Nobody signs out without knowing that something waits here to be sent or saved: it would be gone with them. Whoever comes
// next to this browser finds nothing of what they typed.
import { post } from "ui/http";
import { drop, person, waiting } from "ui/outbox-store";

const PATIENCE = 5000;
const MINE = `draft:${person}-`;

const drafts = () => Object.keys(localStorage).filter((key) => key.startsWith(MINE));

/** Tell whether the server has a draft, after saving what is typed on this page; of another page nobody knows how old it is. */
async function isSaved(key) {
  const { text, url } = JSON.parse(localStorage.getItem(key));
  if (!text.trim()) return true;
  if (!url) return false;
  const signal = AbortSignal.timeout(PATIENCE);
  if (document.querySelector(`draft-keeper[name="${CSS.escape(key.slice("draft:".length))}"]`)) {
    await post(url, { text }, { signal });
    return true;
  }
  const answer = await fetch(url, { signal, redirect: "error" });
  return answer.ok && (await answer.text()) === text;
}

/** How many drafts the server does not have. */
async function unsaved() {
  const known = await Promise.all(drafts().map((key) => isSaved(key).catch(() => false)));
  return known.filter((isKnown) => !isKnown).length;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const asks = document.getElementById("signing-out");
  if (!asks || !form.action.endsWith("/accounts/logout/")) return;
  event.preventDefault();
  const items = await waiting().catch(() => []);
  const number = items.length + (await unsaved());
  if (number) {
    asks.querySelector("[data-number]").textContent = number;
    asks.showModal();
    await new Promise((resolve) => asks.addEventListener("close", resolve, { once: true }));
    if (asks.returnValue !== "leave") return;
    for (const { key } of items) await drop(key);
  }
  for (const key of drafts()) localStorage.removeItem(key);
  form.submit();
});

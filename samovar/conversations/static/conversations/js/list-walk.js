// Walks the list beside the thread: marks the row that is open, or being opened, because who is quick does not wait for
// the answer; what says data-step leads to the row so many steps away; and when a conversation is done with, the next one
// is opened.
let opening = "";
let at = -1;

const current = () => opening || location.pathname;

function rows() {
  return [...document.querySelectorAll("conversation-list a.conversation")];
}

/** The row a step away from the open one; when that has left the list, from the place where it stood. */
export function neighbour(step) {
  const all = rows();
  const open = all.findIndex((row) => row.pathname === current());
  if (open >= 0) return all[open + step];
  return all[step > 0 ? Math.max(at, 0) : at - 1];
}

function mark() {
  for (const [place, row] of rows().entries()) {
    const isCurrent = row.pathname === current();
    if (isCurrent) at = place;
    if (row.pathname === location.pathname) {
      row.removeAttribute("data-unread");
      row.querySelector("[data-unread-word]")?.remove();
    }
    row.ariaCurrent = isCurrent ? "true" : null;
  }
}

function open(row) {
  row?.scrollIntoView({ block: "nearest" });
  row?.click();
}

/** Mark a row as the one that is being opened. */
export function beginTo(row) {
  opening = row.pathname;
  mark();
}

document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
  if (!target.matches("a.conversation")) return;
  // Said now: of a row that the list has drawn anew before its answer is there, nobody knows that it leads somewhere.
  detail.etc.push = "true";
  beginTo(target);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.pathInfo.requestPath.split("?")[0] !== opening) return;
  opening = "";
  mark();
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "thread" && opening === location.pathname) opening = "";
  mark();
});

document.addEventListener("click", (event) => {
  const step = Number(event.target.closest("[data-step]")?.dataset.step);
  if (step) open(neighbour(step));
});

document.addEventListener("conversations:next", () => {
  const next = neighbour(1) ?? neighbour(-1);
  const list = document.querySelector("conversation-list")?.getAttribute("url") ?? "/";
  // The page stays, so that what was just done can still be undone on it.
  if (next) open(next);
  else htmx.ajax("GET", list, { target: "#thread" });
});

mark();

// Enter in the field of a menu takes its first entry. Where what was found says for which text (data-found-for), Enter
// waits until that is the text in the field: who types quickly must not get what stood there a moment before.
// What stands behind an entry that leads on (data-leads-to) gets the focus once the entry was taken.
let waiting;

function take(field) {
  const menu = field.closest("menu-list");
  const found = menu.querySelector("[data-found-for]");
  waiting = found && found.dataset.foundFor !== field.value.trim() ? field : undefined;
  if (!waiting) menu.querySelector(".menu-item")?.click();
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-chooses]")) return;
  waiting = undefined;
  if (event.key !== "Enter") return;
  event.preventDefault();
  take(event.target);
});

document.addEventListener("click", (event) => {
  const next = event.target.closest("[data-leads-to]")?.dataset.leadsTo;
  if (next) setTimeout(() => document.getElementById(next)?.focus());
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (waiting && event.target.closest("menu-list") === waiting.closest("menu-list")) take(waiting);
});

// Enter in the field of a menu takes its first entry. Where what was found says for which text (data-found-for), Enter
// waits until that is the text in the field: who types quickly must not get what stood there a moment before. Who goes
// on meanwhile writes where the entry will lead (data-goes-on), and what they send there waits for the entry, too.
// What stands behind an entry that leads on (data-leads-to) gets the focus once the entry was taken.
let waiting;
let sending;

function focusOn(id) {
  document.getElementById(id)?.focus();
}

function take(field) {
  const menu = field.closest("menu-list");
  const found = menu.querySelector("[data-found-for]");
  waiting = found && found.dataset.foundFor !== field.value.trim() ? field : undefined;
  if (waiting) return;
  const first = menu.querySelector(".menu-item");
  first?.click();
  // Pressing an entry takes the focus to it: whoever is writing further on goes on there, not a letter later.
  focusOn(field.dataset.goesOn);
  // Where nothing was found, one looks for something else, and what was written stays.
  if (first) sending?.click();
  else field.focus();
  sending = undefined;
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-chooses]")) return;
  waiting = sending = undefined;
  if (event.key !== "Enter") return;
  event.preventDefault();
  take(event.target);
  if (waiting) focusOn(waiting.dataset.goesOn);
});

document.addEventListener(
  "click",
  (event) => {
    const pressed = waiting && event.target.closest("[type=submit]");
    if (!pressed || pressed.closest("menu-list") !== waiting.closest("menu-list")) return;
    event.preventDefault();
    event.stopPropagation();
    sending = pressed;
  },
  true,
);

document.addEventListener("click", (event) => {
  const next = event.target.closest("[data-leads-to]")?.dataset.leadsTo;
  if (next) setTimeout(() => focusOn(next));
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (waiting && event.target.closest("menu-list") === waiting.closest("menu-list")) take(waiting);
});

// Who has closed the menu meanwhile wants nothing of it any more.
document.addEventListener(
  "toggle",
  ({ newState, target }) => {
    if (newState === "closed" && waiting?.closest("menu-list") === target) waiting = sending = undefined;
  },
  true,
);

// What was asked is not the beginning of the next question.
document.addEventListener("htmx:afterRequest", ({ detail, target }) => {
  if (detail.successful && target.matches(".expert-menu form")) target.reset();
});

// Walks the list beside the thread: what says data-step leads to the row so many steps away, and when a conversation is
// done with, the next one is opened.
const list = () => document.querySelector("conversation-list");

function open(row) {
  row?.scrollIntoView({ block: "nearest" });
  row?.click();
}

document.addEventListener("click", (event) => {
  const step = Number(event.target.closest("[data-step]")?.dataset.step);
  if (step) open(list()?.neighbour(step));
});

document.addEventListener("conversations:next", () => {
  const next = list()?.neighbour(1) ?? list()?.neighbour(-1);
  if (next) open(next);
  else location.assign(list()?.getAttribute("url") ?? "/");
});

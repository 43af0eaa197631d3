// Selecting rows of the list, to act on all of them: by their checkboxes and by keys (data-picks says what one does). What is selected stays so while the list is renewed or grows; "all" are those on no page, too.
const picked = new Set();
let all;
let isTouched = false;

const list = document.querySelector("conversation-list");
const form = document.querySelector("#bulk");
const boxes = () => [...list.querySelectorAll(".pick")];
const rowOf = (box) => box.parentElement.querySelector("a.conversation");

/** The row that keys are about: the focused one, else the one that is open, else the first. */
function here() {
  const row =
    document.activeElement.closest("#rows li") ?? list.querySelector("[aria-current].conversation")?.closest("li");
  return row?.querySelector(".pick") ?? boxes()[0];
}

function hidden(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  return field;
}

function show() {
  for (const box of boxes()) box.checked = Boolean(all) || picked.has(box.value);
  const fields = all ? [hidden("all", 1), hidden("query", all.query)] : [...picked].map((id) => hidden("id", id));
  form.querySelector("[data-picked]").replaceChildren(...fields);
  const count = new Intl.NumberFormat(document.documentElement.lang).format(all?.count ?? picked.size);
  form.querySelector("[data-picks-count]").textContent = count;
  list.toggleAttribute("data-picking", Boolean(all) || picked.size > 0 || isTouched);
  list.toggleAttribute("data-tapped", isTouched);
  return count;
}

function changed() {
  const told = form.querySelector(".picks-count").firstChild.textContent;
  document.querySelector("#announcer").textContent = [told, show()].join("");
  if (!all) offerAll();
}

// Whoever has the whole page is asked whether they mean the other pages, too.
function offerAll() {
  const place = form.querySelector("#picks-all");
  const isWhole = boxes().length > 0 && boxes().every((box) => box.checked);
  if (!isWhole) place.replaceChildren();
  else if (!place.childElementCount) {
    const asked = new URLSearchParams(new FormData(list.querySelector("form.list-filter")));
    htmx.ajax("GET", `${form.dataset.counts}?${asked}`, { source: place, target: place });
  }
}

function toggle(box, isOn = !box.checked) {
  if (all) {
    // Of all of them none can be left away: what is selected from now on are single ones again.
    all = undefined;
    picked.clear();
  }
  if (isOn) picked.add(box.value);
  else picked.delete(box.value);
  changed();
}

function clear() {
  all = undefined;
  isTouched = false;
  picked.clear();
  changed();
}

function extend(step) {
  const from = here();
  const to = boxes()[boxes().indexOf(from) + step];
  if (from && !from.checked) toggle(from, true);
  if (!to) return;
  toggle(to, true);
  rowOf(to).focus({ focusVisible: true });
  rowOf(to).scrollIntoView({ block: "nearest" });
}

const DOES = {
  one: () => here() && toggle(here()),
  next: () => extend(1),
  previous: () => extend(-1),
  page: () => {
    for (const box of boxes()) picked.add(box.value);
    changed();
  },
  all: ({ dataset }) => {
    all = { count: Number(dataset.count), query: dataset.query };
    changed();
  },
  begin: () => {
    isTouched = true;
    show();
  },
  none: clear,
};

if (form) {
  document.addEventListener("click", ({ target }) => {
    const pressed = target.closest("[data-picks]");
    if (pressed) DOES[pressed.dataset.picks](pressed);
    // Keys follow the row that is opened from now on.
    else if (target.closest("a.conversation")) document.activeElement.closest("a.conversation")?.blur();
  });
  list.addEventListener("change", ({ target }) => target.matches(".pick") && toggle(target, target.checked));
  document.addEventListener("htmx:afterSettle", ({ target }) => list.contains(target) && show());
  document.body.addEventListener("conversations:acted", () => {
    clear();
    form.reset();
  });
}

// What was typed while an answer was on its way stands after it: within [data-typed-first] the fields that the answer
// brings are taken, except those that somebody has changed since it was asked for. Fields are known by their id.
const typed = new WeakMap();
const asked = new WeakMap();
const kept = new WeakMap();

document.addEventListener("input", ({ target }) => typed.set(target, performance.now()));
document.addEventListener("htmx:beforeSend", ({ detail }) => asked.set(detail.xhr, performance.now()));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.matches("[data-typed-first]")) return;
  const fields = [...detail.target.querySelectorAll("input, select, textarea")];
  const newer = fields.filter((field) => typed.get(field) > asked.get(detail.xhr));
  kept.set(detail.xhr, new Map(newer.map(({ id, value }) => [id, value])));
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  for (const [id, value] of kept.get(detail.xhr) ?? []) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
});

// A macro that was taken from the list in the editor or from the palette: the server counts it, says which steps wait for
// the sending, and does at once what has no text. Its text stands in the entry already.
import { write } from "ui/caret";

function use({ applies, inserts }, mode) {
  const swap = inserts ? {} : { swap: "none" };
  htmx.ajax("POST", applies, { target: `#planned-${mode}`, values: { mode }, ...swap });
}

// In the editor <text-triggers> writes the text.
document.addEventListener("text-triggers:chosen", ({ target, detail }) => {
  const { mode } = target.closest("[data-mode]").dataset;
  if (detail.option.dataset.applies) use(detail.option.dataset, mode);
});

document.addEventListener("click", ({ target }) => {
  const taken = target.closest("search-palette [data-applies]");
  const area = [...document.querySelectorAll(".compose textarea")].find((one) => one.checkVisibility());
  if (!taken || !area) return;
  taken.closest("dialog").close();
  if (taken.dataset.inserts) write(area, taken.dataset.inserts);
  use(taken.dataset, area.closest("[data-mode]").dataset.mode);
});

// What somebody is changing in an answer that has not left stays as they have it while the list of them comes anew, also
// when that answer is no longer among them: what was typed is never gone before its writer has let it go. Saving it is.
// Refused because somebody else has changed it, the form knows from then on what it is now: what was typed or taken out in
// it stays, the rest follows.
let asked;
let status;

function renew(open, fresh) {
  const out = [...open.querySelectorAll("[name=file]:not(:checked)")].map(({ value }) => value);
  for (const box of fresh.querySelectorAll("[name=file]")) box.checked = !out.includes(box.value);
  // A field that nobody has typed in shows its new value, another one keeps what was typed.
  for (const name of ["text", "at"])
    open.querySelector(`[name=${name}]`).defaultValue = fresh.querySelector(`[name=${name}]`).defaultValue;
  open.querySelector("[data-seen]").replaceWith(fresh.querySelector("[data-seen]"));
}

function stay(open, list) {
  const row = open.closest("li");
  const place = list.querySelector(`#${row.id} details`);
  if (place) {
    if (status >= 400 && open.contains(asked)) renew(open, place);
    place.replaceWith(open);
  } else {
    list.append(row);
    list.hidden = false;
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail: { requestConfig, xhr } }) => {
  [asked, status] = [requestConfig.elt, xhr.status];
});
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  if (!target.matches("ol.pending")) return;
  const focused = document.activeElement;
  for (const open of target.querySelectorAll("details[open]"))
    if (status >= 400 || !open.contains(asked)) stay(open, fragment.querySelector("ol.pending"));
  if (focused !== document.activeElement) setTimeout(() => focused.focus());
});

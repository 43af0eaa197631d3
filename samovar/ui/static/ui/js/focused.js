// Where the keyboard is: in which field, and what may be pressed from there.
export const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select";

/** What holds the focus; what was hidden a moment ago still does, and is none of it. */
export function focusedNow() {
  const focused = document.activeElement;
  return focused?.checkVisibility() ? focused : document.body;
}

/** Whether `button` sends what is in use: the form or the menu with the focus, or anything where none has it. */
export function sendsFromHere(button) {
  const focused = focusedNow();
  const menu = focused.closest("menu-list");
  if (!menu && !focused.matches(FIELDS)) return true;
  const form = focused.form ?? focused.closest("form");
  return Boolean(menu?.contains(button) || (form && button.form === form));
}

// What takes Escape for itself: what it is pressed in, and what stands open or selected somewhere.
const CLOSES = `${FIELDS}, dialog, [popover], undo-toast`;
const STANDS_OPEN = ":popover-open, dialog:modal, [data-picking]";

/** Whether something is written that nobody keeps: it would be gone with what stands around it. */
const isUnkept = () =>
  [...document.querySelectorAll(FIELDS)].some(
    (field) => field.value !== (field.defaultValue ?? field.value) && !field.closest("draft-keeper, [type=search]"),
  );

/** Whether Escape leads back: it closes nothing first, and takes nothing away that is written. */
export const mayLeave = ({ target }) => !target.closest(CLOSES) && !document.querySelector(STANDS_OPEN) && !isUnkept();

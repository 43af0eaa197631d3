// A draft that moved on at another screen of the same person follows here, where nothing is being typed: what this screen
// has not saved yet, or was typed in it a moment ago, stays, and is what the next pause saves.
const A_MOMENT = 10_000;
const typed = new WeakMap();

document.addEventListener("input", ({ target, isTrusted }) => {
  if (isTrusted) typed.set(target, Date.now());
});

document.body.addEventListener("samovar:draft", async ({ detail: { name } }) => {
  const keeper = document.querySelector(`draft-keeper[name="${CSS.escape(name)}"]`);
  const area = keeper?.querySelector("textarea");
  const isInHand = () =>
    localStorage.getItem(`draft:${name}`) !== null || Date.now() - (typed.get(area) ?? 0) < A_MOMENT;
  if (!area || isInHand()) return;
  const options = { redirect: "error", headers: { "X-By-Itself": "1" } };
  const answer = await fetch(keeper.getAttribute("url"), options).catch(() => undefined);
  if (!answer?.ok) return;
  const text = await answer.text();
  if (isInHand() || text === area.value) return;
  area.value = text;
  // For those who look at the field, not for those who keep it.
  area.parentElement.dispatchEvent(new Event("input", { bubbles: true }));
});

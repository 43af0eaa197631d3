// Says how much is new for the person where it is seen from elsewhere: "(3)" before the title of the page, and on the sign
// of the app where there is one.
const counted = document.querySelector('[data-count="for-me"]');
const head = document.querySelector("head > title:first-of-type");

function show() {
  const number = counted.textContent.trim();
  const bare = document.title.replace(/^\(\d+\+?\) /, "");
  const wanted = number ? `(${number}) ${bare}` : bare;
  if (document.title !== wanted) document.title = wanted;
  navigator.setAppBadge?.(Number.parseInt(number, 10) || 0).catch(() => {});
}

if (counted) {
  const watch = new MutationObserver(show);
  for (const element of [counted, head])
    watch.observe(element, { childList: true, characterData: true, subtree: true });
  show();
}

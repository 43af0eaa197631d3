// The head of the thread comes anew with every answer. It stays as it is while a menu in it is open and while another of
// its own questions is on the way, because the answer to a form that is no longer on the page would reach nothing; what
// it missed by that is fetched afterwards. Whoever has gone by Tab to something in it stands there again in the new one,
// or at the messages when it is no longer there.
let answered;
let left;
let isBehind = false;

function isBusy(head) {
  const asking = [...head.querySelectorAll(".htmx-request")].filter((element) => element !== answered);
  return asking.length > 0 || head.querySelector(":popover-open") !== null;
}

// Whoever decides about one person after another has unfolded them once.
function stayUnfolded({ target, fragment }) {
  const others = ".thread-others";
  if (target.querySelector(`${others}[open]`)) fragment.querySelector(others)?.setAttribute("open", "");
}

function placeOf(element) {
  const { key } = element.dataset;
  return key ? `[data-key="${CSS.escape(key)}"]` : `[popovertarget="${element.getAttribute("popovertarget")}"]`;
}

function goBack() {
  if (left && document.activeElement === document.body)
    (document.querySelector(`#head ${left}`) ?? document.querySelector(".thread-scroll"))?.focus();
  left = undefined;
}

function catchUp() {
  const head = document.querySelector("#head");
  const news = document.querySelector("#news");
  if (!isBehind || !news || !head || isBusy(head)) return;
  isBehind = false;
  htmx.ajax("GET", news.getAttribute("hx-get"), { source: news, swap: "none" });
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  answered = detail.requestConfig.elt;
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id !== "head") return;
  isBehind = isBusy(event.detail.target);
  if (isBehind) event.preventDefault();
  else stayUnfolded(event.detail);
  const isHere = !isBehind && event.detail.target.contains(document.activeElement);
  left = isHere ? placeOf(document.activeElement) : undefined;
});
document.addEventListener("htmx:oobAfterSwap", goBack);
document.addEventListener("htmx:afterRequest", catchUp);
// The menus close without a word to those around them.
document.addEventListener("toggle", catchUp, true);

// Requests to our own server, and what became of those of htmx.
const SIGN_IN = "/accounts/login/";

/** The header that proves that a request comes from our own page. */
export function csrfHeaders() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
}

/** What this screen is called among those of its person: it tells of itself by it, and is told of the others. */
export const TAB = [...crypto.getRandomValues(new Uint32Array(4))].map((one) => one.toString(36)).join("");

/** Send a form by POST; the answer must be a success, otherwise this throws. */
export async function post(url, fields, options = {}) {
  const body = new URLSearchParams(fields);
  const headers = { ...csrfHeaders(), "X-Tab": TAB };
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "error", ...options });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

/** Ask for a piece of a page by GET; returns its elements, none when the answer is no success. */
export async function elementsAt(url, fields, options = {}) {
  const answer = await fetch(`${url}?${new URLSearchParams(fields)}`, { redirect: "error", ...options });
  return answer.ok ? [...new DOMParser().parseFromString(await answer.text(), "text/html").body.children] : [];
}

/** Tell whether the session has ended: what came is the page on which to sign in. */
export function isSignedOut(xhr) {
  return new URL(xhr.responseURL || location.href).pathname === SIGN_IN && location.pathname !== SIGN_IN;
}

/** Tell whether what htmx asked for was done: not when nothing came, and not when the answer says what is wrong. */
export function isDone({ detail }) {
  // Of an answer that leads to another page htmx does not say whether it was a success.
  const isSuccess = detail.successful || detail.xhr.getResponseHeader("HX-Redirect");
  return Boolean(isSuccess) && detail.xhr.status < 400 && !isSignedOut(detail.xhr);
}

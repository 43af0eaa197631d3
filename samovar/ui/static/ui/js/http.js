// Requests to our own server, and what became of those of htmx.
const SIGN_IN = "/accounts/login/";
const SIGNED_OUT = "signed-out";

/** The headers that prove that a request comes from our own page, and say for whom it was opened. */
export function csrfHeaders() {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  // Signing in elsewhere in this browser has changed the proof; what holds now stands in its cookie.
  const token = /\bcsrftoken=(\w+)/.exec(document.cookie)?.[1];
  if (token) headers["X-CSRFToken"] = token;
  return headers;
}

/** What this screen is called among those of its person: it tells of itself by it, and is told of the others. */
export const TAB = [...crypto.getRandomValues(new Uint32Array(4))].map((one) => one.toString(36)).join("");

/** Send a form by POST; the answer must be a success, otherwise this throws, with .why when it is about who is signed in. */
export async function post(url, fields, options = {}) {
  const body = new URLSearchParams(fields);
  const headers = { ...csrfHeaders(), "X-Tab": TAB };
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", ...options });
  if (answer.ok) return answer;
  const why = answer.type === "opaqueredirect" ? SIGNED_OUT : answer.headers.get("X-Refused");
  throw Object.assign(new Error(`${url}: ${answer.status}`), { why });
}

/** Ask for a piece of a page by GET; returns its elements, none when the answer is no success. */
export async function elementsAt(url, fields, options = {}) {
  const answer = await fetch(`${url}?${new URLSearchParams(fields)}`, { redirect: "error", ...options });
  return answer.ok ? [...new DOMParser().parseFromString(await answer.text(), "text/html").body.children] : [];
}

/** Tell whether the session has ended: the answer says so, or what came is the page on which to sign in. */
export function isSignedOut(xhr) {
  if (xhr.getResponseHeader("X-Refused") === SIGNED_OUT) return true;
  return new URL(xhr.responseURL || location.href).pathname === SIGN_IN && location.pathname !== SIGN_IN;
}

/** Tell whether what htmx asked for was done: not when nothing came, and not when the answer says what is wrong. */
export function isDone({ detail }) {
  // Of an answer that leads to another page htmx does not say whether it was a success.
  const isSuccess = detail.successful || detail.xhr.getResponseHeader("HX-Redirect");
  return Boolean(isSuccess) && detail.xhr.status < 400 && !isSignedOut(detail.xhr);
}

// Requests to our own server outside of htmx.

/** The header that proves that a request comes from our own page. */
export function csrfHeaders() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
}

/** Send a form by POST; the answer must be a success, otherwise this throws. */
export async function post(url, fields, options = {}) {
  const body = new URLSearchParams(fields);
  const answer = await fetch(url, { method: "POST", headers: csrfHeaders(), body, redirect: "error", ...options });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

// What could not be sent for want of a connection waits in this browser, and is sent when there is one again: in order, each
// once, because each has had a number since it was first tried. Only forms that say data-outbox="what it is about" wait. What
// waits is its author's: nobody else who is signed in here sees or sends it, and signing out removes it. The server refuses
// what others have overtaken: then it stays, with what was said, until its author decides. What the server cannot take is tried
// again each time, and holds nothing but what follows in its own conversation.
import { csrfHeaders } from "ui/http";
import { add, all, drop, note, person, waiting } from "ui/outbox-store";
import { tell } from "ui/undo-toast";

const WAITS = /\/(\d+)\/(messages|resolution|snooze|assignment)\/$/;
const TOKEN = "csrfmiddlewaretoken";
const SENDING = "samovar-outbox";
const PATIENCE = 5000;
const REFUSED = [400, 403, 404, 409, 410, 422];
const SAID = [409, 422];
// The server knows the numbers for a month; what is as old as this is not sent without being looked at.
const LONGEST = 14 * 24 * 3600 * 1000;

let underWay = new AbortController();
const isOld = ({ at }) => Date.now() - at > LONGEST;

/** What was merged meanwhile stands from now on where its conversation does; ``was`` is where it was written. */
async function refuse(item, why, { headers } = new Response()) {
  const now = headers.get("X-Merged-Into");
  await note(item.key, { refused: why, failed: 0, ...(now && { about: now, was: item.about }) });
  tell("outbox-refused");
  return Boolean(now); // What follows has its own answer then.
}

async function fail(item, status) {
  await note(item.key, { failed: status });
  if (!item.failed) tell("outbox-failed");
  return false;
}

async function send(item) {
  if (isOld(item)) return refuse(item, "-");
  const headers = { ...csrfHeaders(), "HX-Request": "true", "X-Client-Id": item.id, "X-Seen-Event": item.seen };
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  underWay = new AbortController();
  const answer = await fetch(item.url, { method: "POST", headers, body, redirect: "error", signal: underWay.signal });
  // Who is signed in here now is no judgement on what was written: it waits for its author.
  if (answer.headers.has("X-Refused")) throw new Error(String(answer.status));
  if (REFUSED.includes(answer.status)) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = (page.querySelector(".notice span, undo-toast span") ?? page.body).textContent.trim();
    return refuse(item, SAID.includes(answer.status) ? said : "-", answer);
  }
  if (!answer.ok) return fail(item, answer.status);
  await drop(item.key);
  const detail = { conversation_id: item.about };
  for (const name of ["event", `conversation-${item.about}`])
    document.body.dispatchEvent(new CustomEvent(`samovar:${name}`, { detail }));
  return true;
}

/** Send what waits; what follows something that stays waits with it, and all of it when there is no connection. */
export function sendAll() {
  return navigator.locks.request(SENDING, async () => {
    const held = new Set();
    for (const { key } of await waiting()) {
      // It may have been taken back since the round began.
      const item = (await waiting()).find((one) => one.key === key);
      if (item && (item.refused || held.has(item.about) || !(await send(item)))) held.add(item.about);
    }
  });
}

/** Do something with what waits while none of it is under way; a line that does not answer is called off, and it is said. */
export function whileNothingLeaves(act) {
  const signal = AbortSignal.timeout(PATIENCE);
  return navigator.locks.request(SENDING, { signal }, act).catch((why) => {
    if (why.name !== "TimeoutError") throw why;
    underWay.abort();
    tell("outbox-perhaps");
    return act();
  });
}

const isOpen = (about) => document.querySelector(`out-box[conversation="${about}"]`);

/** Up to where the author knew: the last event of what is open, else the place of the page in the log. */
function seenOf(about) {
  if (isOpen(about)) return document.querySelector("#after").value;
  return document.querySelector("live-stream")?.getAttribute("after");
}

async function keep({ elt, path, headers, formData }) {
  const [, about, act] = WAITS.exec(path);
  const fields = [...formData.entries()].filter(([name]) => name !== TOKEN);
  const item = { id: headers["X-Client-Id"], person, about, act, url: path, at: Date.now(), refused: "", fields };
  await add({ ...item, seen: seenOf(about) ?? "" });
  if (!isOpen(about)) tell("outbox-kept");
  // What is kept stands in the field no more; where it cannot be kept, it does.
  const form = elt.closest("form");
  for (const files of form.querySelectorAll(".files")) files.replaceChildren();
  const area = form.querySelector("textarea");
  if (!area) return;
  area.value = "";
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.blur();
}

document.addEventListener("htmx:configRequest", ({ detail: { elt, headers, path, verb } }) => {
  if (verb === "post" && WAITS.test(path) && elt.closest("form[data-outbox]"))
    headers["X-Client-Id"] = crypto.randomUUID();
});
document.addEventListener("htmx:sendError", ({ detail: { requestConfig } }) => {
  if (requestConfig.headers["X-Client-Id"]) keep(requestConfig).catch(() => tell("trouble-unsent"));
});

async function begin() {
  if (!person) return;
  for (const item of await all()) if (item.person !== person && isOld(item)) await drop(item.key);
  await sendAll();
}
for (const name of ["samovar:back", "samovar:connected"])
  for (const target of [document, document.body]) target.addEventListener(name, () => sendAll().catch(() => {}));
begin().catch(() => {});

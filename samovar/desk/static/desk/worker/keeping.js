// The part of the service worker that keeps what was opened, to be read without a connection. The server says by X-Kept-For
// whose session an answer belongs to: what is kept for one is emptied as soon as an answer belongs to another, or to none.
const SHELL = "shell";
const STATIC = "static";
const PAGES = "pages-";
const HASHED = /^\/static\/.+\.[0-9a-f]{12}\.\w+$/;
const SIGN_IN = "/accounts/login/";
const SIGN_OUT = "/accounts/logout/";
const NOTHING_HERE = "/offline/";
// What is kept, and how many of each: the newest stay.
const KEPT = [
  [/^\/conversations\/\d+\/$/, 50],
  [/^\/$/, 10],
  [/^\/for-me\/$/, 2],
  [/^\/attachments\/\d+\/picture\/$/, 60],
];
const GONE = [403, 404, 410];
const LARGEST_PICTURE = 100_000;
const MOST_FILES = 300;
// Whoever waits longer than that for what is here already reads what is here.
const PATIENCE = 4000;
// Counts how often all was emptied: what was asked for before is not kept after.
let era = 0;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.add(new Request(NOTHING_HERE, { credentials: "omit" }))));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && pathname === SIGN_OUT) event.respondWith(signedOut(request));
  else if (request.method !== "GET") return;
  else if (HASHED.test(pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" || partOf(request) || limitOf(pathname)) event.respondWith(page(event, request));
});

const limitOf = (pathname) => KEPT.find(([pattern]) => pattern.test(pathname));

/** Which part of a page is asked for: "" for the whole of it, undefined for what is not kept. */
function partOf({ headers }) {
  if (!headers.has("HX-Request") || headers.has("HX-History-Restore-Request")) return "";
  return headers.get("HX-Target") === "thread" ? "thread" : undefined;
}

async function empty(except) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PAGES) && name !== except);
  if (names.length) era += 1;
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function signedOut(request) {
  era += 1;
  await empty();
  return fetch(request).catch(() => caches.match(NOTHING_HERE));
}

async function file(request) {
  const cache = await caches.open(STATIC);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await put(cache, request, answer.clone(), MOST_FILES, /./);
  return answer;
}

async function page(event, request) {
  const part = partOf(request);
  const began = era;
  const asked = fetch(request).then((answer) => {
    event.waitUntil(keep(request, part, answer.clone(), began).catch(() => {}));
    return answer;
  });
  const kept = part === undefined ? undefined : await keptFor(request, part);
  if (!kept)
    return asked.catch((error) => (request.mode === "navigate" ? caches.match(NOTHING_HERE) : Promise.reject(error)));
  const tired = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([asked, tired]).catch(() => kept);
}

async function keep(request, part, answer, began) {
  if (began !== era) return;
  const whose = answer.headers.get("X-Kept-For");
  const { pathname } = new URL(answer.url || request.url);
  if (whose || pathname === SIGN_IN) await empty(PAGES + whose);
  const now = era;
  const [pattern, most] = limitOf(pathname) ?? [];
  if (whose && pattern && GONE.includes(answer.status)) await forget(request, whose);
  if (!whose || !pattern || part === undefined || answer.status !== 200 || answer.redirected) return;
  const body = await answer.blob();
  if (body.type.startsWith("image/") && body.size > LARGEST_PICTURE) return;
  const headers = new Headers({ "X-Kept-At": new Date().toISOString() });
  for (const name of ["Content-Type", "Content-Security-Policy"]) headers.set(name, answer.headers.get(name) ?? "");
  const cache = await caches.open(PAGES + whose);
  if (now === era) await put(cache, keyOf(request.url, part), new Response(body, { headers }), most, pattern);
  else await caches.delete(PAGES + whose);
}

/** What is closed to its reader since, or not there any more, is not to be read here either. */
async function forget({ url }, whose) {
  const cache = await caches.open(PAGES + whose);
  await Promise.all(["", "thread"].map((part) => cache.delete(keyOf(url, part))));
}

/** Put it on top, and let those of its kind go that are too many. */
async function put(cache, key, answer, most, pattern) {
  await cache.delete(key);
  await cache.put(key, answer);
  const keys = await cache.keys();
  const same = keys.filter(({ url }) => pattern.test(new URL(url).pathname));
  await Promise.all(same.slice(0, Math.max(0, same.length - most)).map((old) => cache.delete(old)));
}

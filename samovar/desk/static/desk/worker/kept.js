// The part of the service worker that finds what was kept. A conversation that was opened beside its list was never fetched
// as a page of its own: then the list is given, which asks for it. A page says by data-kept since when it is kept, a part of
// a page by X-Kept-At.
const LONGEST = 3 * 24 * 3600 * 1000;
const PLACE = '<div class="inbox-thread" id="thread"';

function keyOf(url, part) {
  const { origin, pathname, search } = new URL(url);
  const key = new URL(pathname === "/" ? `/${search}` : pathname, origin);
  if (part) key.searchParams.set("part", part);
  return key.href;
}

/** What is kept of whoever is signed in here: there is never more than one such cache. */
async function keptFor(request, part) {
  const name = (await caches.keys()).find((one) => one.startsWith(PAGES));
  if (!name) return undefined;
  const cache = await caches.open(name);
  const kept = await fresh(cache, keyOf(request.url, part));
  if (part) return kept ?? ((await fresh(cache, keyOf(request.url, ""))) && elsewhere(request.url));
  if (kept) return isPage(kept) ? dated(kept, (text) => text) : kept;
  const { origin, pathname } = new URL(request.url);
  const list = (await fresh(cache, keyOf(request.url, "thread"))) && (await fresh(cache, `${origin}/`));
  return list && dated(list, (text) => text.replace(PLACE, `${PLACE} hx-get="${pathname}" hx-trigger="load"`));
}

async function fresh(cache, key) {
  const kept = await cache.match(key);
  const isOld = kept && Date.now() - Date.parse(kept.headers.get("X-Kept-At")) > LONGEST;
  if (isOld) await cache.delete(key);
  return isOld ? undefined : kept;
}

const isPage = (kept) => kept.headers.get("Content-Type").startsWith("text/html");

/** Have htmx ask for the whole page, of which this worker knows more than of the part. */
const elsewhere = (url) => new Response("", { headers: { "HX-Redirect": url } });

async function dated(kept, change) {
  const text = change(await kept.text());
  const since = kept.headers.get("X-Kept-At");
  return new Response(text.replace("<html ", `<html data-kept="${since}" `), { headers: kept.headers });
}

Object.assign(self, { keyOf, keptFor });

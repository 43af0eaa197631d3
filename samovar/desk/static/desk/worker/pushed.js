// The part of the service worker that shows what it is told while no page is open. A press opens the conversation, in a
// window that is there if there is one.
self.addEventListener("push", (event) => {
  const told = event.data?.json() ?? {};
  if (told.title) event.waitUntil(show(told));
});

async function show({ title, body, url, tag, count }) {
  const data = { url };
  const windows = await self.clients.matchAll({ type: "window" });
  // Whoever looks at a page of ours sees it there.
  const isHere = windows.some((one) => one.focused && one.visibilityState === "visible");
  if (!isHere) await self.registration.showNotification(title, { body, tag, data, renotify: Boolean(tag) });
  if (count !== undefined) await self.navigator.setAppBadge?.(count);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

async function open(path) {
  const url = new URL(path, self.location.origin);
  // What is told is sealed by us, and still leads nowhere else.
  if (url.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window" });
  const there = windows.find((one) => new URL(one.url).pathname === url.pathname);
  const first = there ?? windows[0];
  if (!first) await self.clients.openWindow(url.href);
  else {
    await first.focus();
    if (!there) await first.navigate(url.href);
  }
}

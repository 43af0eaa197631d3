// What waits in this browser to be sent, a row for each press in the order in which they were made; also of others who were
// signed in here before. Whoever shows it hears of each change by "outbox:changed".
const STORE = "waiting";

/** Whoever this page was drawn for. */
export const person = document.documentElement.dataset.person;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode = "readwrite") {
  const opening = indexedDB.open("samovar-outbox", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "key", autoIncrement: true });
  return (await asked(opening)).transaction(STORE, mode).objectStore(STORE);
}

/** What waits of everybody. */
export const all = async () => asked((await store("readonly")).getAll());

/** What waits of whoever is signed in, in the order in which it was written. */
export async function waiting() {
  return (await all()).filter((item) => item.person === person);
}

async function change(request) {
  await asked(request);
  document.dispatchEvent(new CustomEvent("outbox:changed"));
}

/** Let something wait. */
export const add = async (item) => change((await store()).add(item));

/** Note what became of something that waits, unless it was taken back meanwhile. */
export async function note(key, what) {
  const rows = await store();
  const row = await asked(rows.get(key));
  if (row) await change(rows.put({ ...row, ...what }));
}

/** Let something wait no more, without sending it. */
export const drop = async (key) => change((await store()).delete(key));

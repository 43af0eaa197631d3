// Keys of one's own: body[data-own-keys='{"E":"D","Q":""}'] says which delivered key is another one, or none, for this
// person. Everything else knows the delivered keys alone.
const own = new Map(Object.entries(JSON.parse(document.body.dataset.ownKeys ?? "{}")));
const delivered = new Map([...own].filter(([, key]) => key).map(([key, other]) => [other, key]));

/** The delivered key that is meant by what was pressed ("E", "G I"); "" when it means nothing any more. */
export const meant = (pressed) => delivered.get(pressed) ?? (own.has(pressed) ? "" : pressed);

/** What is to be pressed for a delivered key; "" when nothing is. */
export const chosen = (key) => {
  if (document.body.dataset.keys === "off" && !key.startsWith("Mod+")) return "";
  return own.get(key) ?? key;
};

/** Whether what was pressed begins a chord of one's own. */
export const begins = (pressed) => [...delivered.keys()].some((key) => key.startsWith(`${pressed} `));

// Trusted Types: the one way from text to a page is the parser of htmx, fed by our own server; the one script that is
// started by its address is the service worker. All else is refused.
const PARSERS = ["Document parseHTMLUnsafe", "DOMParser parseFromString"];
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (text, _type, sink) => (PARSERS.includes(sink) ? text : null),
  createScriptURL: (address) => (address === "/service-worker.js" ? address : null),
});

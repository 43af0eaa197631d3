// Trusted Types: the one way from text to a page is htmx's parser, fed by our own server. Everything else is refused.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (text, _type, sink) => (sink === "DOMParser parseFromString" ? text : null),
});

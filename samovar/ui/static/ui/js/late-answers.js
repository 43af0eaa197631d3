// An answer may come when what asked for it has been replaced meanwhile: a row of a list that was drawn anew. htmx looks
// for the other places that an answer fills in the tree where the asker stands, so that one is put back, out of sight,
// until its answer has its place.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const asker = detail.requestConfig?.elt;
  if (!asker || asker.isConnected) return;
  const shelter = document.createElement("div");
  shelter.hidden = true;
  // What stands in its place bears its name now.
  asker.removeAttribute("id");
  shelter.append(asker);
  document.body.append(shelter);
  setTimeout(() => shelter.remove());
});

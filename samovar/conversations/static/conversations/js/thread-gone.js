// Says in the open thread that it is no longer there: what it asks by itself is refused once the conversation was deleted
// or its inbox closed. When it is back, so is the thread.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const status = detail.xhr?.status;
  if (target.id === "news" && status) target.querySelector("[data-gone]").hidden = status !== 404;
});

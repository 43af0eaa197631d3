// What somebody is told about the conversation that is open before them, they have seen.
document.body.addEventListener("samovar:NoticesChanged", ({ detail }) => {
  const told = document.querySelector("[data-told]");
  if (Number(told?.dataset.told) !== detail.actor_id || document.visibilityState !== "visible") return;
  told.dispatchEvent(new CustomEvent("told"));
});

// Enter in the field of a menu takes its first entry; a menu that is open is not taken away by what comes from elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-chooses]")) return;
  event.preventDefault();
  event.target.closest("menu-list").querySelector(".menu-item")?.click();
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "head" && event.detail.target.querySelector(":popover-open")) event.preventDefault();
});

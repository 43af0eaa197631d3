// Enter in the field of a menu takes its first entry.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-chooses]")) return;
  event.preventDefault();
  event.target.closest("menu-list").querySelector(".menu-item")?.click();
});

// Walks the lines of a page: what says data-line-step leads the focus so many lines on; Enter opens the line.
document.addEventListener("click", ({ target }) => {
  const step = Number(target.closest("[data-line-step]")?.dataset.lineStep);
  if (!step) return;
  const lines = [...document.querySelectorAll("a.told")];
  const now = lines.indexOf(document.activeElement);
  const next = now < 0 ? lines[0] : lines[now + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
});

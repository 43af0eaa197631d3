"""How long it takes from a key to what it shows, painted, in Chromium on the demo company."""

import os
import shutil
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, percentile
from bench.serving import Visitor, server
from samovar.operations import readiness

ROUNDS = 30
BAR = "≤ 100 ms"
CHROMIUM = os.environ.get("SAMOVAR_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# From the moment at which the browser heard the key until the frame after the one in which the page had it.
WATCH = """() => {
  const isDone = (before) => CHECK;
  const before = document.querySelector("#thread article");
  window.took = new Promise((tell) => {
    document.addEventListener("keydown", ({ timeStamp }) => {
      const look = () => {
        if (!isDone(before)) requestAnimationFrame(look);
        else requestAnimationFrame(() => setTimeout(() => tell(performance.now() - timeStamp)));
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""
# A reader looks at a conversation for so long before they go on; the next one is fetched meanwhile.
READS_MS = 900


@dataclass(frozen=True)
class Press:
    """A key, and how the page tells that it has done what it is for."""

    key: str
    name: str
    check: str
    reads_ms: int = 0


OTHER = 'document.querySelector("#thread article") && document.querySelector("#thread article") !== before'
PRESSES = (
    Press("j", "J, the next conversation", OTHER, READS_MS),
    Press("k", "K, the one before", OTHER, READS_MS),
    Press("r", "R, the reply", 'document.activeElement?.matches(".compose-text")'),
    Press("t", "T, the causes", 'document.querySelector("#cause-menu:popover-open")'),
    Press("a", "A, whom to assign to", 'document.querySelector("#assign-menu:popover-open")'),
    Press("s", "S, until when to snooze", 'document.querySelector("#snooze-menu:popover-open")'),
    Press("Control+k", "Ctrl K, the palette", 'document.querySelector("dialog:modal")'),
)


def press(page: Page, one: Press) -> float:
    """Return how many milliseconds a key takes; the page is left as it was."""
    page.wait_for_timeout(one.reads_ms)
    page.evaluate(WATCH.replace("CHECK", one.check))
    page.keyboard.press(one.key)
    took: float = page.evaluate("window.took")
    if not one.reads_ms:
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement?.blur()")
    return took


def measure(figures: Figures, page: Page) -> None:
    """Press every key again and again on an opened conversation."""
    page.goto("/")
    page.locator("a.conversation").first.click()
    page.locator("#thread article").wait_for()
    took: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for one in PRESSES:
            took.setdefault(one.name, []).append(press(page, one))
    for name, found in took.items():
        figures.add(f"{name}, 95 %", percentile(found, 0.95), "ms", BAR)
        figures.add(f"{name}, median", percentile(found, 0.5), "ms")


if __name__ == "__main__":
    readiness.ensure()
    noted, somebody = Figures("Keys, until painted"), Visitor()
    with server("samovar", "start") as (port, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        address = f"http://localhost:{port}"
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": somebody.cookie.partition("=")[2], "url": address}]
        )
        measure(noted, context.new_page())
        browser.close()
    noted.finish()

"""Fixtures of the browser tests: the real Chromium against the real pages, with the policies of production on.

Every page fails its test when it breaks a policy, writes an error to the console or asks another host for anything.
Screenshots go to ``$SAMOVAR_SHOTS`` or to the test's temporary folder.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings, settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from samovar.accounts.models import Company, User
from tests import make
from tests.patience import until

CHROMIUM = os.environ.get("SAMOVAR_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No page reaches anybody but us; what it asks of others is heard, and fails its test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
WHOLE = """() => {
  const main = document.querySelector(".app > .main");
  return Math.max(document.documentElement.scrollHeight, main && innerWidth < 760 ? main.scrollHeight + 80 : 0);
}"""
HERE = Path(__file__).parent
DESK, PHONE = 1440, 390
# Of a window at the desk, and of a phone.
HEIGHT = (900, 844)
# How a page is looked at (width, dark, Russian): each of them once; for pictures that were asked for, the others too.
LOOKS = [(DESK, False, False), (PHONE, True, True)]
if os.environ.get("SAMOVAR_SHOTS"):
    LOOKS += [(DESK, True, True), (PHONE, False, True), (PHONE, True, False)]
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Generous: a busy machine is not a mistake of the page.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
# Playwright runs an event loop in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PageAs = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that ``-m "not browser"`` leaves it out, and let it be tried twice.

    Between the keys that a test presses and the page lie three processes that a busy machine may hold back anywhere.
    What needed its second try is named at the end of the run.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium; without it the tests are skipped with the reason printed."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is missing: apt install chromium, or name it by SAMOVAR_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def in_hand() -> Iterator[set[int]]:
    """Return the threads that serve a request just now; a page that is closed does not end what it has asked for."""
    threads: set[int] = set()

    def begin(**_facts: object) -> None:
        # The test's own thread asks the application directly now and then, and waits for itself.
        if threading.current_thread() is not threading.main_thread():
            threads.add(threading.get_ident())

    def end(**_facts: object) -> None:
        threads.discard(threading.get_ident())

    request_started.connect(begin)
    request_finished.connect(end)
    yield threads
    request_started.disconnect(begin)
    request_finished.disconnect(end)


class Pages:
    """Opens pages of one test, and knows afterwards what went wrong on any of them."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    def open(
        self,
        user: User | None = None,
        *,
        width: int = DESK,
        dark: bool = False,
        language: str = "en",
        keeps: bool = False,
    ) -> Page:
        """Return a fresh page for ``user``, signed in, or for a stranger; a narrow one is a phone with touch.

        Only one that ``keeps`` has the service worker, which would answer other tests from what they asked before.
        """
        is_phone = width < 760
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": HEIGHT[is_phone]},
            color_scheme="dark" if dark else "light",
            locale={"en": "en-GB", "ru": "ru-RU"}[language],
            timezone_id="Europe/Samara",
            has_touch=is_phone,
            is_mobile=is_phone,
            reduced_motion="reduce",
            service_workers="allow" if keeps else "block",
        )
        context.set_default_timeout(PATIENCE_MS)
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": self.address}]
            )
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", self._asked)
        return page

    def _heard(self, line: ConsoleMessage) -> None:
        # Whoever leaves a page gives up what it was still asking for; what else goes wrong has a line of its own.
        if line.type == "error" and not line.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
            self.troubles.append(line.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.troubles.append(f"asks for {request.url}")


def session_of(user: User) -> str:
    """Return the key of a new session of ``user``."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Handler(StaticFilesHandler):
    """Finds the files of single tests where they lie; all others are served as in production, to be kept."""

    def _should_handle(self, path: str) -> bool:
        return super()._should_handle(path) and bool(finders.find(unquote(path).removeprefix("/static/")))


@pytest.fixture(scope="session")
def as_in_production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the settings with which static files have their hashes and come in few requests; collects them once."""
    served = {
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STORAGES": {**settings.STORAGES, "staticfiles": {"BACKEND": "samovar.ui.storage.Storage"}},
    }
    with override_settings(**served):
        call_command("collectstatic", interactive=False, verbosity=0)
    return served


@pytest.fixture(scope="session")
def live_server(as_in_production: dict[str, Any], django_db_setup: None) -> Iterator[LiveServer]:
    """Serve our pages and their files, all by the application itself."""
    with override_settings(**as_in_production):
        server = LiveServer("localhost", start=False)
        server.thread.static_handler = Handler
        server.start()
    yield server
    server.stop()


@pytest.fixture
def pages(
    browser: Browser,
    live_server: LiveServer,
    as_in_production: dict[str, Any],
    settings: LazySettings,
    in_hand: set[int],
) -> Iterator[Pages]:
    """Open pages by ``pages.open(user, width=PHONE, dark=True, language="ru")``; clear ``troubles`` if expected."""
    for name, value in as_in_production.items():
        setattr(settings, name, value)
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    opened = Pages(browser, live_server.url)
    yield opened
    for context in opened.contexts:
        context.close()
    # What is still written would stand in the database of the next test.
    until(lambda: not in_hand)
    assert not opened.troubles


@pytest.fixture
def parts_page(pages: Pages, settings: LazySettings) -> None:
    """Add the page of all parts, ``/parts/``, to the addresses."""
    settings.ROOT_URLCONF = "tests.browser.parts"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [HERE / "templates"]}]
    settings.STATICFILES_DIRS = [HERE / "static"]
    # What only tests have was not collected, and bears no hash.
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}}


@pytest.fixture
def anna() -> User:
    """An agent."""
    Company.objects.create(pk=1, name="Aurora Home")
    return make.agent("anna petrova")


@pytest.fixture
def page_as(pages: Pages) -> PageAs:
    """Open a page for somebody: ``page_as(make.agent(), width=PHONE)``."""
    return pages.open


@pytest.fixture
def page(pages: Pages) -> Page:
    """Return a page of a stranger at the desk's width."""
    return pages.open()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Hold a page to WCAG 2.2 A, AA and best practice: ``axe(page)``."""

    def check(page: Page) -> None:
        # Without preloading: it would put styles into the page, which our policy refuses.
        found = Axe().run(page, options={"runOnly": RULES, "preload": False})
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[[Page, str], Path]:
    """Keep a picture of the whole page: ``shoot(page, "inbox.ru.dark")``."""
    folder = Path(os.environ.get("SAMOVAR_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> Path:
        path = folder / f"{name}.png"
        size = page.viewport_size or {"width": DESK, "height": 900}
        # The window is made as high as the page, which on a phone scrolls inside its frame. The browser's own picture
        # of a whole page would forget that the phone is touched.
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], page.evaluate(WHOLE))})
        page.screenshot(path=path)
        page.set_viewport_size(size)
        return path

    return take


@pytest.fixture
def look_at(axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]) -> Callable[[Page, str, str], None]:
    """Open a page, hold it to the same and keep a picture: ``look_at(page, "/tags/", "tags.ru.dark")``."""

    def look(page: Page, address: str, name: str) -> None:
        page.goto(address)
        expect(page.locator("main, .main").first).to_be_visible()
        axe(page)
        shoot(page, name)

    return look

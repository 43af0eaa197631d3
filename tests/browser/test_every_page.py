"""Every page there is, looked at by axe: in both languages and themes and in four widths.

The pages come from the addresses, so that none can be forgotten. In the ordinary run each is looked at in every width,
every language and every theme, and together they have every pair of them; ``SAMOVAR_AXE=all`` looks at every page in
all sixteen ways. Who looks changes in turn among those who may see it: an administrator, an agent and an expert have
other menus, buttons and columns; in full, each of them looks.
"""

import os
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from itertools import product
from typing import NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from samovar.accounts.models import Company, Role, User
from tests import make
from tests.browser.conftest import HEIGHT, RULES, Pages
from tests.browser.desks import QUIET
from tests.rights import session_of
from tests.routes import MINE, OBJECTS, routes

pytestmark = pytest.mark.django_db(transaction=True)
PHONES, DESKS, LANGUAGES, THEMES = (320, 390), (760, 1440), ("en", "ru"), (False, True)
IS_IN_FULL = os.environ.get("SAMOVAR_AXE") == "all"
# So that the work is shared by those who run tests side by side.
SHARES = 4
# The letters that stand in frames are somebody else's, and no scripts run in them, not even those of axe.
HOW = {"runOnly": RULES, "preload": False, "iframes": False, "resultTypes": ["violations"]}
# What was right is not told: there is much of it.
FIND = "async (how) => ({ violations: (await axe.run(how)).violations })"
# What the browser shows by itself, and what only our own scripts ask for, is no page.
BEGINS = b"<!doctype html"
# With a passkey that no device has made, other pages could not be shown.
UNREAL = {"passkey", "passkey_removal"}


class Window(NamedTuple):
    """A browser in which a page is opened once, to be looked at in several widths and themes."""

    widths: tuple[int, ...]
    language: str
    viewer: User | None


class Shown(NamedTuple):
    """A page as one of those who may see it finds it; a stranger is nobody."""

    viewer: User | None
    address: str


def windows(number: int, shown: list[Shown]) -> Iterator[tuple[Window, str, list[tuple[int, bool]]]]:
    """Yield in which windows the page with this number is opened, and the width and theme of each look at it there."""
    for kind, widths in enumerate((PHONES, DESKS)):
        if IS_IN_FULL:
            for language, (viewer, address) in product(LANGUAGES, shown):
                yield Window(widths, language, viewer), address, list(product(widths, THEMES))
        else:
            viewer, address = shown[(kind + number) % len(shown)]
            # Four pages one after the other have all pairs of a width with a language, and of a width with a theme;
            # each of them has all pairs of a language with a theme.
            language = LANGUAGES[(kind + number) % 2]
            themes = [THEMES[(at + number // 2) % 2] for at in range(len(widths))]
            yield Window(widths, language, viewer), address, list(zip(widths, themes, strict=True))


def pages_of(viewers: list[User], share: int) -> Iterator[tuple[str, list[Shown]]]:
    """Yield the name of every page of a share, and as whom it is seen; a stranger sees what nobody else does."""
    once = cache(lambda objects: objects())
    clients = [Client() for _one in viewers]
    for viewer, client in zip(viewers, clients, strict=True):
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(viewer)
    for route in routes()[share::SHARES]:
        if route.name in UNREAL:
            continue
        own, objects = MINE.get(route.name), OBJECTS.get(route.name, dict)
        places = [Shown(one, reverse(route.name, kwargs=own(one) if own else once(objects))) for one in viewers]
        shown = [place for place, client in zip(places, clients, strict=True) if is_page(client, place.address)]
        if not shown and is_page(Client(), places[0].address):
            shown = [Shown(None, places[0].address)]
        if shown:
            yield route.name, shown


def is_page(client: Client, address: str) -> bool:
    """Whether this visitor finds a whole page of ours there; what the look changes is taken back."""
    with transaction.atomic():
        answer = client.get(address)
        is_shown = shows(answer)
        transaction.set_rollback(True)
    return is_shown


def shows(answer: HttpResponseBase) -> bool:
    """Whether an answer is a whole page of ours; what may run no scripts is a letter for a frame."""
    # A stream is another kind of answer.
    if not isinstance(answer, HttpResponse) or answer.status_code != HTTPStatus.OK or has_no_scripts(answer):
        return False
    return answer.content.lstrip()[: len(BEGINS)].lower() == BEGINS


def has_no_scripts(answer: HttpResponseBase) -> bool:
    """Whether the browser is told to shut an answer off."""
    return "sandbox" in answer.headers.get("Content-Security-Policy", "")


class Eyes:
    """Looks at pages, each kind of window opened once."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.open: dict[Window, Page] = {}

    def at(self, window: Window, address: str) -> Page:
        """Return the window with a page, and axe in it."""
        if window not in self.open:
            width, language = window.widths[0], window.language
            page = self.open[window] = self.pages.open(window.viewer, width=width, language=language)
            page.add_init_script(QUIET)
        page = self.open[window]
        page.goto(address)
        page.evaluate(AXE_SCRIPT)
        return page


def found_at(page: Page, width: int, *, is_dark: bool) -> str:
    """Return what axe finds on a page as it is in this width and theme."""
    page.set_viewport_size({"width": width, "height": HEIGHT[width in PHONES]})
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    report = AxeResults(page.evaluate(FIND, HOW))
    return f"{width} {'dark' if is_dark else 'light'}: {report.generate_report()}" if report.violations_count else ""


@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_on_any_page(pages: Pages, share: int) -> None:
    Company.objects.create(pk=1, name="Aurora Home")
    viewers = [make.admin("anna petrova"), make.agent("igor belov"), make.user("Elena Kiseleva", role=Role.EXPERT)]
    eyes, found = Eyes(pages), []
    every = list(pages_of(viewers, share))
    assert len(every) > 15
    seen = {viewer for _name, shown in every for viewer, _address in shown}
    assert seen.issuperset(viewers)

    for number, (name, shown) in enumerate(every):
        for window, address, looks in windows(number, shown):
            page = eyes.at(window, address)
            reports = [found_at(page, width, is_dark=is_dark) for width, is_dark in looks]
            role = window.viewer.role if window.viewer else "stranger"
            found += [f"{name} {role} {window.language} {report}" for report in reports if report]

    assert not found, "\n".join(found)

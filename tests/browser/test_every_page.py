"""Every page there is, looked at by axe: in both languages and themes and in four widths.

The pages come from the addresses, so that none can be forgotten. In the ordinary run each is looked at in every width,
every language and every theme, and together they have every pair of them; ``SAMOVAR_AXE=all`` looks at every page in
all sixteen ways.
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

from samovar.accounts.models import Company, User
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
    is_signed_in: bool


def windows(number: int, is_signed_in: bool) -> Iterator[tuple[Window, list[tuple[int, bool]]]]:
    """Yield in which windows the page with this number is opened, and the width and theme of each look at it there."""
    for kind, widths in enumerate((PHONES, DESKS)):
        if IS_IN_FULL:
            for language in LANGUAGES:
                yield Window(widths, language, is_signed_in), list(product(widths, THEMES))
        else:
            # Four pages one after the other have all pairs of a width with a language, and of a width with a theme;
            # each of them has all pairs of a language with a theme.
            language = LANGUAGES[(kind + number) % 2]
            themes = [THEMES[(at + number // 2) % 2] for at in range(len(widths))]
            yield Window(widths, language, is_signed_in), list(zip(widths, themes, strict=True))


def pages_of(admin: User, share: int) -> Iterator[tuple[str, str, bool]]:
    """Yield the name and the address of every page of a share, and whether somebody has to be signed in for it."""
    once = cache(lambda objects: objects())
    client, stranger = Client(), Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(admin)
    for route in routes()[share::SHARES]:
        if route.name in UNREAL:
            continue
        own = MINE.get(route.name)
        numbers = own(admin) if own else once(OBJECTS[route.name]) if route.parameters else {}
        address = reverse(route.name, kwargs=numbers)
        for one, is_signed_in in ((client, True), (stranger, False)):
            with transaction.atomic():
                answer = one.get(address)
                is_page = shows(answer)
                transaction.set_rollback(True)
            if is_page:
                yield route.name, address, is_signed_in
                break


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

    def __init__(self, pages: Pages, admin: User) -> None:
        self.pages, self.admin = pages, admin
        self.open: dict[Window, Page] = {}

    def at(self, window: Window, address: str) -> Page:
        """Return the window with a page, and axe in it."""
        if window not in self.open:
            user = self.admin if window.is_signed_in else None
            page = self.open[window] = self.pages.open(user, width=window.widths[0], language=window.language)
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
    admin = make.admin("anna petrova")
    eyes, found = Eyes(pages, admin), []
    every = list(pages_of(admin, share))
    assert len(every) > 15

    for number, (name, address, is_signed_in) in enumerate(every):
        for window, looks in windows(number, is_signed_in):
            page = eyes.at(window, address)
            reports = [found_at(page, width, is_dark=is_dark) for width, is_dark in looks]
            found += [f"{name} {window.language} {report}" for report in reports if report]

    assert not found, "\n".join(found)

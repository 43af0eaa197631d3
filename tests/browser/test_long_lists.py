"""Lists that have grown, in a real browser: searched by keys alone, page by page, on a desk and on a phone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import Company, User
from samovar.conversations.models import Cause, Tag
from samovar.lib import listing
from tests import make
from tests.browser.conftest import LOOKS, Pages, session_of
from tests.browser.desks import inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lea() -> User:
    """An administrator of a company that has grown."""
    Company.objects.create(pk=1, name="Aurora Home")
    lea = make.admin("lea orlova")
    olga = make.agent("olga belova")
    olga.know_about(["oak", "returns"], by=olga)
    make.promise(olga, timezone.now() - timedelta(minutes=1))
    numbers = range(listing.PAGE)
    User.objects.bulk_create(
        User(email=f"anna{at:02}@aurora.example", name=f"Anna Petrova {at:02}", sort_key=f"anna {at:02}")
        for at in numbers
    )
    Tag.objects.bulk_create(Tag(name=f"Shelf {at:02}") for at in numbers)
    top = make.cause("Shelves")
    Cause.objects.bulk_create(Cause(name=f"Shelf {at:02}", parent=top, position=at) for at in numbers)
    return lea


@pytest.mark.parametrize(
    ("address", "typed", "found"),
    [
        ("/people/", "jkuf", None),
        ("/people/", "belo", "Olga Belova"),
        ("/experts/", "oak", "Olga Belova"),
        ("/causes/", "shelf 07", "Shelf 07"),
        ("/tags/", "shelf 07", "Shelf 07"),
        ("/promises/", "olga", "Olga Belova"),
    ],
)
def test_by_keys_alone_one_is_found_and_all_are_shown_again(
    pages: Pages, lea: User, address: str, typed: str, found: str | None
) -> None:
    page = inbox(pages, lea, address)
    rows = page.locator("main tbody tr")
    before = rows.count()

    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"[?&]q="))
    if found:
        expect(rows.first).to_contain_text(found if address != "/causes/" else "Shelves")
        expect(page.locator("main")).to_contain_text(found)
        page.keyboard.press("/")
        page.keyboard.press("Control+a")
        page.keyboard.type("zzz")
        page.keyboard.press("Enter")
    page.get_by_role("link", name="Show all").press("Enter")
    expect(rows).to_have_count(before)


def test_the_next_page_of_people_is_a_press_away_without_scripts(pages: Pages, lea: User) -> None:
    context = pages.browser.new_context(base_url=pages.address, java_script_enabled=False, locale="en-GB")
    pages.contexts.append(context)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(lea), "url": pages.address}])
    page = context.new_page()
    page.goto("/people/?q=a")

    page.get_by_role("link", name="More", exact=True).click()

    expect(page.get_by_role("link", name="Olga Belova")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Find somebody")).to_have_value("a")


@pytest.mark.parametrize("look", LOOKS)
def test_lists_that_have_grown_look_well(
    pages: Pages,
    lea: User,
    look_at: Callable[[Page, str, str], None],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    page = inbox(pages, lea, "/people/", width=width, dark=dark, ru=ru)
    looks = f"{width}{'.ru' * ru}{'.dark' * dark}"
    for what, address in (
        ("people", "/people/"),
        ("people-none", "/people/?q=zzz"),
        ("experts", "/experts/?q=oak"),
        ("causes", "/causes/"),
        ("causes-found", "/causes/?q=shelf 07"),
        ("tags", "/tags/?q=shelf 0"),
        ("promises", "/promises/"),
        ("promise-rows", "/promises/rows/?days=7&q=olga"),
        ("promise-rows-none", "/promises/rows/?days=7&q=zzz"),
    ):
        look_at(page, address, f"long.{what}.{looks}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

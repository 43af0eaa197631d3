"""Keys of one's own in a real browser: chosen by pressing them, shown on buttons, and working at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_is_chosen_by_pressing_it_and_the_old_one_does_nothing(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = pages.open(anna)
    page.goto("/keys/")
    page.get_by_label("Resolve or reopen", exact=True).press("w")
    page.get_by_label("Note to the team", exact=True).press("Backspace")
    page.get_by_label("Inbox", exact=True).press("g")
    page.get_by_label("Inbox", exact=True).press("w")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved")

    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    resolve = page.get_by_role("button", name="Resolve", exact=True)
    expect(resolve.locator("kbd")).to_have_text("W")
    page.keyboard.press("n")
    page.keyboard.press("e")
    expect(resolve).to_be_visible()
    expect(page.locator("textarea:focus")).to_have_count(0)
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).not_to_contain_text("Note to the team")
    page.keyboard.press("Escape")
    page.goto("/customers/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/")


def test_with_keys_switched_off_no_button_shows_one(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    anna.change_ways(has_keys=False)
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    expect(page.get_by_role("button", name="Resolve", exact=True).locator("kbd")).to_be_hidden()
    expect(page.get_by_role("link", name="Search or jump").locator("kbd")).to_be_visible()


def test_the_filters_of_the_history_are_a_key_away(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("h")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.locator(".history .filters [aria-current]")).not_to_have_text("Everything")


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_of_keys_looks_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, is_russian = look
    language = "ru" if is_russian else "en"
    anna.change_ways(keys={"E": "W", "Q": ""}, language=language)
    page = pages.open(anna, width=width, dark=dark, language=language)
    page.goto("/keys/")

    axe(page)
    shoot(page, f"keys-{width}-{'dark' if dark else 'light'}-{language}")

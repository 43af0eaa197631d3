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
    expect(page.locator(".keys > div", has_text="Resolve or reopen").locator("kbd")).to_have_text("W")
    page.keyboard.press("Escape")
    page.goto("/customers/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/")


def test_the_question_mark_shows_every_key_wherever_one_is(pages: Pages, anna: User) -> None:
    page = inbox(pages, anna, "/customers/")

    page.keyboard.press("?")

    dialog = page.get_by_role("dialog", name="All keys")
    for name, key in (
        ("Undo", "Z"),
        ("Open what is chosen", "↵"),
        ("Leave the field, close, back", "Esc"),
        ("The promise is kept", "Y"),
        ("The cause of what was just resolved", "Shift T"),
        ("Bold", "Ctrl B"),
        ("Name a colleague in a note", "Ctrl Shift 2"),
    ):
        expect(dialog.locator("dl > div", has=page.get_by_text(name, exact=True)).locator("kbd")).to_have_text(key)
    assert "" not in dialog.locator("dt, kbd").all_inner_texts()


def test_what_shows_no_key_tells_it_when_it_is_pointed_at(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    anna.change_ways(keys={"S": "W", "G C": ""})
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    snooze = page.get_by_role("button", name="Snooze", exact=True)
    expect(snooze).to_have_attribute("title", "Snooze · W")
    expect(snooze).to_have_attribute("aria-keyshortcuts", "W")
    resolve = page.get_by_role("button", name="Resolve", exact=True)
    expect(resolve).to_have_attribute("aria-keyshortcuts", "E")
    assert resolve.get_attribute("title") is None
    send = page.get_by_role("button", name="Send", exact=True)
    expect(send).to_have_attribute("aria-keyshortcuts", "Control+Enter")
    expect(page.get_by_role("link", name="Inbox", exact=False).first).to_have_attribute("title", "Inbox · G I")
    assert page.locator(".nav [href='/customers/']").first.get_attribute("title") is None
    expect(page.get_by_role("searchbox", name="Search this list", exact=True)).to_have_attribute(
        "title", "Search this list · /"
    )


def test_what_came_by_itself_tells_its_key_and_keeps_its_name(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.keyboard.press("s")
    page.keyboard.press("Enter")

    back = page.get_by_role("button", name="Back now", exact=True)
    expect(back).to_have_attribute("title", "Back now · S")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_attribute("aria-keyshortcuts", "Z")


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

"""Deleting a conversation and restoring it in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from samovar.accounts.models import User
from samovar.conversations.models.deleting import DeletionReason
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import FIRST, SECOND, inbox, subject, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_by_keys_alone_it_goes_the_next_one_opens_and_undo_brings_it_back(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Opened by mistake")).to_be_focused()
    page.keyboard.press("Enter")
    subject(page, SECOND)
    expect(page.locator("a.conversation")).to_have_count(1)
    page.keyboard.press("z")

    expect(page.locator("a.conversation", has_text=FIRST)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Restored")


def test_what_the_page_asks_by_itself_about_it_does_not_take_the_place_of_undo(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    held: list[Route] = []
    page.route(f"**/conversations/{second.pk}/", lambda route: held.append(route))

    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    page.get_by_role("button", name="Opened by mistake").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Deleted")
    with page.expect_response(f"**/conversations/{first.pk}/news/**") as answer:
        tell(page, first)
    assert answer.value.status == 404
    page.wait_for_function("document.querySelector('[data-gone]').checkVisibility()")
    page.keyboard.press("z")

    expect(page.locator("#toasts")).to_contain_text("Restored")
    expect(page.locator("#toasts")).not_to_contain_text("could not be done")
    for route in held:
        route.continue_()
    pages.troubles.clear()


def test_who_has_it_open_is_told_that_it_is_gone_and_when_it_is_back(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    gone = page.get_by_text("This conversation is no longer here")
    expect(gone).to_be_hidden()

    first.trash(DeletionReason.DOUBLE, by=make.agent("olga"))
    tell(page, first)
    expect(gone).to_be_visible()
    expect(page.locator("#toasts")).to_be_empty()

    first.restore(by=anna)
    tell(page, first)
    expect(gone).to_be_hidden()
    pages.troubles.clear()


@pytest.mark.parametrize("look", LOOKS)
def test_the_menu_and_the_list_of_the_deleted_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    first, second = two_waiting()
    second.trash(DeletionReason.PRIVATE, by=anna)
    page = inbox(pages, anna, f"/conversations/{first.pk}/", width=width, dark=dark, ru=ru)
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"

    page.locator("[popovertarget=more-menu]").click()
    page.locator("[popovertarget=delete-menu]").click()
    expect(page.locator("#delete-menu")).to_be_visible()
    axe(page)
    shoot(page, f"delete-menu.{name}")
    page.keyboard.press("Escape")
    first.trash(DeletionReason.DOUBLE, by=anna)
    tell(page, first)
    expect(page.locator("[data-gone]")).to_be_visible()
    pages.troubles.clear()
    axe(page)
    shoot(page, f"gone.{name}")
    page.goto("/deleted/")
    page.wait_for_load_state("networkidle")
    axe(page)
    shoot(page, f"deleted.{name}")

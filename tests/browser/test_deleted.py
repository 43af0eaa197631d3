"""Deleting a conversation and restoring it in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models.deleting import DeletionReason
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import FIRST, SECOND, inbox, subject, two_waiting

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
    page.goto("/deleted/")
    page.wait_for_load_state("networkidle")
    axe(page)
    shoot(page, f"deleted.{name}")

"""Priority, number, link and paper in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models.prioritising import Priority
from tests.browser.conftest import DESK, LOOKS, PHONE, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_and_enter_make_it_urgent_and_undo_takes_it_back(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Urgent", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks .badge", has_text="Urgent")).to_be_visible()
    page.keyboard.press("z")

    expect(page.locator(".thread-marks .badge", has_text="Urgent")).to_have_count(0)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_press_in_a_menu_does_what_it_says(pages: Pages, anna: User, width: int) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), width=width)

    page.get_by_role("button", name="Add to the conversation").click()
    page.locator("#add-menu .menu-item", has_text="Priority").click()
    page.get_by_role("button", name="Urgent", exact=True).click()
    expect(page.locator(".thread-marks .badge", has_text="Urgent")).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Spam", exact=True).click()

    expect(page.locator("#toasts")).to_contain_text("Moved to spam")


def test_one_press_copies_the_link(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("link", name=f"Copy the link to request {first.pk}").click()

    expect(page.locator("#toasts")).to_contain_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/conversations/{first.pk}/")


@pytest.mark.parametrize("look", LOOKS)
def test_priority_and_paper_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    first, second = two_waiting()
    first.prioritise(Priority.URGENT, by=anna)
    second.prioritise(Priority.LOW, by=anna)
    first.add_note("A regular", by=anna)
    page = inbox(pages, anna, width=width, dark=dark, ru=ru)

    for name, path in (
        ("urgent", first.get_absolute_url()),
        ("rows", "/"),
        ("paper", f"{first.get_absolute_url()}print/?notes"),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"{name}.{width}{'.ru' * ru}{'.dark' * dark}")

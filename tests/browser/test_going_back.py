"""Escape leads out: of the field, of what is open, and then back to the list that one came from."""

import re

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Draft
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.desks import FIRST, inbox, subject, two_waiting
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)

LIST = re.compile(r"//[^/]+/\?view=everything$")


@pytest.fixture
def first() -> Conversation:
    """The one of two customers who waits longer."""
    first, _second = two_waiting()
    return first


def opened(pages: Pages, anna: User, first: Conversation, width: int = DESK) -> Page:
    """Open it from the list of everything."""
    page = inbox(pages, anna, "/?view=everything", width=width)
    page.locator(f"a.conversation[href^='{first.get_absolute_url()}']").click()
    subject(page, FIRST)
    return page


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_escape_leads_from_a_conversation_to_its_list(
    pages: Pages, anna: User, first: Conversation, width: int
) -> None:
    page = opened(pages, anna, first, width)

    page.keyboard.press("Escape")

    expect(page).to_have_url(LIST)
    expect(page.locator(".thread-subject")).to_have_count(0)
    # At the desk the keys go on where they were.
    if width == DESK:
        page.keyboard.press("j")
        subject(page, FIRST)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_escape_leads_from_a_customer_to_where_one_came_from(
    pages: Pages, anna: User, first: Conversation, width: int
) -> None:
    page = inbox(pages, anna, "/customers/?q=elena", width=width)
    page.get_by_role("link", name="Elena Sokolova").first.click()
    expect(page.locator("h1")).to_have_text("Elena Sokolova")

    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile(r"/customers/\?q=elena$"))


def test_the_field_comes_first_and_what_was_typed_is_a_draft(pages: Pages, anna: User, first: Conversation) -> None:
    page = opened(pages, anna, first)
    page.keyboard.press("r")
    page.keyboard.type("We swap it")
    page.keyboard.press("Escape")
    expect(page.locator("textarea:focus")).to_have_count(0)
    subject(page, FIRST)

    page.keyboard.press("Escape")

    expect(page).to_have_url(LIST)
    until(lambda: Draft.objects.filter(text="We swap it").exists())
    page.keyboard.press("j")
    expect(page.get_by_label("Reply to the customer")).to_have_value("We swap it")


def test_a_menu_and_a_dialog_close_first(pages: Pages, anna: User, first: Conversation) -> None:
    page = opened(pages, anna, first)
    page.keyboard.press("s")
    expect(page.locator("#snooze-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#snooze-menu")).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="All keys")).to_be_hidden()
    subject(page, FIRST)

    page.keyboard.press("Escape")

    expect(page).to_have_url(LIST)


def test_words_in_a_menu_that_nobody_keeps_are_not_left_behind(pages: Pages, anna: User, first: Conversation) -> None:
    page = opened(pages, anna, first)
    page.keyboard.press("Shift+P")
    page.keyboard.type("Ask the carrier")

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    expect(page.locator("#step-menu")).to_be_hidden()
    subject(page, FIRST)
    page.keyboard.press("Shift+P")
    expect(page.locator("#step-menu input:focus")).to_have_value("Ask the carrier")


def test_selected_rows_are_let_go_first(pages: Pages, anna: User, first: Conversation) -> None:
    page = opened(pages, anna, first)
    page.keyboard.press("Space")
    picking = page.locator("conversation-list[data-picking]")
    expect(picking).to_be_visible()
    page.keyboard.press("Escape")
    expect(picking).to_have_count(0)
    subject(page, FIRST)

    page.keyboard.press("Escape")

    expect(page).to_have_url(LIST)


def test_the_drawer_of_the_customer_closes_first(pages: Pages, anna: User, first: Conversation) -> None:
    page = opened(pages, anna, first, 1200)
    page.keyboard.press("]")
    expect(page.locator("#side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    subject(page, FIRST)

    page.keyboard.press("Escape")

    expect(page).to_have_url(LIST)


def test_after_a_change_the_way_back_is_the_same(pages: Pages, anna: User, first: Conversation) -> None:
    page = opened(pages, anna, first)
    page.keyboard.press("m")
    expect(page.locator(".thread-owner")).to_have_text("Anna Petrova")

    page.keyboard.press("Escape")

    expect(page).to_have_url(LIST)

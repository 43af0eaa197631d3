"""A note is edited where it stands, by keys alone; two tabs at once lose nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Message
from tests.browser.conftest import PHONE, Pages, session_of
from tests.browser.desks import inbox, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
FIELD = "#note-edit textarea"
DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('draft:'))"
Looks = dict[str, Any]


@pytest.fixture
def first(anna: User) -> Conversation:
    """A conversation with a note in it that holds a slip."""
    first, _second = two_waiting()
    first.add_note("He moves on **Tuesday**.", by=anna)
    return first


def open_form(page: Page) -> None:
    """Open the form from the menu of the note, by keys."""
    page.locator('.message[data-from="note"]').get_by_role("button", name="More about this message").press("Enter")
    page.locator("menu-list:popover-open .menu-item").first.press("Enter")
    expect(page.locator(FIELD)).to_be_focused()


def note() -> str:
    return Message.objects.get(direction="note").text


def test_by_keys_alone_it_is_edited_taken_back_and_done_again(pages: Pages, anna: User, first: Conversation) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    open_form(page)
    expect(page.locator("#editor")).to_be_hidden()
    page.keyboard.press("Control+A")
    page.keyboard.type("He moves on Thursday.")
    page.keyboard.press("Control+Enter")

    shown = page.locator('.message[data-from="note"]')
    expect(shown).to_contain_text("He moves on Thursday.")
    expect(page.locator("#editor")).to_be_visible()
    assert not first.messages.filter(direction="out").exists()
    shown.get_by_text("Edited").press("Enter")
    expect(shown.locator("details")).to_contain_text("He moves on **Tuesday**.")
    page.keyboard.press("z")
    expect(shown).to_contain_text("He moves on Tuesday.")
    expect(shown.locator("details")).to_have_count(0)
    page.keyboard.press("z")
    expect(shown).to_contain_text("He moves on Thursday.")


def test_the_second_of_two_tabs_sees_what_happened_and_keeps_its_text(
    pages: Pages, anna: User, first: Conversation
) -> None:
    one = inbox(pages, anna, first.get_absolute_url())
    two = inbox(pages, anna, first.get_absolute_url())
    open_form(one)
    open_form(two)
    one.locator(FIELD).fill("He moves on Thursday.")
    one.keyboard.press("Control+Enter")
    expect(one.locator('.message[data-from="note"]')).to_contain_text("Thursday")
    two.locator(FIELD).fill("He moves on Friday.")
    tell(two, first)
    # What is new comes into the thread and leaves alone what is being typed.
    expect(two.locator('.message[data-from="note"]')).to_contain_text("Thursday")
    expect(two.locator(FIELD)).to_have_value("He moves on Friday.")

    two.locator(FIELD).press("Control+Enter")

    expect(two.locator("#note-edit [role=alert]")).to_contain_text("He moves on Thursday.")
    expect(two.locator(FIELD)).to_have_value("He moves on Friday.")
    assert note() == "He moves on Thursday."
    two.get_by_role("button", name="Save all the same").click()
    expect(two.locator('.message[data-from="note"]')).to_contain_text("Friday")
    # The browser notes what was refused.
    pages.troubles.clear()


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    open_form(page)
    page.locator(FIELD).fill("He moves on Thursday.")
    Session.objects.all().delete()
    with page.expect_navigation(url="**/accounts/login/**"):
        page.locator(FIELD).press("Control+Enter")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(anna), "url": pages.address}])
    page.goto(first.get_absolute_url())
    assert note() == "He moves on **Tuesday**."

    open_form(page)
    expect(page.locator(FIELD)).to_have_value("He moves on Thursday.")
    page.locator(FIELD).press("Control+Enter")

    expect(page.locator('.message[data-from="note"]')).to_contain_text("Thursday")
    open_form(page)
    expect(page.locator(FIELD)).to_have_value("He moves on Thursday.")
    pages.troubles.clear()


@pytest.mark.parametrize("looks", [{}, {"width": PHONE, "dark": True, "ru": True}])
def test_the_form_looks_well(
    pages: Pages,
    anna: User,
    first: Conversation,
    looks: Looks,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    page = inbox(pages, anna, first.get_absolute_url(), **looks)
    page.locator('.message[data-from="note"] .message-more').click()
    page.locator("menu-list:popover-open .menu-item").first.click()
    page.locator(FIELD).fill("He moves on Thursday, and **nobody** is there in the morning.")
    axe(page)
    shoot(page, f"note form {looks}")
    page.locator("#note-edit [data-key]").click()
    page.locator('.message[data-from="note"] details summary').click()
    expect(page.locator('.message[data-from="note"] details')).to_contain_text("Tuesday")
    axe(page)
    shoot(page, f"note edited {looks}")


def test_cancelled_words_are_gone_from_the_browser(pages: Pages, anna: User, first: Conversation) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    open_form(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("Nobody shall read this")
    assert len(page.evaluate(DRAFTS)) == 1

    page.locator("#note-edit").get_by_role("link", name="Cancel").press("Enter")
    expect(page.locator(FIELD)).to_have_count(0)

    assert page.evaluate(DRAFTS) == []
    open_form(page)
    expect(page.locator(FIELD)).to_have_value("He moves on **Tuesday**.")


def test_signing_out_asks_about_words_that_are_saved_nowhere_and_leaves_none(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    page.evaluate("localStorage.setItem('draft:77-5-reply', JSON.stringify({ text: 'Of somebody else', at: 1 }))")
    open_form(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("He moves on Friday.")
    page.get_by_role("button", name=anna.name).click()

    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("not saved yet")
    dialog.get_by_role("button", name="Stay").click()
    expect(page.locator(FIELD)).to_have_value("He moves on Friday.")
    page.get_by_role("button", name=anna.name).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign out and remove it").click()

    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(DRAFTS) == ["draft:77-5-reply"]


def test_signing_out_saves_what_was_just_typed_and_leaves_no_copy(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    page.get_by_role("button", name=anna.name).click()
    # Typed last, and at once: nothing has been saved yet when the form goes.
    page.evaluate(
        """() => {
          const area = document.querySelector('.compose[data-mode="reply"] textarea');
          area.value = "On Thursday.";
          area.dispatchEvent(new Event("input", { bubbles: true }));
          document.querySelector('form[action$="/accounts/logout/"]').requestSubmit();
        }"""
    )

    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(DRAFTS) == []
    assert first.drafts.get(user=anna).text == "On Thursday."

"""An answer can be taken back, put off to a moment, changed and sent at once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, PendingReply
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import FIRST, SECOND, inbox, subject, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = "We come on **Friday**."
Shoot = Callable[[Page, str], Path]
Axe = Callable[[Page], None]


@pytest.fixture
def olga(anna: User) -> User:
    """Somebody who can take back what they have sent."""
    anna.change_ways(undo_seconds=10)
    return anna


def reply_on(page: Page) -> str:
    return page.get_by_label("Reply to the customer").input_value()


def write(page: Page, conversation: Conversation) -> None:
    subject(page, conversation.subject)
    page.keyboard.press("r")
    page.keyboard.type(ANSWER)


def test_z_brings_back_what_was_sent(pages: Pages, olga: User, axe: Axe, shoot: Shoot) -> None:
    first, _second = two_waiting()
    page = inbox(pages, olga, first.get_absolute_url())
    write(page, first)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pending strong")).to_have_text("Friday")
    assert reply_on(page) == ""
    shoot(page, "being sent")
    axe(page)

    page.keyboard.press("z")

    expect(page.locator(".pending")).to_be_hidden()
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    assert not first.messages.filter(direction="out").exists()
    page.reload()
    assert reply_on(page) == ANSWER


def test_z_brings_back_what_was_sent_and_resolved_where_it_was_written(pages: Pages, olga: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, olga, first.get_absolute_url())
    write(page, first)
    page.keyboard.press("Control+Shift+Enter")
    subject(page, SECOND)
    expect(page.locator("undo-toast")).to_be_visible()

    page.keyboard.press("z")

    subject(page, FIRST)
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    first.refresh_from_db()
    assert first.resolved_at is None


def test_what_was_typed_since_comes_back_too(pages: Pages, olga: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, olga, first.get_absolute_url())
    write(page, first)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pending li .badge")).to_have_text(re.compile(r"Leaves in \d+ sec"))
    page.get_by_label("Reply to the customer").press_sequentially("And more")

    page.locator(".pending").get_by_role("button", name="Undo").click()

    expect(page.get_by_label("Reply to the customer")).to_have_value(f"{ANSWER}\n\nAnd more")


@pytest.mark.parametrize(("width", "ru"), [(1440, False), (PHONE, False), (1440, True)])
def test_an_answer_is_put_off_changed_and_taken_back(
    pages: Pages, olga: User, width: int, ru: bool, axe: Axe, shoot: Shoot
) -> None:
    first, _second = two_waiting()
    page = inbox(pages, olga, first.get_absolute_url(), width=width, ru=ru)
    page.locator('.compose[data-mode="reply"] textarea').fill(ANSWER)
    page.locator('[popovertarget="send-menu"]').click()
    shoot(page, f"send menu {width} {'ru' if ru else 'en'}")
    axe(page)
    page.locator('#send-menu [value="later tomorrow"]').click()
    expect(page.locator(".pending li")).to_be_visible()
    shoot(page, f"planned {width} {'ru' if ru else 'en'}")

    page.locator(".pending summary").click()
    page.locator(".pending textarea").fill("We come on Monday.")
    axe(page)
    page.locator(".pending form").filter(has=page.locator("textarea")).locator("button").click()
    expect(page.locator(".pending .text")).to_have_text("We come on Monday.")
    page.locator('.pending form[action$="/return/"] button').click()

    expect(page.locator('.compose[data-mode="reply"] textarea')).to_have_value("We come on Monday.")
    assert not PendingReply.objects.exists()


def test_with_the_keyboard_alone_it_is_put_off(pages: Pages, olga: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, olga, first.get_absolute_url())
    write(page, first)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="More ways to send").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#send-menu [autofocus]")).to_be_focused()
    page.keyboard.press("s")
    page.keyboard.press("Enter")

    expect(page.locator("undo-toast")).to_be_visible()
    assert PendingReply.objects.get().snooze_until is not None


def test_send_now_shows_the_message(pages: Pages, olga: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, olga, first.get_absolute_url())
    page.get_by_label("Reply to the customer").fill(ANSWER)
    page.get_by_role("button", name="More ways to send").click()
    page.locator('#send-menu [value="later tomorrow"]').click()

    page.get_by_role("button", name="Send now").click()

    expect(page.locator("#entries .message").last.locator("strong")).to_have_text("Friday")
    expect(page.locator(".pending")).to_be_hidden()

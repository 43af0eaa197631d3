"""To whom an answer goes, in a real browser: chips by keyboard alone, kept with the draft, and how they look."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations import drafting
from samovar.conversations.chips import Chip
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.message import Verdict
from samovar.conversations.recipients import Field, Person
from tests import make
from tests.browser.conftest import DESK, LOOKS, PHONE, Pages
from tests.browser.desks import inbox, quiet, tell

pytestmark = pytest.mark.django_db(transaction=True)


# What takes the focus among the chips and in the line of keys, and is drawn beyond what shows of it with its ring.
CUT_OFF = """() => {
  const ring = 4;
  const places = ".recipients :is(select, label, .button), .keys-line button";
  return [...document.querySelectorAll(places)].filter((one) => one.checkVisibility()).filter((one) => {
    const box = one.getBoundingClientRect();
    for (let around = one.parentElement; around; around = around.parentElement) {
      if (getComputedStyle(around).overflow === "visible" || around.closest("[popover]")) continue;
      const room = around.getBoundingClientRect();
      const sides = [box.left - room.left, box.top - room.top, room.right - box.right, room.bottom - box.bottom];
      if (Math.min(...sides) < ring) return true;
    }
    return false;
  }).map((one) => one.outerHTML.slice(0, 80));
}"""


def waiting(**given: Any) -> Conversation:
    """Somebody who waits and names two others."""
    named = (make.named("bob@mail.example", "Bob Marsh"), make.named("accounts@very-long-name-of-a-company.example"))
    return make.conversation(subject="A scratched desk", named=named, **given)


def test_somebody_is_added_and_hidden_by_keyboard_alone(pages: Pages, anna: User) -> None:
    conversation = make.conversation()
    with transaction.atomic():
        make.customer("Max Orlov", "max@law.example")
    page = inbox(pages, anna, f"/conversations/{conversation.pk}/")

    # The answer to an earlier question may never come: what is typed behind it is asked for all the same.
    page.route("**/recipients/?*&q=", quiet)
    page.get_by_role("button", name="Add somebody").focus()
    with page.expect_request("**/recipients/?*&q="):
        page.keyboard.press("Enter")
    page.keyboard.type("max")
    expect(page.locator("#recipients-found .menu-item")).to_have_count(1)
    with page.expect_response("**/drafts/reply/"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Max Orlov")).to_be_checked()
    expect(page.get_by_label("Name or address")).to_have_value("")
    with page.expect_response("**/drafts/reply/"):
        page.get_by_label("Where Max Orlov stands").focus()
        page.keyboard.type("Hidden")
    page.reload()

    expect(page.get_by_label("Where Max Orlov stands")).to_have_value("bcc")
    page.keyboard.press("r")
    page.keyboard.type("Here you are.")
    page.keyboard.press("Control+Enter")
    expect(page.locator('.message[data-from="out"]')).to_contain_text("Hidden copy: Max Orlov")
    found = Message.objects.get(direction="out").recipients
    assert found == {"to": [["Elena Sokolova", "elena@mail.example"]], "bcc": [["Max Orlov", "max@law.example"]]}


def test_what_was_chosen_stays_when_news_come(pages: Pages, anna: User) -> None:
    conversation = waiting()
    page = inbox(pages, anna, f"/conversations/{conversation.pk}/")
    bob = page.get_by_role("checkbox", name="Bob Marsh")
    bob.focus()
    with page.expect_response("**/drafts/reply/"):
        page.keyboard.press("Space")
    conversation.assign(to=anna, by=make.agent("igor belov"))
    with page.expect_response("**/news/**"):
        tell(page, conversation)

    expect(bob).to_be_checked()
    with page.expect_response("**/drafts/reply/"):
        page.keyboard.press("Backspace")
    expect(bob).not_to_be_checked()


def test_one_press_sends_to_those_whom_a_doubtful_mail_names(pages: Pages, anna: User) -> None:
    conversation = make.conversation(verdict=Verdict.FAILED)
    page = inbox(pages, anna, f"/conversations/{conversation.pk}/")
    elena = page.get_by_role("checkbox", name="Elena Sokolova", exact=True)
    expect(elena).not_to_be_checked()
    page.keyboard.press("r")
    page.keyboard.type("Is it you?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nobody gets this yet")
    pages.troubles.clear()

    page.get_by_role("button", name="Send to them").click()
    expect(elena).to_be_checked()
    page.get_by_label("Reply to the customer").focus()
    page.keyboard.press("Control+Enter")

    expect(page.locator('.message[data-from="out"]')).to_contain_text("Is it you?")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_no_ring_of_focus_is_cut_off(pages: Pages, anna: User, width: int) -> None:
    make.mailbox()
    conversation = waiting()
    customer = conversation.customer_id
    own = conversation.get_absolute_url()
    page = inbox(pages, anna, own, width=width)

    for address in (own, f"{own}asking/", f"/conversations/new/?customer={customer}"):
        page.goto(address)
        expect(page.locator(".recipients-add")).to_be_visible()
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("look", LOOKS)
def test_chips_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    conversation = waiting(verdict=Verdict.FAILED)
    picked = [("to", "Elena Sokolova", "elena@mail.example"), ("bcc", "Max Orlov", "max@law.example")]
    chosen = [Chip(Field(field), Person(name, address)) for field, name, address in picked]
    drafting.keep_chips(conversation, chosen, conversation.messages.get().pk, by=anna)
    page = inbox(pages, anna, f"/conversations/{conversation.pk}/", width=width, dark=dark, ru=ru)

    expect(page.locator(".chip")).to_have_count(4)
    page.wait_for_load_state("networkidle")
    axe(page)
    shoot(page, f"recipients.{width}{'.ru' * ru}{'.dark' * dark}")
    page.locator(".recipients-add").click()
    expect(page.locator("#recipients-found .menu-item").first).to_be_visible()
    axe(page)
    shoot(page, f"recipients-menu.{width}{'.ru' * ru}{'.dark' * dark}")

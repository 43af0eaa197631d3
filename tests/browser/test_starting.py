"""Beginning a conversation in a real browser: by keyboard alone, and how its pages look."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Beginning, Conversation, Message
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)


DRAFT = re.compile(r"/conversations/new/draft/")
ENTER_AT_ONCE = """() => {
  const found = document.querySelector("#recipients-found");
  const typed = document.querySelector("#add-recipient input");
  new MutationObserver((_, watch) => {
    if (!found.querySelector(".menu-item")) return;
    watch.disconnect();
    typed.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  }).observe(found, { childList: true });
}"""


def test_a_letter_is_begun_and_sent_by_keyboard_alone(pages: Pages, anna: User) -> None:
    make.mailbox()
    page = inbox(pages, anna)

    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="New conversation")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Add somebody").focus()
    page.keyboard.press("Enter")
    # In the very instant in which the entry appears, Enter already takes it.
    page.evaluate(ENTER_AT_ONCE)
    page.keyboard.type("Roman <roman@mail.example>")
    expect(page.get_by_role("checkbox", name="Roman")).to_be_checked()
    page.get_by_label("Subject").focus()
    page.keyboard.type("Your desk")
    page.get_by_label("Text").focus()
    with page.expect_response(DRAFT):
        page.keyboard.type("It comes on Thursday.")
    page.keyboard.press("Control+Enter")

    expect(page).to_have_url(re.compile(r"/conversations/\d+/"))
    expect(page.locator('.message[data-from="out"]')).to_contain_text("It comes on Thursday.")
    assert Message.objects.get().recipients == {"to": [["Roman", "roman@mail.example"]]}
    page.goto("/conversations/new/")
    expect(page.get_by_label("Text")).to_have_value("")
    assert not Beginning.objects.exists()


def _add(page: Page, name: str, address: str) -> None:
    page.get_by_role("button", name="Add somebody").press("Enter")
    page.locator("#add-recipient input").fill(f"{name} <{address}>")
    expect(page.locator("#recipients-found .menu-item")).to_contain_text(address)
    page.locator("#add-recipient input").press("Enter")
    expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    expect(page.locator("#add-recipient")).to_be_hidden()


def test_a_letter_that_was_left_is_there_again_whole(pages: Pages, anna: User) -> None:
    make.mailbox()
    sales = make.mailbox("sales@aurora.example")
    page = inbox(pages, anna, "/conversations/new/")
    page.wait_for_load_state("networkidle")
    _add(page, "Roman", "roman@mail.example")
    _add(page, "Ann", "ann@mail.example")
    with page.expect_response(DRAFT):
        page.get_by_role("checkbox", name="Ann").press("Delete")
    page.get_by_label("From").select_option(str(sales.inbox_id))
    page.get_by_label("Text").fill("It comes on Thursday.")
    page.get_by_label("Subject").press_sequentially("Your desk")

    # Within the second after the last key, and with the field still in focus.
    page.goto("/customers/")
    until(lambda: Beginning.objects.filter(subject="Your desk", text="It comes on Thursday.").exists())

    page.goto("/conversations/new/")
    expect(page.get_by_label("Subject")).to_have_value("Your desk")
    expect(page.get_by_label("Text")).to_have_value("It comes on Thursday.")
    expect(page.get_by_label("From")).to_have_value(str(sales.inbox_id))
    expect(page.get_by_role("checkbox", name="Roman")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Ann")).not_to_be_checked()


def test_a_call_is_written_down_by_keyboard_alone(pages: Pages, anna: User) -> None:
    make.mailbox()
    page = inbox(pages, anna, "/conversations/new/call/")

    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Roman Kuznetsov")
    page.get_by_label("Subject").focus()
    page.keyboard.type("A refund")
    page.get_by_label("What was said").focus()
    page.keyboard.type("Wants his money back.")
    page.keyboard.press("Control+Enter")

    expect(page.locator('.message[data-from="note"]')).to_contain_text("Phone call")
    assert Conversation.objects.get().customer.name == "Roman Kuznetsov"


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    make.mailbox()
    customer = make.conversation().customer
    page = inbox(pages, anna, width=width, dark=dark, ru=ru)

    for name, path in (
        ("start", f"/conversations/new/?customer={customer.pk}"),
        ("log", "/conversations/new/call/?q=elena"),
        ("card", customer.get_absolute_url()),
        ("list", "/"),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"{name}.{width}{'.ru' * ru}{'.dark' * dark}")

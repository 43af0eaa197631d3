"""Asking somebody outside in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", LOOKS)
def test_somebody_is_asked_and_their_answer_shows_on_the_open_page(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    make.mailbox()
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), width=width, dark=dark, ru=ru)
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"
    page.locator("[popovertarget=more-menu]").press("Enter")
    page.locator("#more-menu a[href$='/asking/']").press("Enter")
    page.wait_for_load_state("networkidle")
    page.locator("[popovertarget=add-recipient]").press("Enter")
    page.keyboard.type("Supplier <sales@supplier.example>")
    expect(page.locator("#recipients-found .menu-item")).to_have_count(1)
    page.keyboard.press("Enter")
    page.locator("[name=text]").fill("Do you have a new top?")
    page.get_by_label("The desk came with a scratch.").check()
    axe(page)
    shoot(page, f"asking.{name}")
    page.locator("[name=text]").press("Control+Enter")

    expect(page.locator(".thread-side-talk")).to_contain_text("Supplier")
    page.wait_for_load_state("networkidle")
    asked = Conversation.objects.get(parent=first)
    make.received(
        "We send one.", sender=make.sender("sales@supplier.example", "Supplier"), signed_conversation=asked.pk
    )
    tell(page, asked)
    expect(page.locator(".thread-side-talk")).to_have_attribute("data-unread", "")
    axe(page)
    shoot(page, f"asked.{name}")
    page.goto(asked.get_absolute_url())
    expect(page.locator(".thread-related")).to_contain_text(str(first.pk))
    axe(page)
    shoot(page, f"side.{name}")

"""Spam and those who are blocked, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import Company, User
from samovar.conversations import spam
from samovar.conversations.models import Block, Conversation
from tests import make
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.desks import inbox

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [(DESK, False, False), (DESK, True, True), (PHONE, False, True), (PHONE, True, False)]
WATCHES = "watches@shop.example"


@pytest.fixture
def lea() -> User:
    """A lead."""
    Company.objects.create(pk=1, name="Aurora Home")
    return make.lead("lea orlova")


def three_kinds(lea: User) -> Conversation:
    """Something in Spam for each reason; return what the blocked one has written."""
    make.conversation("Cheap", subject="Cheap watches", is_spam=True, sender=make.sender("w@b.example", "Watch World"))
    spam.mark(make.conversation("Insults", subject="You again", sender=make.sender("x@c.example", "Max")), by=lea)
    make.block("shop.example", by=lea)
    make.block("mallory@пример.рф", by=lea)
    sender = make.sender(WATCHES, "Shop of Watches")
    return make.conversation("Only today", subject="Only today", sender=sender, is_live=True)


def test_by_keys_alone_somebody_is_blocked_undone_and_their_mail_taken_back(pages: Pages, lea: User) -> None:
    conversation = make.conversation("Only today", subject="Only today", sender=make.sender(WATCHES, "Watch World"))
    page = inbox(pages, lea, conversation.get_absolute_url())

    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("link", name="Block the sender").press("Enter")
    page.get_by_label("Everybody at shop.example").press("Space")
    page.get_by_label("Tries to deceive").press("Space")
    page.get_by_role("button", name="Block", exact=True).press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Blocked: Everybody at shop.example")
    expect(page.locator(".thread-marks")).to_contain_text("Moved here by Lea Orlova")
    page.locator("#toasts").get_by_role("button", name="Undo").press("Enter")

    expect(page.locator("#toasts")).to_contain_text("No longer blocked")
    expect(page.locator(".thread-marks").get_by_text("Spam", exact=True)).to_have_count(0)
    assert not Block.objects.all().in_force().exists()


@pytest.mark.parametrize("look", LOOKS)
def test_spam_and_the_blocked_look_well(
    pages: Pages,
    lea: User,
    look_at: Callable[[Page, str, str], None],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    last = three_kinds(lea)
    page = inbox(pages, lea, "/?view=spam", width=width, dark=dark, ru=ru)
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"

    look_at(page, "/?view=spam", f"spam.{name}")
    look_at(page, f"{last.get_absolute_url()}?view=spam", f"thread-blocked.{name}")
    look_at(page, f"/conversations/{last.pk}/blocking/", f"blocking.{name}")
    look_at(page, "/blocked/", f"blocked.{name}")
    look_at(page, Block.objects.earliest("pk").get_absolute_url(), f"block.{name}")
    page.goto("/?view=spam")
    page.locator(".conversation-acts button").first.click()
    expect(page.locator("a.conversation")).to_have_count(2)

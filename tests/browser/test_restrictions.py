"""Difficult customers, in a real browser: proposed and decided by keys alone, and how it looks."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import Company, User
from samovar.conversations.models import Conversation
from samovar.customers.models import Restriction
from tests import make
from tests.browser.conftest import DESK, LOOKS, Pages
from tests.browser.desks import inbox
from tests.restrictions import REASON, in_force, proposed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lea() -> User:
    """A lead."""
    Company.objects.create(pk=1, name="Aurora Home")
    return make.lead("lea orlova")


def waiting() -> Conversation:
    """Somebody who writes, about whom a colleague proposes a block beside a warning."""
    conversation = make.conversation(subject="A scratched desk")
    in_force(conversation.customer)
    proposed(conversation.customer, make.agent("pavel nikitin"), kind="block")
    return conversation


def test_by_keys_alone_it_is_proposed_agreed_to_and_ended(pages: Pages, lea: User) -> None:
    conversation, olga = make.conversation(subject="A scratched desk"), make.agent("olga")
    page = inbox(pages, olga, conversation.get_absolute_url())

    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("link", name="Warn, limit or block the customer").press("Enter")
    page.get_by_label("Limit: only so many").press("Space")
    page.get_by_label("Why").fill(REASON)
    page.get_by_role("button", name="Propose").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Proposed: Limit. A lead decides.")
    mark = page.locator(".thread-marks").get_by_role("button", name="Proposed: At most 3 messages a day")
    expect(mark).to_be_visible()

    of_lea = inbox(pages, lea, "/restrictions/")
    of_lea.get_by_role("button", name="Agree").press("Enter")
    expect(of_lea.locator("#toasts")).to_contain_text("Limit: In force")

    # The open page of the colleague hears of it.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('samovar:RestrictionBegun', { detail: {} }))")
    mark = page.locator(".thread-marks").get_by_role("button", name="At most 3 messages a day", exact=True)
    mark.press("Enter")
    expect(page.locator("#restriction")).to_contain_text("proposed by Olga, agreed to by Lea Orlova")
    expect(page.locator("#restriction")).to_contain_text(REASON)
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()

    of_lea.goto(conversation.get_absolute_url())
    of_lea.locator(".thread-marks").get_by_role("button", name="At most 3 messages a day").press("Enter")
    of_lea.get_by_role("button", name="End it now").press("Enter")
    expect(of_lea.locator("#toasts")).to_contain_text("Limit: Ended")
    of_lea.locator("#toasts").get_by_role("button", name="Undo").press("Enter")
    expect(of_lea.locator("#toasts")).to_contain_text("Limit: In force")
    assert Restriction.objects.get().state == "in-force"


def test_a_warning_comes_into_the_editor(pages: Pages, lea: User) -> None:
    conversation = waiting()
    page = inbox(pages, lea, conversation.get_absolute_url())

    page.locator(".thread-marks").get_by_role("button", name="Warning").click()
    page.get_by_role("button", name="Put a warning into my answer").click()

    expect(page.locator("#toasts")).to_contain_text("Nothing is sent yet")
    expect(page.locator("textarea.compose-text").first).to_have_value(re.compile("We are glad to help you"))
    assert conversation.messages.count() == 1


@pytest.mark.parametrize("look", LOOKS)
def test_difficult_customers_look_well(
    pages: Pages,
    lea: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look_at: Callable[[Page, str, str], None],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    conversation = waiting()
    page = inbox(pages, lea, "/restrictions/", width=width, dark=dark, ru=ru)
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"

    look_at(page, "/restrictions/", f"restrictions.{name}")
    look_at(page, "/restrictions/?state=in-force", f"restrictions-in-force.{name}")
    look_at(page, "/restrictions/?state=over", f"restrictions-over.{name}")
    look_at(page, f"/customers/{conversation.customer_id}/restrictions/new/", f"restriction-new.{name}")
    look_at(page, conversation.customer.get_absolute_url(), f"customer-restricted.{name}")
    look_at(page, conversation.get_absolute_url(), f"thread-restricted.{name}")
    page.locator(".restriction > button").click()
    axe(page)
    shoot(page, f"thread-restricted-open.{name}")
    assert width == DESK or page.evaluate("document.documentElement.scrollWidth") <= width

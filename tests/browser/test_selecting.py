"""Selecting conversations in the list and acting on all of them, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import inbox

pytestmark = pytest.mark.django_db(transaction=True)


def several(number: int = 4) -> list[Conversation]:
    """Make so many customers wait."""
    names = ["Elena Sokolova", "Denis Karpov", "Ulla Berg", "Tom Lindgren"]
    return [
        make.conversation(
            f"Message {place}",
            subject=f"Matter {place}",
            sender=make.sender(f"c{place}@mail.example", names[place % len(names)]),
        )
        for place in range(number)
    ]


def selected(page: Page, number: str) -> None:
    """Wait until so many are selected."""
    expect(page.locator("[data-picks-count]")).to_have_text(number)


def test_space_selects_keys_extend_and_one_key_resolves_them_all_and_one_takes_it_back(
    pages: Pages, anna: User
) -> None:
    several()
    page = inbox(pages, anna)
    expect(page.locator(".picks")).to_be_hidden()

    page.keyboard.press("Space")
    selected(page, "1")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+Space")
    selected(page, "3")
    expect(page.locator("#announcer")).to_have_text("Selected: 3")
    page.keyboard.press("e")

    expect(page.locator("undo-toast")).to_contain_text("Resolved · 3 conversations")
    expect(page.locator("a.conversation")).to_have_count(1)
    expect(page.locator(".picks")).to_be_hidden()
    page.keyboard.press("z")
    expect(page.locator("undo-toast").last).to_contain_text("Undone · Resolved · 3 conversations")
    expect(page.locator("a.conversation")).to_have_count(4)
    assert not Conversation.objects.all().resolved().exists()

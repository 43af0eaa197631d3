"""A file that went as a link, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import FileLink
from tests import make
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.desks import inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", [(DESK, False, False), (DESK, True, True), (PHONE, False, True), (PHONE, True, False)])
def test_the_link_is_seen_at_the_message_and_withdrawn_there(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    link = make.file_link()
    message = link.attachment.message
    assert message is not None
    page = inbox(pages, anna, message.conversation.get_absolute_url(), width=width, dark=dark, ru=ru)
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"
    expect(page.locator(".file-link")).to_be_visible()
    axe(page)
    shoot(page, f"file-link.{name}")

    page.reload()
    page.wait_for_load_state("networkidle")
    page.locator(".file-link button").press("Enter")
    page.locator("#toasts button").wait_for()

    expect(page.locator(".file-link button")).to_have_count(0)
    assert FileLink.objects.get().withdrawn_at

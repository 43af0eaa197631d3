"""Merging conversations, moving messages and reading on upward in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations import joining, merging
from samovar.conversations.models import Conversation
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, subject, tell

pytestmark = pytest.mark.django_db(transaction=True)
DESK_TEXT, LAMP_TEXT = "The desk came with a scratch.", "And the lamp stays dark, whatever I do."


def two_of_one() -> tuple[Conversation, Conversation]:
    """Two conversations of one customer, about one delivery."""
    now = timezone.now()
    desk = make.conversation(DESK_TEXT, subject="A scratched desk", at=now - timedelta(days=3))
    lamp = make.conversation(LAMP_TEXT, subject="The lamp is dark", at=now - timedelta(hours=2))
    return desk, lamp


def test_by_keys_alone_two_become_one_and_two_again(pages: Pages, anna: User) -> None:
    desk, lamp = two_of_one()
    page = inbox(pages, anna, f"/conversations/{lamp.pk}/")

    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("link", name="Merge with another…").press("Enter")
    expect(page.get_by_role("link", name="A scratched desk")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Merge", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    subject(page, "A scratched desk")
    expect(page.locator("#entries")).to_contain_text(LAMP_TEXT)
    expect(page.locator("#entries")).to_contain_text(f"Merged with #{lamp.pk}")
    page.keyboard.press("z")

    subject(page, "The lamp is dark")
    expect(page.locator("#entries")).not_to_contain_text(DESK_TEXT)
    assert desk.messages.count() == lamp.messages.count() == 1


def test_who_has_the_merged_one_open_is_led_on_with_what_is_typed(pages: Pages, anna: User) -> None:
    desk, lamp = two_of_one()
    page = inbox(pages, anna, f"/conversations/{lamp.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("Try another bulb")
    merging.merge(lamp, desk, by=make.agent("olga"))

    tell(page, lamp)
    expect(page.locator("#moved-on")).to_contain_text("A scratched desk")
    expect(page.locator("#toasts")).to_be_empty()
    page.keyboard.press("Control+Enter")

    subject(page, "A scratched desk")
    expect(page.locator("textarea[name=text]").first).to_have_value("Try another bulb")
    expect(page.locator("#toasts")).to_contain_text("Your text is there")
    pages.troubles.clear()


def test_messages_are_split_off_from_their_menu(pages: Pages, anna: User) -> None:
    desk, _lamp = two_of_one()
    second = make.received("By the way, the shelf too", signed_conversation=desk.pk)
    page = inbox(pages, anna, f"/conversations/{desk.pk}/")

    page.locator(f"#m-{second.message_id}").get_by_role("button", name="More about this message").press("Enter")
    page.get_by_role("link", name="Move or split off").press("Enter")
    expect(page.locator(f"[name=message][value='{second.message_id}']")).to_be_checked()
    page.get_by_label("Subject").fill("A shelf")
    page.get_by_role("button", name="Move", exact=True).press("Enter")

    subject(page, "A shelf")
    expect(page.locator("#entries")).not_to_contain_text(DESK_TEXT)
    page.keyboard.press("z")
    subject(page, "A scratched desk")
    expect(page.locator("#entries")).to_contain_text("By the way, the shelf too")


def test_scrolling_on_at_the_top_brings_what_was_talked_about_before(pages: Pages, anna: User) -> None:
    desk, lamp = two_of_one()
    page = inbox(pages, anna, f"/conversations/{lamp.pk}/")
    expect(page.locator("#earlier")).to_contain_text("Earlier: A scratched desk")
    expect(page.locator("#entries")).not_to_contain_text(DESK_TEXT)

    page.locator(".thread-scroll").focus()
    page.keyboard.press("PageUp")

    expect(page.locator("#entries")).to_contain_text(DESK_TEXT)
    expect(page.locator(".entries-divider")).to_contain_text(f"#{desk.pk} A scratched desk")
    expect(page.locator("#earlier")).to_have_count(0)
    expect(page.get_by_text(LAMP_TEXT).first).to_be_in_viewport()


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    desk, lamp = two_of_one()
    make.received("By the way, the shelf too", signed_conversation=desk.pk)
    desk.add_note("She was upset on the phone", by=anna)
    joining.link(desk, [lamp])
    other = make.conversation("A question", subject="When do you open?", inbox_id=make.inbox("shop@aurora.example").pk)
    merging.merge(make.conversation("Once more", subject="Once more"), desk, by=anna)
    page = inbox(pages, anna, f"/conversations/{desk.pk}/", width=width, dark=dark, ru=ru)
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"

    page.locator("#earlier a").click()
    expect(page.locator(".entries-divider")).to_be_visible()
    axe(page)
    shoot(page, f"upward.{name}")
    for path, shot in (
        (f"/conversations/{desk.pk}/merging/", "merging"),
        (f"/conversations/{desk.pk}/merging/{other.pk}/", "merging-preview"),
        (f"/conversations/{desk.pk}/moving/", "moving"),
        (f"/conversations/{desk.pk}/", "merged"),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"{shot}.{name}")

"""The page "For me" in the browser: its looks, its keys, the count that follows."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from samovar.accounts.models import News, Notice, Notification, User
from samovar.conversations.models import Conversation, Message, Reminder
from samovar.conversations.models.promise import PromiseKind
from samovar.lib import clock
from tests import make
from tests.browser.conftest import DESK, LOOKS, Pages
from tests.browser.desks import FIRST, inbox, subject, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def tell(user: User, kind: Notice, about: Conversation, by: User, note: Message | None = None) -> None:
    """Tell somebody something, as the reactions do."""
    news = News(
        kind=kind, at=clock.now(), conversation_id=about.pk, message_id=note.pk if note else None, actor_id=by.pk
    )
    with transaction.atomic():
        Notification.objects.all().tell(user.pk, news)


def told(user: User) -> tuple[Conversation, Conversation]:
    """Two conversations of which somebody was told."""
    elena = make.agent("elena orlova")
    first, second = two_waiting()
    note = first.add_note("@Anna Petrova, can you read what they write about the scratch?", by=elena)
    tell(user, Notice.MENTION, first, elena, note)
    tell(user, Notice.ASSIGNED, second, elena)
    second.assign(user, by=elena)
    return first, second


def hear(page: Page, user: User) -> None:
    """Let the page hear that there is something new for somebody."""
    page.evaluate(
        """(id) => {
          const detail = { actor_id: id };
          for (const name of ["NoticesChanged", `NoticesChanged-${id}`])
            document.body.dispatchEvent(new CustomEvent(`samovar:${name}`, { detail }));
        }""",
        user.pk,
    )


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_looks_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    name = f"for-me.{width}{'.ru' * ru}{'.dark' * dark}"
    page = inbox(pages, anna, "/for-me/", width=width, dark=dark, ru=ru)
    axe(page)
    shoot(page, f"{name}.empty")
    first, second = told(anna)
    first.promise(PromiseKind.CALL, clock.now() + timedelta(minutes=12), by=anna)
    Reminder.objects.all().remind(anna, second, clock.now() + timedelta(hours=3), "Has the courier called?")
    page.reload()
    axe(page)
    shoot(page, name)

    page.goto("/profile/notices/")
    axe(page)
    shoot(page, f"{name}.ways")

    page.goto(first.get_absolute_url())
    expect(page.locator(".entries b", has_text="@Anna Petrova")).to_have_count(1)
    axe(page)
    shoot(page, f"{name}.note")


def test_keys_walk_and_open_and_what_was_opened_is_seen(pages: Pages, anna: User) -> None:
    first, _ = told(anna)
    page = inbox(pages, anna)
    expect(page.locator(".nav [data-count=for-me]")).to_have_text("2")

    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="For me", exact=True)).to_be_visible()
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Enter")

    subject(page, FIRST)
    expect(page.locator(".nav [data-count=for-me]")).to_have_text("1")
    assert first.pk not in Notification.objects.unseen_by(anna).values_list("conversation_id", flat=True)


def test_the_count_and_the_page_follow_what_happens(pages: Pages, anna: User) -> None:
    elena = make.agent("elena orlova")
    first, second = two_waiting()
    desk, page = inbox(pages, anna, second.get_absolute_url()), inbox(pages, anna, "/for-me/", width=DESK)
    subject(desk, second.subject)

    tell(anna, Notice.ASSIGNED, first, elena)
    hear(desk, anna)
    hear(page, anna)

    expect(desk.locator(".nav [data-count=for-me]")).to_have_text("1")
    expect(page.get_by_text("Elena Orlova gives it to you")).to_be_visible()

    # What is told of the conversation that is open is seen.
    tell(anna, Notice.ASSIGNED, second, elena)
    with desk.expect_response("**/reading/"):
        hear(desk, anna)
    assert [row.conversation_id for row in Notification.objects.unseen_by(anna)] == [first.pk]

    page.get_by_role("button", name="Mark all as seen").click()
    expect(page.get_by_text("Nothing new for you")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("Elena Orlova gives it to you")).to_be_visible()


def test_a_note_is_deleted_from_its_menu_and_comes_back_by_a_key(pages: Pages, anna: User) -> None:
    first, _ = two_waiting()
    first.add_note("The canary sings", by=anna)
    page = inbox(pages, anna, first.get_absolute_url())

    page.locator("[data-from=note]").get_by_role("button", name="More about this message").press("Enter")
    page.get_by_role("button", name="Delete the note").press("Enter")
    expect(page.locator(".entries .line", has_text="Note deleted")).to_contain_text("Anna Petrova")
    expect(page.locator("#entries")).not_to_contain_text("canary")

    page.keyboard.press("z")
    expect(page.locator(".entries [data-from=note]")).to_contain_text("The canary sings")

"""What is written without a connection waits, and goes out when there is one: once, in order, by whoever wrote it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations import merging
from samovar.conversations.models import Conversation, Draft, Message
from samovar.conversations.models.deleting import DeletionReason
from tests import make
from tests.browser.conftest import PHONE, Pages, session_of
from tests.browser.desks import inbox, two_waiting
from tests.browser.test_without_connection import keeping
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = "On Thursday, between two and six."
WAITS = "out-box .message"


def write(page: Page, text: str, label: str = "Reply to the customer") -> None:
    field = page.get_by_role("textbox", name=label)
    field.fill(text)
    field.press("Control+Enter")


def back_on_line(page: Page) -> None:
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")


def sent_in(conversation: Conversation) -> list[str]:
    return list(conversation.messages.exclude(direction="in").order_by("pk").values_list("text", flat=True))


@pytest.fixture
def igor() -> User:
    """A colleague, whose answers leave at once."""
    igor = make.agent("igor belov")
    igor.change_ways(undo_seconds=0)
    return igor


def test_what_is_written_without_a_connection_goes_out_once_and_in_order(
    pages: Pages, igor: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, _second = two_waiting()
    page = keeping(pages, igor, f"/conversations/{first.pk}/", width=PHONE)
    page.context.set_offline(True)

    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    expect(page.get_by_label("Reply to the customer")).to_have_value("")
    page.locator(".editor-modes label", has_text="Note to the team").tap()
    write(page, "He has moved house.", "Note to the team")
    page.get_by_role("button", name="Resolve", exact=True).tap()
    expect(page.locator(WAITS)).to_have_count(3)
    expect(page.locator(WAITS).first).to_contain_text("Waits for a connection")
    axe(page)
    shoot(page, "waits.phone")
    # It survives the page.
    page.reload()
    expect(page.locator(WAITS)).to_have_count(3)
    back_on_line(page)

    expect(page.locator(WAITS)).to_have_count(0)
    until(lambda: Conversation.objects.get(pk=first.pk).resolved_at is not None)
    assert sent_in(first) == [ANSWER, "He has moved house."]
    pages.troubles.clear()


@pytest.mark.parametrize("undo_seconds", [0, 10])
def test_two_answers_in_one_conversation_both_go_out(pages: Pages, igor: User, undo_seconds: int) -> None:
    igor.change_ways(undo_seconds=undo_seconds)
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.context.set_offline(True)
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    write(page, "The driver rings before.")
    expect(page.locator(WAITS)).to_have_count(2)

    back_on_line(page)

    expect(page.locator(WAITS)).to_have_count(0)
    leaving = list(first.pending.order_by("pk").values_list("text", flat=True))
    assert [*sent_in(first), *leaving] == [ANSWER, "The driver rings before."]
    pages.troubles.clear()


def test_what_arrived_although_its_answer_was_lost_is_there_once(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    # The message reaches the server; the line breaks before the answer.
    page.route("**/messages/", lambda route: (route.fetch(), route.abort()), times=1)

    write(page, ANSWER)
    until(lambda: sent_in(first) == [ANSWER])
    back_on_line(page)
    page.reload()

    expect(page.locator('.message[data-from="out"]:not([data-pending])')).to_have_count(1)
    expect(page.locator(WAITS)).to_have_count(0)
    assert sent_in(first) == [ANSWER]
    pages.troubles.clear()


def test_what_others_have_overtaken_is_kept_and_its_author_decides(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.context.set_offline(True)
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    first.resolve(by=make.agent("elena"))

    back_on_line(page)
    page.reload()

    expect(page.locator(WAITS)).to_contain_text("Meanwhile somebody else was here")
    assert sent_in(first) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    expect(page.locator(WAITS)).to_have_count(0)
    page.get_by_label("Reply to the customer").press("Control+Enter")
    until(lambda: sent_in(first) == [ANSWER])
    pages.troubles.clear()


def test_what_is_taken_back_from_a_line_that_does_not_answer_is_called_off(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.context.set_offline(True)
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    page.route("**/messages/", lambda _route: None, times=1)
    with page.expect_request("**/messages/"):
        back_on_line(page)

    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Take it back").click()

    expect(page.locator(".toast")).to_contain_text("may have arrived")
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    expect(page.locator(WAITS)).to_have_count(0)
    page.reload()
    expect(page.locator(WAITS)).to_have_count(0)
    assert sent_in(first) == []
    pages.troubles.clear()


def test_what_waits_can_be_taken_back_before_it_leaves(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.context.set_offline(True)
    write(page, ANSWER)

    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    expect(page.locator(WAITS)).to_have_count(0)
    back_on_line(page)
    page.reload()
    assert sent_in(first) == []
    pages.troubles.clear()


def test_signing_out_asks_when_something_waits_and_leaves_nothing(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.route("**/messages/", lambda route: route.abort())
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)

    page.get_by_role("button", name=igor.name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog")).to_contain_text("Something still waits to be sent")
    page.get_by_role("button", name="Sign out and remove it").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(igor), "url": pages.address}])
    page.goto(f"/conversations/{first.pk}/")

    expect(page.locator(WAITS)).to_have_count(0)
    assert not Message.objects.exclude(direction="in").exists()
    pages.troubles.clear()


def as_user(pages: Pages, page: Page, user: User) -> None:
    """Let somebody be signed in at the same browser, in the place of whoever was."""
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": pages.address}])


def test_the_next_person_at_the_browser_neither_sees_nor_sends_it(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.route("**/messages/", lambda route: route.abort())
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    page.unroute("**/messages/")

    # The session has ended, nobody has signed out.
    as_user(pages, page, make.agent("anna"))
    page.goto(f"/conversations/{first.pk}/")
    expect(page.locator("out-box ol")).to_be_hidden()
    page.goto("/for-me/")
    expect(page.get_by_text(ANSWER)).to_have_count(0)
    assert sent_in(first) == []

    as_user(pages, page, igor)
    page.goto("/")
    until(lambda: sent_in(first) == [ANSWER])
    pages.troubles.clear()


def test_what_waits_is_named_where_one_looks_for_what_is_new(
    pages: Pages, igor: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/", width=PHONE)
    page.context.set_offline(True)
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    expect(page.locator("[data-draft]:visible")).to_have_count(0)
    first.trash(DeletionReason.OTHER, by=make.admin("olga"))
    page.context.set_offline(False)
    page.goto("/for-me/")

    line = page.locator("out-box li")
    expect(line).to_contain_text("Not sent")
    expect(line).to_contain_text("The conversation is no longer there")
    expect(line).to_contain_text(ANSWER)
    axe(page)
    shoot(page, "waits-for-me.phone")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy and remove").click()
    expect(line).to_have_count(0)
    assert page.evaluate("navigator.clipboard.readText()") == ANSWER
    pages.troubles.clear()


def test_what_was_written_in_a_merged_conversation_says_so_and_stands_where_that_is_now(
    pages: Pages, igor: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, second = make.conversation(subject="Desk"), make.conversation(subject="Lamp")
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.context.set_offline(True)
    write(page, ANSWER)
    write(page, "And then?")
    expect(page.locator(WAITS)).to_have_count(2)
    merging.merge(first, second, by=make.agent("elena"))

    back_on_line(page)
    line = page.locator(WAITS).first
    expect(page.locator(WAITS).last).to_contain_text("was merged into")
    expect(line).to_contain_text(f"#{first.pk} was merged into #{second.pk} meanwhile.")
    expect(line).to_contain_text(ANSWER)
    shoot(page, "waits-merged")
    line.get_by_role("link", name="Open the conversation").click()

    expect(page).to_have_url(re.compile(f"/conversations/{second.pk}/"))
    expect(page.locator(WAITS)).to_have_count(2)
    expect(line).to_contain_text("was merged into")
    axe(page)
    assert sent_in(second) == []
    # It is there once: no draft was made of it besides.
    assert not Draft.objects.filter(text__contains=ANSWER).exists()
    line.get_by_role("button", name="Take it back").click()
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    page.get_by_label("Reply to the customer").press("Control+Enter")
    until(lambda: sent_in(second) == [ANSWER])
    pages.troubles.clear()


def test_what_the_server_cannot_take_holds_up_no_other_conversation(
    pages: Pages, igor: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.route("**/messages/", lambda route: route.abort())
    write(page, ANSWER)
    page.locator(".editor-modes label", has_text="Note to the team").click()
    write(page, "He has moved house.", "Note to the team")
    expect(page.locator(WAITS)).to_have_count(2)
    page.goto(f"/conversations/{second.pk}/")
    write(page, "Second")
    expect(page.locator(WAITS)).to_have_count(1)
    page.unroute("**/messages/")
    page.route(f"**/conversations/{first.pk}/messages/", lambda route: route.fulfill(status=500, body="x"))

    page.reload()
    expect(page.locator("#toasts")).to_contain_text("The server could not take something")
    expect(page.locator(WAITS)).to_have_count(0)
    assert sent_in(second) == ["Second"]
    page.goto(f"/conversations/{first.pk}/")

    expect(page.locator(WAITS).first).to_contain_text("Not sent yet")
    expect(page.locator(WAITS).last).to_contain_text("Waits for what stands before it")
    axe(page)
    shoot(page, "waits-failed")
    page.goto("/for-me/")
    expect(page.locator("out-box li").first).to_contain_text("The server could not take it")
    axe(page)
    shoot(page, "waits-failed-for-me")
    page.unroute(f"**/conversations/{first.pk}/messages/")
    page.locator("out-box li").first.get_by_role("button", name="Try again").click()
    expect(page.locator("out-box li")).to_have_count(0)
    assert sent_in(first) == [ANSWER, "He has moved house."]
    pages.troubles.clear()


def test_what_the_server_cannot_take_can_be_taken_back(pages: Pages, igor: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, igor, f"/conversations/{first.pk}/")
    page.route("**/messages/", lambda route: route.abort())
    write(page, ANSWER)
    expect(page.locator(WAITS)).to_have_count(1)
    page.unroute("**/messages/")
    page.route("**/messages/", lambda route: route.fulfill(status=500, body="x"))
    page.reload()
    expect(page.locator(WAITS)).to_contain_text("Not sent yet")

    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    expect(page.locator(WAITS)).to_have_count(0)
    page.unroute("**/messages/")
    page.reload()
    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    assert sent_in(first) == []
    pages.troubles.clear()

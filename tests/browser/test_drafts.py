"""Nothing typed is ever lost: without a connection, between two browsers, at a browser that two people use."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations import drafting
from samovar.conversations.models import Conversation, Draft
from tests import make
from tests.browser.conftest import Pages, session_of
from tests.browser.desks import SECOND, inbox, subject, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = "A long and careful answer"


def reply_on(page: Page) -> str:
    return page.get_by_label("Reply to the customer").input_value()


def write(page: Page, text: str) -> None:
    page.get_by_label("Reply to the customer").press_sequentially(text)


def kept_only_here(pages: Pages, user: User, conversation: Conversation, text: str) -> Page:
    """Type something that does not reach the server, not even with the last breath of the page, and leave."""
    page = inbox(pages, user, f"/conversations/{conversation.pk}/")
    # The browser itself would send what outlives its page as soon as the line is back.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')); }")
    write(page, text)
    expect(page.get_by_text("Kept in this browser until there is a connection").first).to_be_visible()
    page.goto("about:blank")
    return page


@pytest.mark.parametrize("keys", ["Control+Enter", "Control+Shift+Enter"])
def test_what_cannot_even_wait_in_the_browser_stays_in_the_field(pages: Pages, anna: User, keys: str) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.evaluate("() => { indexedDB.open = () => { throw new Error('nothing is kept here'); }; }")
    page.context.set_offline(True)
    write(page, ANSWER)

    page.keyboard.press(keys)

    expect(page.locator("undo-toast")).to_contain_text("Not sent, there is no connection. Your text is kept here")
    assert reply_on(page) == ANSWER
    assert first.messages.filter(direction="out").count() == 0
    page.context.set_offline(False)
    expect(page.get_by_text("Draft saved").first).to_be_visible()
    page.reload()
    assert reply_on(page) == ANSWER
    pages.troubles.clear()


def test_what_was_sent_after_the_session_has_ended_is_there_after_signing_in(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.route("**/drafts/**", lambda route: route.abort())
    write(page, ANSWER)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(anna), "url": pages.address}])
    page.goto(f"/conversations/{first.pk}/")

    expect(page.get_by_label("Reply to the customer")).to_have_value(ANSWER)
    pages.troubles.clear()


def test_what_was_typed_a_moment_before_the_next_conversation_is_opened_is_saved(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.clock.install()
    write(page, "Half a thought")
    page.keyboard.press("Escape")

    with page.expect_response("**/drafts/reply/"):
        page.keyboard.press("j")
    subject(page, SECOND)

    assert Draft.objects.get().text == "Half a thought"
    page.keyboard.press("k")
    expect(page.get_by_label("Reply to the customer")).to_have_value("Half a thought")


def test_an_older_copy_of_this_browser_does_not_replace_what_was_saved_elsewhere(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = kept_only_here(pages, anna, first, "Old beginning")
    newer = "Old beginning, and a paragraph from the phone"
    drafting.keep(first, "reply", newer, by=anna)

    page.goto(f"/conversations/{first.pk}/")

    expect(page.get_by_label("Reply to the customer")).to_have_value(newer)
    assert page.evaluate("localStorage.length") == 0


def test_a_newer_copy_of_this_browser_replaces_what_was_saved_before(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    drafting.keep(first, "reply", "Begun on the phone", by=anna)
    page = kept_only_here(pages, anna, first, ", continued here")

    page.goto(f"/conversations/{first.pk}/")

    assert ", continued here" in reply_on(page)
    expect(page.get_by_text("Draft saved").first).to_be_visible()
    assert Draft.objects.get().text == reply_on(page)


def test_the_next_person_at_this_browser_does_not_see_the_draft(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = kept_only_here(pages, anna, first, "For Anna's eyes")
    page.context.clear_cookies()
    igor = make.agent("igor belov")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(igor), "url": pages.address}])

    page.goto(f"/conversations/{first.pk}/")
    write(page, "By Igor")
    expect(page.get_by_text("Draft saved").first).to_be_visible()

    assert [draft.text for draft in Draft.objects.filter(user=igor)] == ["By Igor"]


def test_of_two_who_answer_at_once_the_second_sees_the_first_before_anything_leaves(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    igor = make.agent("igor")
    hers, his = (inbox(pages, user, f"/conversations/{first.pk}/") for user in (anna, igor))
    write(hers, "A new one is on its way.")
    write(his, ANSWER)

    hers.keyboard.press("Control+Enter")
    expect(hers.locator('.message[data-from="out"]')).to_contain_text("A new one is on its way.")
    # His page has not even heard of it.
    his.keyboard.press("Control+Enter")

    alert = his.get_by_role("alert")
    expect(alert).to_contain_text("Anna Petrova wrote while you typed: A new one is on its way.")
    # The browser notes every refusal.
    pages.troubles.clear()
    assert reply_on(his) == ANSWER
    assert [message.author for message in first.messages.filter(direction="out")] == [anna]
    expect(his.get_by_text("Draft saved").first).to_be_visible()
    his.reload()
    expect(his.locator('.message[data-from="out"]')).to_contain_text("A new one is on its way.")
    assert reply_on(his) == ANSWER


def test_who_was_told_of_the_first_answer_may_still_send_a_second_one(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    write(page, ANSWER)
    first.reply("A new one is on its way.", by=make.agent("igor"))
    tell(page, first)
    expect(page.locator('.message[data-from="out"]')).to_contain_text("A new one is on its way.")

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Igor wrote while you typed")
    assert reply_on(page) == ANSWER
    page.get_by_role("button", name="Send anyway").click()

    expect(page.locator('.message[data-from="out"]')).to_have_count(2)
    pages.troubles.clear()
    assert [message.text for message in first.messages.filter(direction="out").order_by("pk")][-1] == ANSWER


@pytest.mark.parametrize(("mode", "label"), [("R", "Reply to the customer"), ("N", "Note to the team")])
def test_what_is_typed_when_the_session_ends_is_there_once_after_signing_in_and_only_for_its_writer(
    pages: Pages, anna: User, mode: str, label: str
) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    field = page.locator(".compose:visible textarea")
    page.keyboard.press(mode)
    field.press_sequentially("We ")
    expect(page.get_by_text("Draft saved").locator("visible=true")).to_have_count(1)

    Session.objects.all().delete()
    field.press_sequentially("swap it.")
    expect(page.get_by_text("You are signed out. Your text is kept here.").locator("visible=true")).to_have_count(1)
    page.reload()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, pages, make.agent("igor belov"))
    page.goto(f"/conversations/{first.pk}/")
    expect(page.locator(".compose-text").first).to_have_value("")
    expect(page.locator(".compose-text").last).to_have_value("")
    sign_in(page, pages, anna)
    page.goto(f"/conversations/{first.pk}/")

    expect(page.get_by_role("textbox", name=label)).to_have_value("We swap it.")
    expect(page.get_by_text("Draft saved").locator("visible=true")).to_have_count(1)
    assert [(one.mode, one.text, one.user) for one in Draft.objects.all()] == [
        ({"R": "reply", "N": "note"}[mode], "We swap it.", anna)
    ]
    assert page.evaluate("localStorage.length") == 0
    pages.troubles.clear()


def sign_in(page: Page, pages: Pages, user: User) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": pages.address}])

"""What stands beside the open conversation in the list is there before it is asked for, and opens at once."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests.browser.conftest import Pages
from tests.browser.desks import FIRST, SECOND, inbox, subject, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def of_thread(page: Page, conversation: Conversation) -> list[Request]:
    """Gather what is asked from now on to show this conversation in the page."""
    found: list[Request] = []
    path = conversation.get_absolute_url()
    page.on("request", lambda one: found.append(one) if one.url.endswith(path) and "hx-target" in one.headers else None)
    return found


def test_the_next_one_and_the_one_before_open_from_what_was_fetched(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna)
    asked = {one.pk: of_thread(page, one) for one in (first, second)}
    with page.expect_response(f"**{second.get_absolute_url()}"):
        page.locator("a.conversation", has_text=FIRST).click()
    assert len(asked[second.pk]) == 1

    with page.expect_response(lambda answer: answer.request in asked[first.pk][1:]):
        page.keyboard.press("j")
        subject(page, SECOND)
    second.refresh_from_db()
    assert not second.is_unread
    page.keyboard.press("k")

    subject(page, FIRST)
    expect(page).to_have_url(f"{page.evaluate('location.origin')}{first.get_absolute_url()}")
    # Each opened from what was asked for ahead: the first by a press, both once more beside the other one.
    assert [one.headers.get("x-ahead") for one in asked[first.pk]] == [None, "1"]
    assert asked[second.pk][0].headers["x-ahead"] == "1"


def test_who_presses_before_it_has_come_waits_for_the_same_answer(pages: Pages, anna: User) -> None:
    _first, second = two_waiting()
    page = inbox(pages, anna)
    asked, held = of_thread(page, second), list[Route]()
    page.route(f"**{second.get_absolute_url()}", lambda route: held.append(route))
    with page.expect_request(f"**{second.get_absolute_url()}"):
        page.locator("a.conversation", has_text=FIRST).click()

    page.keyboard.press("j")
    expect(page.locator(f"#c-{second.pk}")).to_have_attribute("aria-current", "true")
    subject(page, FIRST)
    held[0].continue_()

    subject(page, SECOND)
    assert len(asked) == 1


def test_what_happens_in_it_meanwhile_is_seen(pages: Pages, anna: User) -> None:
    _first, second = two_waiting()
    page = inbox(pages, anna)
    with page.expect_response(f"**{second.get_absolute_url()}"):
        page.locator("a.conversation", has_text=FIRST).click()
    Conversation.objects.filter(pk=second.pk).update(subject="A lost order")
    tell(page, second)

    page.keyboard.press("j")

    subject(page, "A lost order")


def test_what_stands_beside_it_is_of_the_conversation_that_is_open_also_for_who_is_quick(
    pages: Pages, anna: User
) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna)
    with page.expect_response(f"**{second.get_absolute_url()}"):
        page.locator("a.conversation", has_text=FIRST).click()
    with page.expect_response(f"**{first.get_absolute_url()}"):
        page.keyboard.press("j")
    expect(page.locator("#side")).to_contain_text(second.customer.shown_name)

    # One after the other in the same moment, before what stands beside the first of them is drawn.
    page.evaluate('for (const step of [-1, 1]) document.querySelector(`[data-step="${step}"]`).click()')

    subject(page, SECOND)
    expect(page.locator("#side")).to_contain_text(second.customer.shown_name)
    page.keyboard.press("k")
    subject(page, FIRST)
    expect(page.locator("#side")).to_contain_text(first.customer.shown_name)
    expect(page.locator("#side")).not_to_contain_text(second.customer.shown_name)

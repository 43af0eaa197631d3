"""Enter in the field of a menu on a slow line: it takes what the letters mean, never what stood there before."""

import pytest
from playwright.sync_api import Route, expect

from samovar.accounts.models import User
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_enter_waits_for_whom_and_what_the_letters_mean(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    elena = make.agent("elena petrova")
    refund = make.tag("Refund")
    make.tag("Care")
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    held: list[Route] = []
    page.route("**/assignees/?q=el", lambda route: held.append(route))

    page.keyboard.press("a")
    expect(page.locator("#people-found .menu-item")).to_have_count(2)
    with page.expect_request("**/assignees/?q=el"):
        page.keyboard.type("el")
    page.keyboard.press("Enter")
    held.pop().continue_()
    expect(page.locator("#toasts")).to_contain_text("Assigned to Elena Petrova")
    expect(page.locator("#assign-menu")).to_be_hidden()

    # Here not even the first list has come when Enter is pressed.
    page.keyboard.type("lre")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Tagged: Refund")
    first.refresh_from_db()
    assert (first.assignee, list(first.tags.all())) == (elena, [refund])


def test_a_menu_that_was_closed_takes_nothing_any_more(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.route("**/assignees/?q=an", lambda _route: None)

    with page.expect_request("**/assignees/?q=an"):
        page.keyboard.type("aan")
    page.keyboard.press("Enter")
    with page.expect_response(lambda answer: answer.url.endswith("/assignees/?q=")):
        page.locator(".thread-subject").click()
    page.keyboard.press("a")

    expect(page.locator("#people-found .menu-item")).to_have_count(1)
    expect(page.locator("#assign-menu")).to_be_visible()
    first.refresh_from_db()
    assert first.assignee is None

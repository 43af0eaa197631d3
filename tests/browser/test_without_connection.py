"""What was opened can be read without a connection, by whoever opened it and by nobody else."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from tests import make
from tests.browser.conftest import DESK, PHONE, Pages, session_of
from tests.browser.desks import FIRST, QUIET, SECOND, subject, two_waiting
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)

LINE = ".offline"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    if (name.startsWith("pages-"))
      for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  return found.sort();
}"""


def keeping(pages: Pages, user: User, path: str = "/", *, width: int = DESK, ru: bool = False) -> Page:
    """Open a page in a browser that keeps what is opened, and wait until it does."""
    page = pages.open(user, width=width, language="ru" if ru else "en", keeps=True)
    page.add_init_script(QUIET)
    page.goto(path)
    until(lambda: path in kept_on(page))
    return page


def kept_on(page: Page) -> list[str]:
    """Return what the browser of ``page`` keeps."""
    found: list[str] = page.evaluate(KEPT)
    return found


def test_what_was_opened_can_be_read_without_a_connection(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = keeping(pages, anna)
    page.locator("a.conversation", has_text=SECOND).click()
    subject(page, SECOND)
    until(lambda: f"/conversations/{second.pk}/" in kept_on(page))
    page.context.set_offline(True)

    page.goto("/")
    page.locator("a.conversation", has_text=SECOND).click()
    subject(page, SECOND)
    expect(page.locator(".message")).to_contain_text("Nobody has told me when it comes.")
    expect(page.locator(LINE)).to_contain_text("No connection. You can read and write; it goes out when we are back.")
    expect(page.locator(LINE)).to_contain_text("Kept here since")
    # By its own address too, although it was never fetched as a page.
    page.reload()
    subject(page, SECOND)

    page.goto(f"/customers/{first.customer_id}/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    pages.troubles.clear()


def test_on_a_phone_the_list_is_reached_without_a_connection_too(pages: Pages, anna: User) -> None:
    two_waiting()
    page = keeping(pages, anna, width=PHONE)
    page.locator("a.conversation", has_text=FIRST).tap()
    subject(page, FIRST)
    page.get_by_role("link", name="Back to the list").tap()
    expect(page.locator("#list")).to_be_visible()
    page.context.set_offline(True)

    page.locator("a.conversation", has_text=FIRST).tap()
    subject(page, FIRST)
    page.get_by_role("link", name="Back to the list").tap()

    expect(page.locator("#list")).to_be_visible()
    pages.troubles.clear()


def test_back_on_line_the_page_is_as_it_is_now(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = keeping(pages, anna)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("a.conversation")).to_have_count(2)
    first.resolve(by=anna)

    page.context.set_offline(False)

    expect(page.locator("a.conversation")).to_have_count(1)
    expect(page.locator(LINE)).to_be_hidden()
    pages.troubles.clear()


def test_signing_out_empties_what_was_kept(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = keeping(pages, anna, f"/conversations/{first.pk}/")

    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert kept_on(page) == []


def test_signing_out_without_a_connection_leaves_nothing_to_read_either(pages: Pages, anna: User) -> None:
    two_waiting()
    page = keeping(pages, anna)
    page.context.set_offline(True)

    page.get_by_role("button", name=anna.name).click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert kept_on(page) == []
    pages.troubles.clear()


def test_a_session_that_was_ended_takes_what_was_kept_with_it(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = keeping(pages, anna, f"/conversations/{first.pk}/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.goto("/")

    expect(page).to_have_url(re.compile("/accounts/login/"))
    until(lambda: kept_on(page) == [])


def test_the_next_person_at_the_same_browser_reads_nothing_of_the_first(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = keeping(pages, anna, f"/conversations/{first.pk}/")
    igor = make.agent("igor belov")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(igor), "url": pages.address}])

    page.goto("/customers/")
    until(lambda: f"/conversations/{first.pk}/" not in kept_on(page))
    page.context.set_offline(True)
    page.goto(f"/conversations/{first.pk}/")

    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    pages.troubles.clear()


def test_what_is_closed_to_its_reader_since_is_not_kept_any_more(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    path = f"/conversations/{first.pk}/"
    page = keeping(pages, anna, path)
    first.inbox.teams.add(make.team("Others"))

    page.goto(path)
    until(lambda: path not in kept_on(page))
    page.context.set_offline(True)
    page.goto(path)

    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    pages.troubles.clear()


def test_the_page_that_stands_for_what_is_not_kept_knows_nobody(pages: Pages, anna: User) -> None:
    page = keeping(pages, anna)

    shell = page.evaluate("caches.match('/offline/').then((kept) => kept.text())")

    assert "No connection" in shell
    assert "data-person" not in shell
    assert anna.name not in shell

"""The list beside the thread in a real browser: walked by keys, searched, true by itself."""

import re

import pytest
from playwright.sync_api import Route, expect

from samovar.accounts.models import User
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import FIRST, SECOND, inbox, quiet, subject, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_new_messages_are_announced_and_nothing_jumps_under_the_pointer(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.locator("a.conversation").first.hover()
    third = make.conversation("Third", sender=make.sender("tom@mail.example", "Tom Lindgren"))
    make.received("Hello?", named_ids=("first@mail.example",), subject=FIRST)

    tell(page, third)
    tell(page, first)

    expect(page.locator("#announcer")).to_have_text("Elena Sokolova: Hello?")
    expect(page.locator("[data-shows-news]")).to_contain_text("1 new")
    expect(page.locator("a.conversation")).to_have_count(2)
    expect(page.locator(".nav [data-count='needs-reply']").first).to_have_text("3")
    page.locator("[data-shows-news]").click()
    expect(page.locator("a.conversation")).to_have_count(3)


def test_only_what_belongs_to_the_list_is_counted_as_new(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    third = make.conversation("Third", sender=make.sender("tom@mail.example", "Tom Lindgren"))
    third.resolve(by=anna)
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.locator("a.conversation").first.hover()
    with page.expect_response(lambda answer: "size=" in answer.url):
        tell(page, third)

    fourth = make.conversation("Fourth", sender=make.sender("ulla@mail.example", "Ulla Berg"))
    tell(page, fourth)

    expect(page.locator("[data-shows-news]")).to_contain_text("1 new")


def test_new_rows_come_by_themselves_when_the_pointer_is_elsewhere(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna)
    third = make.conversation("Third", sender=make.sender("tom@mail.example", "Tom Lindgren"))

    tell(page, third)

    expect(page.locator("a.conversation")).to_have_count(3)


def test_a_page_that_keeps_itself_true_does_not_say_that_somebody_is_there(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    User.objects.update(seen_at=None)
    make.received("Hello?", named_ids=("first@mail.example",), subject=FIRST)

    with page.expect_response(lambda answer: "size=" in answer.url):
        tell(page, first)
    expect(page.locator(".message")).to_have_count(2)
    assert User.objects.get().seen_at is None

    with page.expect_response(
        lambda answer: f"/{second.pk}/" in answer.url and "x-by-itself" not in answer.request.headers
    ):
        page.keyboard.press("j")
    subject(page, SECOND)
    assert User.objects.get().seen_at is not None


def test_walking_back_and_the_browsers_back_show_the_same(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna)

    for key, text in (("j", FIRST), ("j", SECOND), ("k", FIRST)):
        page.keyboard.press(key)
        subject(page, text)
    page.go_back()

    subject(page, SECOND)
    expect(page.locator('a.conversation[aria-current="true"]')).to_contain_text(SECOND)


def test_who_is_quick_does_not_wait_for_what_was_passed_by(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna)
    page.route(f"**/conversations/{first.pk}/*", quiet)

    page.keyboard.press("j")
    expect(page.locator('a.conversation[aria-current="true"]')).to_contain_text(FIRST)
    page.keyboard.press("j")

    subject(page, SECOND)
    expect(page.locator('a.conversation[aria-current="true"]')).to_contain_text(SECOND)
    # What was passed by is taken back, which the browser's console calls an error.
    pages.troubles.clear()


def test_a_list_is_searched_from_the_keyboard(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna)

    page.keyboard.press("/")
    page.keyboard.type("denis")

    expect(page.locator("a.conversation")).to_have_count(1)
    expect(page.locator("a.conversation")).to_contain_text(SECOND)


def test_the_history_beside_the_thread_is_true_by_itself_but_not_under_the_pointer(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    lines = page.locator("#side .timeline li")
    page.mouse.move(700, 10)
    expect(lines).to_have_count(2)
    happened = f"samovar:customer-{first.customer_id}"

    first.add_note("Ask the warehouse.", by=anna)
    page.evaluate("(name) => document.body.dispatchEvent(new CustomEvent(name))", happened)

    expect(lines).to_have_count(3)
    expect(lines.first).to_contain_text("Ask the warehouse.")

    lines.first.hover()
    first.resolve(by=anna)
    is_put_off = page.evaluate(
        """(name) => new Promise((done) => {
          document.addEventListener("htmx:beforeRequest", (event) => done(event.defaultPrevented), { once: true });
          document.body.dispatchEvent(new CustomEvent(name));
        })""",
        happened,
    )
    assert is_put_off
    page.mouse.move(700, 10)

    expect(lines).to_have_count(4)


def test_an_answer_fills_all_its_places_though_the_row_that_asked_was_drawn_anew(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna)
    held: list[Route] = []
    page.route(f"**/conversations/{second.pk}/", lambda route: held.append(route))
    with page.expect_request(f"**/conversations/{second.pk}/"):
        page.locator("a.conversation", has_text=SECOND).click()
    # As the list does by itself a moment after something was done.
    page.evaluate("htmx.swap('#rows', document.querySelector('#rows').innerHTML, { swapStyle: 'innerHTML' })")

    for route in held:
        route.continue_()

    subject(page, SECOND)
    expect(page.locator("#side")).to_contain_text("Denis Karpov")
    expect(page).to_have_url(re.compile(second.get_absolute_url()))
    expect(page.locator(f"#c-{second.pk}")).to_have_attribute("aria-current", "true")


def test_what_is_searched_for_in_a_list_stands_in_the_address_and_goes_with_escape(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, "/?view=everything")

    page.keyboard.press("/")
    page.keyboard.type("scratch")
    expect(page.locator("a.conversation")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/\?view=everything&q=scratch$"))
    page.locator("a.conversation").click()
    expect(page).to_have_url(re.compile(rf"{first.get_absolute_url()}\?view=everything&q=scratch$"))
    page.reload()

    subject(page, FIRST)
    expect(page.locator("a.conversation")).to_have_count(1)
    expect(page.get_by_label("Search this list")).to_have_value("scratch")
    page.get_by_label("Search this list").press("Escape")
    expect(page.locator("a.conversation")).to_have_count(2)
    expect(page).to_have_url(re.compile(rf"{first.get_absolute_url()}\?view=everything$"))

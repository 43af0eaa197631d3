"""A row of the list that a thumb draws aside shows what can be done with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.desks import FIRST, SECOND, inbox, subject, two_waiting
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = ".swipe-acts"


@contextmanager
def drawing(page: Page, row: str, by: tuple[int, int], start: int = -60) -> Iterator[None]:
    """Draw a row by a finger, ``start`` from its edge, as far as ``by``; what stands inside is before it lets go."""
    box = page.locator("#rows > li", has_text=row).bounding_box()
    assert box
    finger = page.context.new_cdp_session(page)
    x, y = box["x"] + (start if start > 0 else box["width"] + start), box["y"] + box["height"] / 2
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    # It rests before it lets go: what is thrown swallows the next tap.
    for step in [*range(1, 9), *[8] * 8]:
        point = {"x": x + by[0] * step / 8, "y": y + by[1] * step / 8}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.evaluate("() => new Promise(requestAnimationFrame)")
    yield
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def draw(page: Page, row: str, x: int, y: int = 3, start: int = -60) -> None:
    with drawing(page, row, (x, y), start):
        pass


def test_a_row_drawn_aside_is_resolved_or_put_off_with_one_press_and_taken_back(
    pages: Pages, anna: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna, width=PHONE)

    draw(page, FIRST, -150)
    expect(page.locator(ACTS)).to_be_visible()
    axe(page)
    shoot(page, "swiped.phone")
    page.locator(ACTS).get_by_role("button", name="Resolve").tap()
    expect(page.locator("undo-toast")).to_contain_text("Resolved")
    expect(page.locator("a.conversation")).to_have_count(1)
    assert Conversation.objects.get(pk=first.pk).resolved_at
    page.locator("undo-toast").get_by_role("button", name="Undo").tap()
    expect(page.locator("a.conversation")).to_have_count(2)

    draw(page, SECOND, -150)
    page.locator(ACTS).get_by_role("button", name="Snooze").tap()
    expect(page.locator("undo-toast").last).to_contain_text("Snoozed until")
    expect(page.locator("a.conversation")).to_have_count(1)
    assert Conversation.objects.get(pk=second.pk).snoozed_until
    # All of it in the list: nothing was opened.
    expect(page.locator(".thread")).to_have_count(0)


def test_a_row_hardly_drawn_or_drawn_back_is_as_before(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna, width=PHONE)

    draw(page, FIRST, -40)
    expect(page.locator(ACTS)).to_have_count(0)
    draw(page, FIRST, -150)
    for button in page.locator(ACTS).get_by_role("button").all():
        box = button.bounding_box()
        assert box and box["width"] >= 44 and box["height"] >= 44
    draw(page, FIRST, 150, start=60)
    expect(page.locator(ACTS)).to_have_count(0)
    # One row at a time; a tap beside it closes it and opens nothing.
    draw(page, FIRST, -150)
    draw(page, SECOND, -150)
    expect(page.locator(ACTS)).to_have_count(1)
    page.locator("a.conversation", has_text=FIRST).tap()
    expect(page.locator(ACTS)).to_have_count(0)
    expect(page.locator(".thread")).to_have_count(0)

    page.locator("a.conversation", has_text=FIRST).tap()
    subject(page, FIRST)


def test_both_edges_of_the_screen_and_what_goes_up_and_down_are_the_phones(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna, width=PHONE)

    draw(page, FIRST, -150, start=-10)
    expect(page.locator(ACTS)).to_have_count(0)
    draw(page, FIRST, 150, start=10)
    expect(page.locator(ACTS)).to_have_count(0)
    draw(page, FIRST, -40, y=120)
    expect(page.locator(ACTS)).to_have_count(0)
    # While rows are being selected, a finger selects.
    page.get_by_role("button", name="Select", exact=True).tap()
    draw(page, FIRST, -150)
    expect(page.locator(ACTS)).to_have_count(0)


def test_a_list_of_sixty_still_scrolls_under_the_finger(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna, width=PHONE)
    page.evaluate("""() => {
      const rows = document.querySelector("#rows");
      for (let i = 0; i < 30; i += 1) rows.append(rows.firstElementChild.cloneNode(true));
    }""")

    draw(page, SECOND, 4, y=-150, start=100)

    until(lambda: page.evaluate("document.querySelector('#rows').scrollTop") > 50)
    expect(page.locator(ACTS)).to_have_count(0)


def test_what_is_drawn_follows_the_finger_and_stays_while_the_list_has_news(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna, width=PHONE)
    link = page.locator("a.conversation", has_text=FIRST)
    before = link.bounding_box()
    assert before

    with drawing(page, FIRST, (-100, 2)):
        now = link.bounding_box()
        assert now and before["x"] - 110 < now["x"] < before["x"] - 80
        second.resolve(by=anna)
        detail = {"conversation_id": second.pk}
        page.evaluate("detail => document.body.dispatchEvent(new CustomEvent('samovar:event', { detail }))", detail)
        with page.expect_response(lambda answer: "size=" in answer.url):
            pass
    expect(page.locator(ACTS)).to_be_visible()
    page.locator(ACTS).get_by_role("button", name="Resolve").tap()

    expect(page.locator("a.conversation")).to_have_count(0)
    assert Conversation.objects.get(pk=first.pk).resolved_at


def test_at_the_desk_a_finger_draws_nothing(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna, width=DESK)

    draw(page, FIRST, -150)

    expect(page.locator(ACTS)).to_have_count(0)

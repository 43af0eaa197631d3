"""The head of a conversation: what is set is seen, what is not is added from one place or by its key."""

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.conversations.models.promise import PromiseKind
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
MENUS = {"T": "cause-menu", "L": "tag-menu", "I": "priority-menu", "P": "promise-menu", "Shift+P": "step-menu"}


def with_marks(by: User) -> Conversation:
    """A conversation on which most is set: a cause, a promise, a tag, somebody who answers."""
    first, _second = two_waiting()
    first.set_cause(make.delivered_causes()["delivery.damaged"], by=by)
    first.assign(make.agent("elena sokolova"), by=by)
    first.promise(PromiseKind.CALL, make.reminder().at, by=by)
    first.tag(make.tag("Refund"), by=by)
    return first


def rows_of_marks(page: Page) -> int:
    """In how many lines the marks of the head stand."""
    rows = page.evaluate(
        """() => {
          const found = [...document.querySelectorAll(".thread-marks > *")].filter((one) => one.offsetHeight);
          const middles = found.map((one) => one.getBoundingClientRect()).map(({ top, height }) => top + height / 2);
          return Math.round((Math.max(...middles) - Math.min(...middles)) / 30) + 1;
        }"""
    )
    assert isinstance(rows, int)
    return rows


def test_what_is_not_set_takes_no_room_and_every_key_of_it_works(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())
    expect(page.locator("key-map")).to_be_attached()
    adds = page.get_by_role("button", name="Add to the conversation").bounding_box()
    assert adds is not None
    assert rows_of_marks(page) == 1

    for key, name in MENUS.items():
        page.keyboard.press(key)
        menu = page.locator(f"#{name}")
        expect(menu.locator(":focus")).to_have_count(1)
        box = menu.bounding_box()
        assert box is not None
        # Below the place from which it is added, and begun there.
        assert abs(box["x"] - adds["x"]) < 8
        assert 0 <= box["y"] - adds["y"] - adds["height"] < 16
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()

    page.get_by_role("button", name="Add to the conversation").press("Enter")
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#promise-menu")).to_be_visible()
    expect(page.locator("#add-menu")).to_be_hidden()


def test_what_is_set_is_seen_and_its_menu_opens_there(pages: Pages, anna: User) -> None:
    page = inbox(pages, anna, with_marks(anna).get_absolute_url())
    cause = page.get_by_role("button", name="Cause: Damaged on delivery")
    expect(cause).to_be_visible()
    expect(page.locator("#add-menu [data-key=T]")).to_have_count(0)
    assert rows_of_marks(page) <= 2

    page.keyboard.press("T")

    expect(page.locator("#cause-menu")).to_be_visible()
    menu, mark = page.locator("#cause-menu").bounding_box(), cause.bounding_box()
    assert menu is not None
    assert mark is not None
    assert abs(menu["x"] - mark["x"]) < 8


def test_the_owner_is_a_face_and_taking_it_over_is_one_key(pages: Pages, anna: User) -> None:
    first = with_marks(anna)
    page = inbox(pages, anna, first.get_absolute_url())
    owner = page.get_by_role("button", name="Elena Sokolova", exact=True)
    expect(owner.locator(".avatar")).to_be_visible()

    page.keyboard.press("M")

    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    assert Conversation.objects.get(pk=first.pk).assignee == anna


def test_whoever_goes_by_tab_stands_where_they_were_after_each_press(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())
    undo = page.locator("#toasts").get_by_role("button", name="Undo").first

    page.get_by_role("button", name="Resolve", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Reopen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_focused()
    page.get_by_role("button", name="Add to the conversation").press("Enter")
    page.locator("#add-menu .menu-item", has_text="Promise").press("Enter")
    page.locator("#promise-menu .menu-item").first.press("Enter")
    expect(page.locator(".promise-clock").first).to_be_visible()
    expect(page.get_by_role("button", name="Add to the conversation")).to_be_focused()
    page.get_by_role("button", name="Take it").press("Enter")
    expect(undo).to_be_visible()

    # What was pressed is no longer there.
    expect(page.get_by_role("region", name="Messages")).to_be_focused()
    for _step in range(6):
        page.keyboard.press("Tab")
        expect(page.locator(":focus-visible")).to_have_count(1)


@pytest.mark.parametrize("key", ["p", "t", "l", "s", "a", "/"])
def test_the_key_that_sends_sends_nothing_from_a_menu_or_a_search(pages: Pages, anna: User, key: str) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())
    field = page.locator(".compose[data-mode=reply] textarea")
    page.keyboard.press("r")
    page.keyboard.type("Half a sent")
    page.keyboard.press("Escape")

    page.keyboard.press(key)
    expect(page.locator("menu-list:popover-open, .list-search:focus")).to_have_count(1)
    page.keyboard.type("15")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Shift+Enter")
    # A menu's first empties what was searched for; from the search of the list a second would lead back to the list.
    for _time in range(1 if key == "/" else 2):
        page.keyboard.press("Escape")
    expect(page.locator("menu-list:popover-open, .list-search:focus")).to_have_count(0)

    expect(field).to_have_value("Half a sent")
    # From no field it is sent.
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-from=out] .text")).to_have_text(["Half a sent"])

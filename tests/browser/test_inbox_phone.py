"""The inbox on a phone: one pane at a time, and everything within reach of the thumb."""

import pytest
from playwright.sync_api import expect

from samovar.accounts.models import User
from tests import make
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import FIRST, inbox, subject, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("key", "menu"), [("A", "#assign-menu"), ("L", "#tag-menu"), ("S", "#snooze-menu")])
def test_on_a_phone_a_menu_stands_whole_on_the_screen(pages: Pages, anna: User, key: str, menu: str) -> None:
    first, _second = two_waiting()
    for name in ("Delivery on the promised day", "Damaged on delivery"):
        first.tag(make.tag(name), by=anna)
    page = inbox(pages, anna, f"/conversations/{first.pk}/", width=PHONE)

    page.keyboard.press(key)

    expect(page.locator(menu)).to_be_visible()
    box = page.locator(menu).bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE
    assert box["y"] > 50


def test_on_a_phone_there_is_one_pane_at_a_time(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, width=PHONE)

    page.locator("a.conversation").first.tap()
    subject(page, FIRST)
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_label("Reply to the customer").fill("On Thursday.")
    page.get_by_role("button", name="Send", exact=True).tap()
    expect(page.locator('.message[data-from="out"]')).to_contain_text("On Thursday.")
    page.get_by_role("link", name="Back to the list").tap()

    expect(page.locator("#list")).to_be_visible()
    expect(page.locator(".thread")).to_have_count(0)
    assert first.messages.filter(direction="out").count() == 1

"""Putting aside by keyboard alone: tomorrow in two presses, working hours as typed, what brings it back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import Calendar, User
from samovar.accounts.working_hours import understood
from samovar.conversations.models import Reminder
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.fixture
def anna() -> User:
    """An agent of a company that works around the clock, so that a working hour is an hour."""
    Calendar.objects.all().decide(None, "Europe/Moscow", [understood("0-24")] * 7, by=None)
    return make.agent("anna petrova")


def test_tomorrow_takes_two_presses(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks")).to_contain_text("also over thanks")
    first.refresh_from_db()
    assert first.snoozed_until is not None
    assert first.wakes_on == "more"


@pytest.mark.parametrize("typed", ["+6", "6"])
def test_a_number_of_working_hours_is_typed_in_the_open_menu(pages: Pages, anna: User, typed: str) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    for key in (*typed, "Enter"):
        page.keyboard.press(key)

    expect(page.locator(".thread-marks")).to_contain_text("Snoozed until")
    first.refresh_from_db()
    assert first.snoozed_until is not None
    assert 5.9 < (first.snoozed_until - timezone.now()).total_seconds() / 3600 < 6.2


def test_a_key_pressed_in_an_open_menu_does_nothing_behind_it(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    address = page.url

    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    # A view, the next conversation, resolving, taking it, another place: all of them stand outside of the menu.
    for key in ("j", "e", "m", "g", "c", "g", "2"):
        page.keyboard.press(key)
    expect(page.locator("#snooze-hours")).to_have_value("2")
    page.keyboard.press("Escape")
    expect(page.locator("#snooze-menu")).to_be_hidden()
    assert page.url == address
    first.refresh_from_db()
    assert (first.assignee, first.resolved_at) == (None, None)

    page.keyboard.press("m")
    expect(page.locator("undo-toast")).to_be_visible()
    first.refresh_from_db()
    assert first.assignee == anna


@pytest.mark.parametrize("look", LOOKS)
def test_the_menu_keeps_the_rules_of_looks(
    pages: Pages, axe: Axe, shoot: Shoot, anna: User, look: tuple[int, bool, bool]
) -> None:
    first, _second = two_waiting()
    width, dark, ru = look
    page = inbox(pages, anna, f"/conversations/{first.pk}/", width=width, dark=dark, ru=ru)
    looks = f"{width}.{'ru' if ru else 'en'}.{'dark' if dark else 'light'}"

    page.locator("[popovertarget=snooze-menu]").click()
    page.locator("#snooze-wakes").select_option("nothing")
    page.locator("#snooze-menu .menu-item").first.click()
    expect(page.locator(".thread-marks")).to_contain_text("даже если ответят" if ru else "also over replies")
    Reminder.objects.all().remind(anna, first, timezone.now() + timedelta(days=1), "Ask the courier")
    page.goto(f"/conversations/{first.pk}/")
    axe(page)
    shoot(page, f"snoozed.{looks}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    first.wake(by=anna)
    for menu in ("snooze", "remind"):
        page.goto(f"/conversations/{first.pk}/")
        page.locator("[popovertarget=snooze-menu]").click()
        if menu == "remind":
            page.locator("#snooze-menu [popovertarget=remind-menu]").click()
        expect(page.locator(f"#{menu}-menu")).to_be_visible()
        axe(page)
        shoot(page, f"{menu}-menu.{looks}")
    for name, address in (("list", "/reminders/"), ("one", f"/reminders/{Reminder.objects.get().pk}/")):
        page.goto(address)
        axe(page)
        shoot(page, f"reminders-{name}.{looks}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_only_me_is_reminded_by_keyboard_alone(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator("#remind-menu").get_by_role("button", name="Tomorrow")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks")).to_contain_text("Reminds you")
    assert Reminder.objects.get().user == anna
    first.refresh_from_db()
    assert first.snoozed_until is None
    page.keyboard.press("z")
    expect(page.locator(".thread-marks")).not_to_contain_text("Reminds you")
    assert not Reminder.objects.all().open().exists()

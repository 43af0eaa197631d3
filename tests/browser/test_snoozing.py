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


def test_working_hours_are_chosen_by_their_first_sign_and_typed_in_the_field(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="+2 working hours")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks")).to_contain_text("Snoozed until")

    page.goto(f"/conversations/{second.pk}/")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    field = page.locator("#snooze-hours")
    for _step in range(12):
        page.keyboard.press("ArrowDown")
        if field.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.type("+6")
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks")).to_contain_text("Snoozed until")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.snoozed_until is not None
    assert second.snoozed_until is not None
    assert 3.9 < (second.snoozed_until - first.snoozed_until).total_seconds() / 3600 < 4.2


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

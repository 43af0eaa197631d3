"""Promises in a real browser: made by four presses, kept, moved, and seen in time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Promise
from samovar.conversations.models.promise import PromiseKind
from tests.browser.conftest import LOOKS, PHONE, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
# Of the pages that are opened here.
HERE = ZoneInfo("Europe/Samara")


def next_three() -> datetime:
    """When it is 15:00 next."""
    today = timezone.now().astimezone(HERE).replace(hour=15, minute=0, second=0, microsecond=0)
    return today if today > timezone.now() else today + timedelta(days=1)


@pytest.mark.parametrize(("ru", "width"), [(False, 1440), (True, 1440), (True, PHONE)])
def test_four_presses_promise_a_call_at_three(pages: Pages, anna: User, ru: bool, width: int) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), ru=ru, width=width)

    if ru:
        # As the Russian layout sends it: the sign is another one, its place is the same.
        page.evaluate(
            """() => document.dispatchEvent(
              new KeyboardEvent("keydown", { key: "з", code: "KeyP", bubbles: true, cancelable: true })
            )"""
        )
    else:
        page.keyboard.press("p")
    expect(page.locator("#promise-when")).to_be_focused()
    page.keyboard.type("15")
    page.keyboard.press("Enter")

    expect(page.locator(".promise-clock")).to_contain_text("Перезвонить" if ru else "Call back by phone")
    expect(page.locator("#promise-menu")).to_be_hidden()
    promise = Promise.objects.get()
    assert (promise.due_at, promise.owner, promise.kind) == (next_three(), anna, PromiseKind.CALL)
    page.keyboard.press("z")
    expect(page.locator(".promise-clock")).to_have_count(0)


def test_the_menu_says_what_it_understands_and_takes_nothing_else(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    page.keyboard.press("p")
    expect(page.locator("#promise-found .menu-item")).not_to_have_count(0)
    page.keyboard.type("soon")
    expect(page.locator("#promise-found")).to_contain_text("Nobody can tell when that is")
    page.keyboard.press("Enter")
    expect(page.locator("#promise-menu")).to_be_visible()
    page.locator("#promise-when").fill("tomorrow 10")
    expect(page.locator("#promise-found")).to_contain_text("Promise it: tomorrow at 10:00")
    page.get_by_label("Something else").check()
    page.get_by_label("In words").fill("Bring a spare leg")
    page.get_by_label("In words").press("Enter")

    expect(page.locator(".promise-clock")).to_contain_text("Bring a spare leg")
    assert Promise.objects.get().kind == PromiseKind.OTHER


def test_from_the_clock_it_is_kept_moved_handed_over_and_given_up_by_keyboard(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    first.promise(PromiseKind.ANSWER, timezone.now() + timedelta(minutes=10), by=anna)
    page = inbox(pages, anna, first.get_absolute_url())
    clock = page.locator(".promise-clock")

    clock.press("Enter")
    page.get_by_role("button", name="Another moment").press("Enter")
    page.keyboard.type("+2d")
    page.keyboard.press("Enter")
    expect(clock.locator("local-time")).not_to_have_attribute("data-tone", "warn")
    page.keyboard.press("z")
    expect(clock.locator("local-time")).to_have_attribute("data-tone", "warn")
    clock.press("Enter")
    page.get_by_role("button", name="Hand over").press("Enter")
    expect(page.locator("#keepers-found .menu-item")).not_to_have_count(0)
    page.keyboard.press("Escape")
    clock.press("Enter")
    page.get_by_role("button", name="Will not be kept").press("Enter")
    page.get_by_role("button", name="We could not reach them").press("Enter")
    expect(clock).to_have_count(0)
    page.keyboard.press("z")
    clock.press("Enter")
    expect(page.get_by_role("button", name="Kept", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(clock).to_have_count(0)

    assert Promise.objects.get().kept_at is not None


def test_steps_are_added_done_and_undone(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    for what in ("Order a spare leg", "Send a fitter"):
        page.keyboard.press("Shift+P")
        expect(page.locator("#step-what")).to_be_focused()
        page.keyboard.type(what)
        page.keyboard.press("Enter")
        expect(page.locator(".thread-work")).to_contain_text(what)
    page.get_by_role("button", name="Done: Send a fitter").press("Enter")
    expect(page.locator(".thread-work summary")).to_have_text("1 of 2 steps")
    expect(page.locator(f"#c-{first.pk}")).to_contain_text("1 of 2 steps")
    page.keyboard.press("z")

    expect(page.locator(".thread-work summary")).to_have_text("0 of 2 steps")


def test_time_is_told_as_it_passes_and_to_screen_readers_three_times(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    now = timezone.now()
    first.promise(PromiseKind.CALL, now + timedelta(minutes=30, seconds=30), by=anna)
    page = pages.open(anna)
    page.route("**/stream/**", lambda route: None)
    page.clock.install(time=now)
    page.goto(first.get_absolute_url())
    due = page.locator(f"#c-{first.pk} local-time")
    expect(due).not_to_have_attribute("data-tone", "warn")

    heard = []
    for minutes in (11, 6, 9, 6, 3):
        page.clock.fast_forward(timedelta(minutes=minutes).seconds * 1000)
        heard.append(page.locator("#announcer").text_content() or "")

    expect(due).to_have_attribute("data-tone", "bad")
    expect(due).to_contain_text("late 4 min")
    assert ["19 min" in heard[0], "4 min" in heard[2], "late 1 min" in heard[3]] == [True, True, True]
    assert (heard[1], heard[4]) == (heard[0], heard[3])


@pytest.mark.parametrize("look", LOOKS)
def test_promises_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    first, second = two_waiting()
    first.promise(PromiseKind.CALL, timezone.now() - timedelta(minutes=4), by=anna)
    second.promise(PromiseKind.ANSWER, timezone.now() + timedelta(minutes=12), by=anna)
    second.promise(PromiseKind.OTHER, timezone.now() + timedelta(days=2), by=anna, what="Bring a spare leg")
    second.add_step("Order a spare leg", by=anna).keep(by=anna)
    step = second.add_step("Send a fitter who can also look at the wardrobe in the hall", by=anna)
    page = inbox(pages, anna, "/?view=promised", width=width, dark=dark, ru=ru)

    end = f"{width}{'.ru' * ru}{'.dark' * dark}"
    for name, path in (
        ("rows", "/?view=promised"),
        ("head", second.get_absolute_url()),
        ("one", step.get_absolute_url()),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"promises-{name}.{end}")
    page.goto(second.get_absolute_url())
    for name in ("promise-menu", "step-menu", "promise-acts"):
        if name != "promise-acts":
            page.get_by_role("button", name="Добавить к обращению" if ru else "Add to the conversation").click()
        page.locator(f'[popovertarget="{name}"]').first.click()
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"promises-{name}.{end}")
        page.keyboard.press("Escape")

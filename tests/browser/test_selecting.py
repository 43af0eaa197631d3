"""Selecting conversations in the list and acting on all of them, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations import bulk_runs
from samovar.conversations.models import BulkRun, Conversation, Promise
from tests import make
from tests.browser.conftest import LOOKS, PHONE, Pages, session_of
from tests.browser.desks import inbox, tell

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]
pytestmark = pytest.mark.django_db(transaction=True)


def several(number: int = 4) -> list[Conversation]:
    """Make so many customers wait."""
    names = ["Elena Sokolova", "Denis Karpov", "Ulla Berg", "Tom Lindgren"]
    return [
        make.conversation(
            f"Message {place}",
            subject=f"Matter {place}",
            sender=make.sender(f"c{place}@mail.example", names[place % len(names)]),
        )
        for place in range(number)
    ]


def selected(page: Page, number: str) -> None:
    """Wait until so many are selected."""
    expect(page.locator("[data-picks-count]")).to_have_text(number)


def test_space_selects_keys_extend_and_one_key_resolves_them_all_and_one_takes_it_back(
    pages: Pages, anna: User
) -> None:
    several()
    page = inbox(pages, anna)
    expect(page.locator(".picks")).to_be_hidden()

    page.keyboard.press("Space")
    selected(page, "1")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+Space")
    selected(page, "3")
    expect(page.locator("#announcer")).to_have_text("Selected: 3")
    page.keyboard.press("e")

    expect(page.locator("undo-toast")).to_contain_text("Resolved · 3 conversations")
    expect(page.locator("a.conversation")).to_have_count(1)
    expect(page.locator(".picks")).to_be_hidden()
    page.keyboard.press("z")
    expect(page.locator("undo-toast").last).to_contain_text("Undone · Resolved · 3 conversations")
    expect(page.locator("a.conversation")).to_have_count(4)
    assert not Conversation.objects.all().resolved().exists()


def test_shift_and_a_click_take_all_rows_up_to_there(pages: Pages, anna: User) -> None:
    several(6)
    page = inbox(pages, anna)
    boxes, rows = page.locator(".pick"), page.locator("a.conversation")
    boxes.nth(1).check()
    boxes.nth(3).click(modifiers=["Shift"])
    selected(page, "3")
    # Upwards too, and with the row itself instead of its box; nothing is opened, no text is marked.
    boxes.nth(2).uncheck()
    rows.nth(0).click(modifiers=["Shift"])
    selected(page, "4")
    assert [box.is_checked() for box in boxes.all()] == [True, True, True, True, False, False]
    assert page.evaluate("getSelection().toString()") == ""
    assert page.url.endswith("/")
    assert len(page.context.pages) == 1
    boxes.nth(5).click(modifiers=["Shift"])
    selected(page, "6")


def test_the_bar_of_the_selected_takes_two_lines_also_in_russian(pages: Pages, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(language="ru")
    several(34)
    page = inbox(pages, anna)
    page.keyboard.press("Space")
    page.locator("[data-picks=page]").click()
    expect(page.locator("[data-picks=all]")).to_be_visible()

    tops = page.locator(".picks .button:visible").evaluate_all("all => all.map(one => one.offsetTop)")

    assert len(set(tops)) == 2, tops


def test_a_menu_acts_on_all_and_what_is_selected_survives_news_and_another_row(pages: Pages, anna: User) -> None:
    some = several()
    page = inbox(pages, anna, f"/conversations/{some[0].pk}/")
    page.locator(".pick").nth(1).check()
    page.locator(".pick").nth(2).check()
    tell(page, make.conversation("New", sender=make.sender("new@mail.example", "Nina New")))
    page.locator(".thread").hover()
    expect(page.locator("a.conversation")).to_have_count(5)
    selected(page, "2")
    expect(page.locator(".pick:checked")).to_have_count(2)

    # The thread that is open has the same keys, and keeps them to itself while something is selected.
    page.keyboard.press("a")
    expect(page.locator("#picks-assign")).to_be_visible()
    page.keyboard.type("anna")
    expect(page.locator("#picks-assign .menu-item")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("undo-toast")).to_contain_text("Assigned to Anna Petrova · 2 conversations")
    assert set(Conversation.objects.filter(assignee=anna)) == set(some[1:3])


def test_keys_of_one_conversation_say_so_while_some_are_selected(pages: Pages, anna: User) -> None:
    some = several(3)
    page = inbox(pages, anna, f"/conversations/{some[0].pk}/")
    page.locator(".pick").nth(1).check()
    page.locator(".pick").nth(2).check()
    page.locator(".pick").nth(2).blur()

    for number, key in enumerate(("x", "n", "r"), start=1):
        page.keyboard.press(key)
        expect(page.locator("undo-toast", has_text="One conversation at a time")).to_have_count(number)
        expect(page.locator(":popover-open, dialog:modal")).to_have_count(0)
        expect(page.locator("textarea:focus")).to_have_count(0)
    expect(page.get_by_role("radio", name="Reply", exact=True)).to_be_checked()
    selected(page, "2")
    # With nothing selected they act as ever.
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_role("radio", name="Note to the team")).to_be_checked()


def test_the_same_is_promised_to_the_customers_of_all_that_are_selected(pages: Pages, anna: User) -> None:
    several(3)
    page = inbox(pages, anna)
    page.locator(".pick").nth(0).check()
    page.locator(".pick").nth(1).check()
    page.locator(".pick").nth(1).blur()

    page.keyboard.press("p")
    page.keyboard.type("tomorrow 10")
    expect(page.locator("#picks-promise-found .menu-item")).to_have_text(["Promise it: tomorrow at 10:00"])
    page.locator("#picks-promise").get_by_label("Another thing").check()
    page.locator("#picks-promise").get_by_label("What exactly").fill("Send a new leg")
    page.keyboard.press("Enter")

    expect(page.locator("undo-toast")).to_contain_text("Promised: Send a new leg, tomorrow at 10:00 · 2 conversations")
    expect(page.locator("a.conversation", has_text="Promise")).to_have_count(2)
    assert Promise.objects.filter(what="Send a new leg", owner=anna).count() == 2
    # The next one begins empty.
    expect(page.locator("#picks-promise [name=what]")).to_have_value("")
    page.keyboard.press("z")
    expect(page.locator("a.conversation", has_text="Promise")).to_have_count(0)
    assert not Promise.objects.all().open().exists()


def test_the_menus_of_the_selected_keep_the_keys_that_stand_in_them(pages: Pages, anna: User) -> None:
    some = several(2)
    page = inbox(pages, anna)
    page.keyboard.press("Space")

    page.locator("[popovertarget=picks-more]").click()
    expect(page.locator("#picks-more [value='assign:me']")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("i")
    expect(page.locator("#picks-priority [autofocus]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.locator("#picks-snooze .menu-item").first.focus()
    for key in ("+", "6", "Enter"):
        page.keyboard.press(key)

    expect(page.locator("undo-toast")).to_contain_text("Snoozed: +6 working hours · 1 conversation")
    assert Conversation.objects.get(snoozed_until__isnull=False) == some[0]
    assert not Conversation.objects.all().resolved().exists()


def test_enter_in_the_field_for_working_hours_snoozes_and_does_not_resolve(pages: Pages, anna: User) -> None:
    some = several(2)
    page = inbox(pages, anna)
    page.keyboard.press("Space")
    page.keyboard.press("s")
    page.locator("#picks-hours").fill("+6")
    page.keyboard.press("Enter")

    expect(page.locator("undo-toast")).to_contain_text("Snoozed: +6 working hours · 1 conversation")
    assert Conversation.objects.get(snoozed_until__isnull=False) == some[0]
    assert not Conversation.objects.all().resolved().exists()


def test_all_that_match_are_selected_after_the_whole_page_and_escape_selects_none(pages: Pages, anna: User) -> None:
    several(34)
    page = inbox(pages, anna)
    page.keyboard.press("Space")
    page.locator("[data-picks=page]").click()
    selected(page, "30")
    page.locator("[data-picks=all]").click()
    selected(page, "34")
    expect(page.locator("[data-picks=all]")).to_have_text("Select all 34 that match")
    page.keyboard.press("Escape")
    expect(page.locator(".picks")).to_be_hidden()
    expect(page.locator(".pick:checked")).to_have_count(0)

    page.keyboard.press("Space")
    page.locator("[data-picks=page]").click()
    page.locator("[data-picks=all]").click()
    page.keyboard.press("e")

    expect(page.locator("undo-toast")).to_contain_text("Resolved")
    run = BulkRun.objects.get()
    bulk_runs.finish(run.pk)
    expect(page.locator("undo-toast")).to_contain_text("Resolved · 34 conversations")
    page.locator("undo-toast a").click()
    expect(page.locator("h1")).to_have_text("Resolved")
    expect(page.locator("tbody tr")).to_have_count(34)


def test_on_a_phone_a_finger_that_rests_selects_and_taps_go_on(pages: Pages, anna: User) -> None:
    several()
    page = inbox(pages, anna, width=PHONE)
    row = page.locator("a.conversation").first
    box = row.bounding_box()
    assert box
    touch = {"pointerType": "touch", "bubbles": True, "clientX": box["x"] + 90, "clientY": box["y"] + 20}
    row.dispatch_event("pointerdown", touch)
    selected(page, "1")
    row.dispatch_event("pointerup", touch)
    row.dispatch_event("click")
    selected(page, "1")
    page.locator("a.conversation").nth(1).tap()
    selected(page, "2")
    assert page.url.endswith("/")

    page.locator("[data-picks=none]").tap()
    page.locator(".picks-begin").tap()
    page.locator("a.conversation").nth(2).tap()
    selected(page, "1")


def test_without_scripts_boxes_and_a_page_do_the_same(pages: Pages, anna: User) -> None:
    several(2)
    page = plain(pages, anna)
    page.goto("/")
    page.locator(".pick").first.check()
    page.get_by_role("button", name="Act on the selected").click()
    page.get_by_role("button", name="Resolve").click()

    expect(page.locator("body")).to_contain_text("Resolved · 1 conversation")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("body")).to_contain_text("Undone · Resolved · 1 conversation")


@pytest.mark.parametrize("look", LOOKS)
def test_selecting_keeps_the_rules_of_looks(
    pages: Pages, axe: Axe, shoot: Shoot, anna: User, look: tuple[int, bool, bool]
) -> None:
    some = several()
    some[3].resolve(by=anna)
    width, dark, ru = look
    page = inbox(pages, anna, width=width, dark=dark, ru=ru)
    looks = f"{width}.{'ru' if ru else 'en'}.{'dark' if dark else 'light'}"
    select_page(page, by_touch=width == PHONE)
    expect(page.locator("[data-picks=all]")).to_be_visible()
    axe(page)
    shoot(page, f"selecting.{looks}")
    page.locator("[popovertarget=picks-more]").click()
    expect(page.locator("#picks-more")).to_be_visible()
    axe(page)
    shoot(page, f"selecting-more.{looks}")
    page.locator("#picks-more [popovertarget=picks-macro]").click()
    expect(page.locator("#picks-macro")).to_be_visible()
    page.keyboard.press("Escape")
    selected(page, "3")
    page.locator("[popovertarget=picks-snooze]").click()
    expect(page.locator("#picks-snooze .menu-item").first).to_be_visible()
    axe(page)
    shoot(page, f"selecting-snooze.{looks}")
    page.locator("#picks-snooze .menu-item").first.click()
    expect(page.locator("undo-toast")).to_be_visible()
    axe(page)
    shoot(page, f"selecting-done.{looks}")
    for name, address in pages_of_runs(some[0]):
        page.goto(address)
        axe(page)
        shoot(page, f"bulk-{name}.{looks}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def select_page(page: Page, *, by_touch: bool) -> None:
    """Select the first row, and then all that are shown."""
    if by_touch:
        page.locator(".picks-begin").tap()
        page.locator("a.conversation").first.tap()
    else:
        page.keyboard.press("Space")
    page.locator("[data-picks=page]").click()


def pages_of_runs(one: Conversation) -> list[tuple[str, str]]:
    """Return the pages on which it stands what was done to many."""
    run = BulkRun.objects.get()
    return [("list", "/bulk/"), ("one", f"/bulk/{run.pk}/"), ("page", f"/bulk/new/?view=snoozed&id={one.pk}")]


def plain(pages: Pages, user: User) -> Page:
    """Return a page that runs no scripts."""
    context = pages.browser.new_context(base_url=pages.address, java_script_enabled=False, locale="en-GB")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": pages.address}])
    pages.contexts.append(context)
    return context.new_page()

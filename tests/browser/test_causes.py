"""Saying why somebody wrote, by keys and by touch, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests import make
from tests.browser.conftest import LOOKS, PHONE, Pages
from tests.browser.desks import inbox, subject, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def cause_of(conversation: Conversation) -> str:
    """What stands in the database by now."""
    return str(Conversation.objects.get(pk=conversation.pk).cause)


def test_t_the_first_letters_and_enter_set_the_cause_and_z_takes_it_back(pages: Pages, anna: User) -> None:
    make.delivered_causes()
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    # As quickly as anybody types: Enter waits for what fits these letters.
    for key in ("t", "d", "e", "Enter"):
        page.keyboard.press(key)

    expect(page.locator(".thread-marks .badge", has_text="Delivery")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Cause: Delivery")
    assert cause_of(first) == "Delivery"
    page.keyboard.press("z")
    expect(page.locator(".thread-marks .badge", has_text="Delivery")).to_have_count(0)
    page.keyboard.press("t")
    expect(page.locator("#cause-menu .menu-item").first).to_contain_text("Delivery")


def test_the_keys_work_in_the_russian_layout(pages: Pages, anna: User) -> None:
    make.delivered_causes()
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), ru=True)

    page.evaluate("""document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: "е", code: "KeyT", bubbles: true }))""")
    expect(page.get_by_role("searchbox", name="Почему написали?")).to_be_focused()
    page.keyboard.insert_text("до")
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks .badge", has_text="Доставка")).to_be_visible()


def test_after_resolving_the_line_about_it_asks_for_the_cause(pages: Pages, anna: User) -> None:
    make.delivered_causes()
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    page.keyboard.press("e")
    expect(page.locator("#toasts button", has_text="Cause?")).to_be_visible()
    page.locator("#toasts button", has_text="Cause?").click()
    page.keyboard.type("de")
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks .badge", has_text="Delivery")).to_be_visible()
    assert cause_of(first) == "Delivery"


def test_of_what_was_sent_and_resolved_the_cause_is_said_while_the_next_is_open(pages: Pages, anna: User) -> None:
    make.delivered_causes()
    first, second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    page.keyboard.press("r")
    page.keyboard.type("A new one comes tomorrow.")
    page.keyboard.press("Control+Shift+Enter")
    subject(page, second.subject)
    page.keyboard.press("Shift+T")
    expect(page.get_by_role("searchbox", name="Why did they write?")).to_be_focused()
    page.keyboard.type("de")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Cause: Delivery")
    assert (cause_of(first), cause_of(second)) == ("Delivery", "None")
    # The key of the open one stays its own.
    page.keyboard.press("t")
    page.keyboard.type("pay")
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks .badge", has_text="Payment")).to_be_visible()
    assert (cause_of(first), cause_of(second)) == ("Delivery", "Payment")


def test_on_a_phone_the_cause_is_a_press_away_before_and_after_resolving(
    pages: Pages, anna: User, shoot: Callable[[Page, str], Path]
) -> None:
    make.delivered_causes()
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), width=PHONE)

    page.get_by_role("button", name="Add to the conversation").tap()
    page.get_by_role("button", name="Set the cause").tap()
    page.locator("#cause-menu .menu-item", has_text="Damaged on delivery").tap()
    expect(page.locator(".thread-marks .badge", has_text="Damaged on delivery")).to_be_visible()
    page.get_by_role("button", name="Cause: Damaged on delivery").tap()
    expect(page.locator("#cause-menu .menu-item").first).to_be_visible()
    shoot(page, "cause-menu.phone")
    page.get_by_role("button", name="No cause").tap()
    page.get_by_role("button", name="Resolve", exact=True).tap()
    page.locator("#toasts button", has_text="Cause?").tap()
    page.locator("#cause-menu .menu-item", has_text="Damaged on delivery").tap()

    expect(page.locator(".thread-marks .badge", has_text="Damaged on delivery")).to_be_visible()


def test_an_idea_is_marked_from_the_palette_said_in_a_few_words_and_taken_back(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    page.keyboard.press("Control+k")
    page.keyboard.type("idea")
    page.get_by_role("option", name="Mark as an idea").click()
    expect(page.locator("#toasts")).to_contain_text("Marked as an idea: Elena Sokolova")
    page.locator(".thread-marks .badge", has_text="Idea").click()
    page.get_by_label("The idea in a few words").fill("A box with a handle")
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks .badge", has_text="A box with a handle")).to_be_visible()
    page.goto("/?view=ideas")

    row = page.locator("a.conversation")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("A box with a handle")


@pytest.mark.parametrize("look", LOOKS)
def test_causes_and_ideas_look_well(
    pages: Pages, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path], look: tuple[int, bool, bool]
) -> None:
    width, dark, ru = look
    lena, found = make.lead("lena"), make.delivered_causes()
    first, second = two_waiting()
    first.set_cause(found["delivery.damaged"], by=lena)
    first.note_idea(by=lena, title="A box with a handle, so that one can carry it alone")
    first.tag(make.tag("Regular customer"), by=lena)
    second.resolve(by=lena)
    second.note_idea(by=lena, author=lena)
    found["praise"].retire(by=lena)
    page = inbox(pages, lena, width=width, dark=dark, ru=ru)

    for name, path in (
        ("tree", "/causes/"),
        ("cause", f"/causes/{found['delivery'].pk}/"),
        ("head", first.get_absolute_url()),
        ("resolved", f"{second.get_absolute_url()}?view=without-cause"),
        ("ideas", "/?view=ideas"),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"{name}.{width}{'.ru' * ru}{'.dark' * dark}")
    page.goto(second.get_absolute_url())
    if width != PHONE:
        page.keyboard.press("t")
        expect(page.locator("#cause-menu .menu-item").first).to_be_visible()
        axe(page)
        shoot(page, f"menu.{width}{'.ru' * ru}{'.dark' * dark}")

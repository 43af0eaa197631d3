"""Saved replies and macros in the editor: by the sign, by a key, by thumb."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Macro, Message
from tests import make
from tests.browser.conftest import LOOKS, PHONE, Pages
from tests.browser.desks import SECOND, inbox, press, subject, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
THANKS = 'Hello {{ customer.first_name | "there" }},\n\nthank you for your patience.'


@pytest.fixture
def macros(anna: User) -> None:
    """Two saved replies, a macro with steps and one of steps alone."""
    refund = make.tag("Refund")
    make.macro("Thanks for your patience", THANKS, shortcut="ty")
    make.macro("Спасибо за терпение", "Спасибо, {{ customer.first_name }}.")
    make.macro("Swap an item", "We swap it.", steps=[["tag", str(refund.pk)], ["resolve", ""]])
    make.macro("Close as settled", "", steps=[["priority", "1"], ["resolve", ""]])


def opened(pages: Pages, anna: User, **given: object) -> Page:
    """Open the second conversation."""
    _, second = two_waiting()
    page = inbox(pages, anna, second.get_absolute_url(), **given)  # type: ignore[arg-type]  # as inbox() takes them
    subject(page, SECOND)
    return page


def reply(page: Page) -> Locator:
    """Return the field in which a reply is written."""
    return page.locator(".compose[data-mode=reply] textarea")


@pytest.mark.usefixtures("macros")
def test_a_saved_reply_takes_four_presses(pages: Pages, anna: User) -> None:
    page = opened(pages, anna)

    page.keyboard.press("r")
    page.keyboard.type("/t")
    page.keyboard.press("Enter")

    expect(reply(page)).to_have_value("Hello Denis,\n\nthank you for your patience.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-from=out] .text").last).to_contain_text("thank you for your patience")
    assert Macro.objects.get(name="Thanks for your patience").used_count == 1


@pytest.mark.usefixtures("macros")
def test_the_sign_counts_wherever_a_layout_has_it(pages: Pages, anna: User, shoot: Callable[[Page, str], Path]) -> None:
    page = opened(pages, anna, ru=True)

    # In the Russian layout the sign is beside the right Shift, with Shift.
    page.keyboard.press("r")
    page.keyboard.insert_text("Здравствуйте! ")
    page.keyboard.insert_text("/")
    expect(page.locator("offer-list [role=option]")).to_have_count(4)
    shoot(page, "macros.found.1440")
    page.keyboard.insert_text("с")
    page.keyboard.press("Enter")

    expect(reply(page)).to_have_value("Здравствуйте! Спасибо, Denis.")


@pytest.mark.usefixtures("macros")
@pytest.mark.parametrize(
    ("key", "code", "held"),
    [(".", "Slash", ()), ("/", "Slash", ()), ("/", "Backslash", ("Shift",)), ("/", "Digit7", ("Shift",))],
    ids=["its place in the Russian layout", "in the English one", "where the Russian one has it", "the German one"],
)
def test_with_ctrl_the_sign_is_a_key_while_one_writes(
    pages: Pages, anna: User, key: str, code: str, held: tuple[str, ...]
) -> None:
    page = opened(pages, anna, ru=True)
    page.keyboard.press("r")
    page.keyboard.insert_text("Здравствуйте!")

    press(page, key, code, "Control", *held)
    expect(page.locator("offer-list [role=option]")).to_have_count(4)
    # Typed in the wrong layout.
    page.keyboard.insert_text("cgfc")
    expect(page.locator("offer-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(reply(page)).to_have_value("Здравствуйте! Спасибо, Denis.")


@pytest.mark.usefixtures("macros")
def test_ctrl_and_the_minus_that_lies_in_the_place_of_the_sign_stay_with_the_browser(pages: Pages, anna: User) -> None:
    page = opened(pages, anna)
    page.keyboard.press("r")
    page.evaluate("addEventListener('keydown', (event) => { window.isOurs = event.defaultPrevented; })")

    press(page, "-", "Slash", "Control")

    assert page.evaluate("window.isOurs") is False
    expect(reply(page)).to_have_value("")


@pytest.mark.usefixtures("macros")
def test_steps_wait_over_the_editor_and_are_done_with_the_sending(
    pages: Pages, anna: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    page = opened(pages, anna)
    page.keyboard.press("r")
    page.keyboard.type("/swap")
    page.keyboard.press("Enter")
    expect(page.locator("#planned-reply")).to_contain_text("tag: Refund")
    axe(page)
    shoot(page, "macros.planned.1440")

    page.get_by_role("button", name="Leave out: resolve").click()
    expect(page.locator("#planned-reply")).not_to_contain_text("resolve")
    page.reload()
    expect(page.locator("#planned-reply")).to_contain_text("tag: Refund")
    expect(reply(page)).to_have_value("We swap it.")
    reply(page).focus()
    page.keyboard.press("Control+Enter")

    toast = page.locator("undo-toast").last
    expect(toast).to_contain_text("Sent · Tagged: Refund")
    expect(page.locator("#planned-reply .file")).to_have_count(0)
    expect(page.locator(".thread-marks")).to_contain_text("Refund")
    page.keyboard.press("z")
    expect(page.locator(".thread-marks")).not_to_contain_text("Refund")
    assert Message.objects.filter(author=anna).count() == 1


@pytest.mark.usefixtures("macros")
def test_a_macro_of_steps_is_done_at_once_and_undone_at_once(pages: Pages, anna: User) -> None:
    page = opened(pages, anna)
    page.keyboard.press("r")
    page.keyboard.type("/close")
    page.keyboard.press("Enter")

    expect(page.locator("undo-toast").last).to_contain_text("High priority · Resolved")
    expect(reply(page)).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator("undo-toast").last).to_contain_text("Reopened")
    now = Conversation.objects.get(subject=SECOND)
    assert (now.resolved_at, now.priority) == (None, 0)


@pytest.mark.usefixtures("macros")
def test_a_sign_that_a_key_wrote_goes_with_its_list(pages: Pages, anna: User) -> None:
    page = opened(pages, anna)

    page.keyboard.press("b")
    expect(page.locator("offer-list [role=option]")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(reply(page)).to_have_value("")
    page.keyboard.type("Hello")
    page.keyboard.press("Control+/")
    expect(reply(page)).to_have_value("Hello /")
    expect(page.locator("offer-list [role=option]")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(reply(page)).to_have_value("Hello")
    page.keyboard.type(" /")
    expect(page.locator("offer-list [role=option]")).to_have_count(4)
    page.keyboard.press("Escape")

    # What the writer typed is theirs.
    expect(reply(page)).to_have_value("Hello /")


@pytest.mark.usefixtures("macros")
def test_a_key_of_ones_own_takes_it_at_once(pages: Pages, anna: User) -> None:
    Macro.objects.get(name="Thanks for your patience").put_on_key(1, anna)
    page = opened(pages, anna)

    page.keyboard.press("b")
    page.keyboard.press("1")

    expect(reply(page)).to_have_value("Hello Denis,\n\nthank you for your patience.")


@pytest.mark.usefixtures("macros")
def test_the_palette_applies_them_too(pages: Pages, anna: User) -> None:
    page = opened(pages, anna)

    page.keyboard.press("Control+k")
    page.keyboard.type("swap")
    expect(page.get_by_role("option", name="Apply: Swap an item")).to_be_visible()
    page.keyboard.press("Enter")

    expect(reply(page)).to_have_value("We swap it.")
    expect(page.locator("#planned-reply")).to_contain_text("tag: Refund")


def test_what_was_left_open_is_asked_about(pages: Pages, anna: User, shoot: Callable[[Page, str], Path]) -> None:
    make.macro("Thanks", "Dear {{ customer.first_name }},")
    make.conversation(subject=SECOND, sender=make.sender("sales@shop.example", ""))
    page = inbox(pages, anna, Conversation.objects.get().get_absolute_url())
    page.keyboard.press("r")
    page.keyboard.type("/th")
    page.keyboard.press("Enter")
    expect(reply(page)).to_have_value("Dear [customer.first_name?],")

    pages.troubles.clear()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("This was not filled in: customer.first_name")
    shoot(page, "macros.open.1440")
    assert not Message.objects.filter(author=anna).exists()
    page.get_by_role("button", name="Send anyway").click()
    expect(reply(page)).to_have_value("")
    pages.troubles.clear()


@pytest.mark.usefixtures("macros")
def test_the_bolt_opens_them_on_a_phone(
    pages: Pages, anna: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    page = opened(pages, anna, width=PHONE)

    page.locator(".compose[data-mode=reply]").get_by_role("button", name="Apply a macro").tap()
    expect(page.locator("offer-list [role=option]")).to_have_count(4)
    axe(page)
    shoot(page, "macros.found.390")
    page.get_by_role("option", name="Swap an item").tap()

    expect(reply(page)).to_have_value("We swap it.")
    expect(page.locator("#planned-reply")).to_contain_text("resolve")
    axe(page)
    shoot(page, "macros.planned.390")


@pytest.mark.usefixtures("macros")
def test_the_pages_of_macros(pages: Pages, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]) -> None:
    anna, number = make.lead(), Macro.objects.get(name="Swap an item").pk
    for width, dark, ru in LOOKS:
        look = f"{width}.{'dark' if dark else 'light'}.{'ru' if ru else 'en'}"
        page = inbox(pages, anna, "/macros/", width=width, dark=dark, ru=ru)
        axe(page)
        shoot(page, f"macros.list.{look}")

        page.goto(f"/macros/{number}/")
        page.locator("[name=text]").fill("Dear {{ customer.first_name }}, {{ brand.nam }}")
        expect(page.locator("#macro-preview")).to_contain_text("{{ brand.name }}")
        axe(page)
        shoot(page, f"macros.one.{look}")

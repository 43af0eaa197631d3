"""A sign at the start of a word opens a list: @ in a note names a colleague."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from samovar.accounts.models import User
from samovar.conversations.models import Message
from tests import make
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import SECOND, inbox, press, subject, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def colleagues() -> list[User]:
    """Three colleagues, two of whom begin alike."""
    return [make.agent(name) for name in ("elena petrova", "elias brandt", "mikhail orlov")]


def open_note(pages: Pages, anna: User, *, width: int = 1440) -> Page:
    """Open the second conversation and begin a note."""
    _, second = two_waiting()
    page = inbox(pages, anna, second.get_absolute_url(), width=width)
    subject(page, SECOND)
    if width > PHONE:
        page.keyboard.press("n")
    else:
        page.locator(".editor-modes label", has_text="Note to the team").tap()
    expect(note(page)).to_be_focused()
    return page


def note(page: Page) -> Locator:
    """Return the field in which a note is written."""
    return page.get_by_role("textbox", name="Note to the team")


@pytest.mark.usefixtures("colleagues")
def test_a_note_to_a_colleague_takes_four_presses(pages: Pages, anna: User) -> None:
    page = open_note(pages, anna)

    # N is the first press; the letters of a name are the third.
    page.keyboard.type("@el")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-from=note] .text")).to_have_text("@Elena Petrova")
    assert Message.objects.filter(direction="note").get().text.strip() == "@Elena Petrova"


@pytest.mark.usefixtures("colleagues")
def test_where_no_key_writes_the_sign_its_place_with_ctrl_does(
    pages: Pages, anna: User, shoot: Callable[[Page, str], Path]
) -> None:
    page = open_note(pages, anna)
    page.keyboard.insert_text("Спроси")

    # In the Russian layout this place writes a quotation mark with Shift, which stays one.
    press(page, '"', "Digit2", "Control", "Shift")
    expect(page.get_by_role("option")).to_have_count(3)
    shoot(page, "colleagues.by-key.1440")
    page.keyboard.insert_text("el")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")
    page.keyboard.insert_text('"дуб"')

    expect(note(page)).to_have_value('Спроси @Elena Petrova "дуб"')
    expect(note(page)).to_be_focused()


@pytest.mark.usefixtures("colleagues")
def test_arrows_choose_escape_leaves_what_was_typed_and_a_press_takes(
    pages: Pages, anna: User, shoot: Callable[[Page, str], Path]
) -> None:
    page = open_note(pages, anna)

    page.keyboard.type("Ask @el")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Elias Brandt")
    shoot(page, "colleagues.1440")
    assert note(page).get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(note(page)).to_be_focused()
    page.keyboard.type("se")
    expect(note(page)).to_have_value("Ask @else")

    page.keyboard.type(" or @mi")
    page.get_by_role("option", name="Mikhail Orlov").click()
    expect(note(page)).to_have_value("Ask @else or @Mikhail Orlov ")
    expect(note(page)).to_be_focused()


@pytest.mark.usefixtures("colleagues")
def test_enter_before_the_list_came_waits_for_that_of_the_last_letters(pages: Pages, anna: User) -> None:
    page = open_note(pages, anna)
    held: list[Route] = []
    page.route("**/colleagues/**", lambda route: held.append(route))

    with page.expect_request("**/colleagues/?q=eli"):
        page.keyboard.type("@eli")
    page.keyboard.press("Enter")
    page.keyboard.type("please")
    held[-1].fulfill(body='<div role="option" data-inserts="@Elias Brandt ">Elias Brandt</div>')

    expect(note(page)).to_have_value("@Elias Brandt please")


@pytest.mark.usefixtures("colleagues")
def test_letters_that_mean_nobody_stay_as_they_are_and_enter_begins_a_line(pages: Pages, anna: User) -> None:
    page = open_note(pages, anna)

    page.keyboard.type("mail@elsewhere @nobody")
    page.keyboard.press("Enter")
    page.keyboard.type("More")

    expect(note(page)).to_have_value("mail@elsewhere @nobody\nMore")


@pytest.mark.usefixtures("colleagues")
def test_the_button_opens_the_list_on_a_phone_too(
    pages: Pages, anna: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    page = open_note(pages, anna, width=PHONE)

    page.get_by_role("button", name="Name a colleague").tap()
    expect(page.get_by_role("option")).to_have_count(3)
    axe(page)
    shoot(page, "colleagues.390")
    page.get_by_role("option", name="Elena Petrova").tap()

    expect(note(page)).to_have_value("@Elena Petrova ")


@pytest.mark.usefixtures("colleagues")
def test_in_a_reply_the_sign_is_plain_text_and_says_so(pages: Pages, anna: User) -> None:
    _, second = two_waiting()
    page = inbox(pages, anna, second.get_absolute_url())
    subject(page, SECOND)

    page.keyboard.press("r")
    page.keyboard.type("@el")

    expect(page.locator("offer-list").filter(visible=True)).to_contain_text("In a reply, @ is plain text")
    page.keyboard.press("Enter")
    page.keyboard.type("x ")
    expect(page.locator("offer-list").filter(visible=True)).to_have_count(0)
    expect(page.get_by_role("textbox", name="Reply to the customer")).to_have_value("@el\nx ")


@pytest.mark.usefixtures("colleagues")
def test_the_sign_of_the_button_goes_when_nobody_is_named(pages: Pages, anna: User) -> None:
    page = open_note(pages, anna)
    page.keyboard.type("Ask")

    page.get_by_role("button", name="Name a colleague").click()
    expect(note(page)).to_have_value("Ask @")
    expect(page.get_by_role("option")).to_have_count(3)
    page.locator(".thread-subject").click()

    expect(note(page)).to_have_value("Ask")

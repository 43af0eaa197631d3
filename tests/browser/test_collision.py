"""Two people in one conversation: each sees that the other is there, and what they begin to write."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from samovar.accounts.models import User
from samovar.conversations import attending
from tests import make
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.desks import two_waiting
from tests.browser.streams import streamed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desks(browser: Browser, tmp_path: Path, as_in_production: dict[str, Any]) -> Iterator[Pages]:
    """Open pages that hear of each other."""
    with streamed(browser, tmp_path, as_in_production["STATIC_ROOT"]) as found:
        yield found


def at(desks: Pages, user: User, path: str, width: int = DESK, *, dark: bool = False, language: str = "en") -> Page:
    """Open a page with a conversation, and wait until the others may know of it."""
    page = desks.open(user, width=width, dark=dark, language=language)
    with page.expect_response("**/attendance/"):
        page.goto(path)
    return page


@pytest.mark.parametrize("look", [(DESK, False, "en"), (PHONE, True, "ru")])
def test_one_sees_who_else_is_there_and_what_they_begin_to_write(
    desks: Pages,
    anna: User,
    look: tuple[int, bool, str],
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
) -> None:
    (width, dark, language), (first, _second) = look, two_waiting()
    elena = make.agent("elena sokolova")
    hers = at(desks, anna, f"/conversations/{first.pk}/", width=width, dark=dark, language=language)
    his = at(desks, elena, f"/conversations/{first.pk}/")

    expect(hers.locator(".thread-head who-is-here")).to_have_text("ES")
    his.get_by_label("Reply to the customer").press_sequentially("Good **afternoon**, I have")

    line = hers.locator("who-writes .notice")
    said = {"en": "Elena Sokolova is writing to the customer", "ru": "Elena Sokolova пишет клиенту"}
    expect(line).to_contain_text(f"ES{said[language]}: Good afternoon, I have")
    expect(line.get_by_role("button")).to_have_text({"en": "See it", "ru": "Посмотреть"}[language])
    expect(his.locator("who-writes .notice")).to_have_count(0)
    axe(hers)
    shoot(hers, f"collision.{width}.{language}")


def test_one_reads_along_in_all_that_another_types(
    desks: Pages, anna: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, _second = two_waiting()
    hers, his = (at(desks, user, f"/conversations/{first.pk}/") for user in (anna, make.agent("elena sokolova")))
    text = his.get_by_label("Reply to the customer")
    text.press_sequentially(
        "Good afternoon, the desk was looked at by two of us, and both say that it is to be swapped"
    )
    line = hers.locator("who-writes .notice")
    expect(line).not_to_contain_text("to be swapped")

    line.get_by_role("button", name="See it").press("Enter")

    expect(line).to_contain_text("both say that it is to be swapped")
    text.press_sequentially(" on Friday.")
    expect(line).to_contain_text("swapped on Friday.")
    axe(hers)
    shoot(hers, "collision.whole")
    line.get_by_role("button", name="See it").press("Enter")
    expect(line).not_to_contain_text("Friday")


def test_whoever_leaves_or_stops_is_shown_no_more(desks: Pages, anna: User) -> None:
    first, second = two_waiting()
    elena = make.agent("elena sokolova")
    hers, his = (at(desks, user, f"/conversations/{first.pk}/") for user in (anna, elena))
    row = f"#c-{first.pk} who-is-here"
    expect(hers.locator(row)).to_have_attribute("aria-label", "Here now: Elena Sokolova")
    his.get_by_label("Reply to the customer").press_sequentially("Good")
    expect(hers.locator("who-writes .notice")).to_have_count(1)

    his.keyboard.press("Escape")
    his.keyboard.press("j")

    expect(hers.locator(f"#c-{second.pk} who-is-here")).to_be_visible()
    expect(hers.locator(row)).to_be_hidden()
    expect(hers.locator("who-writes .notice")).to_have_count(0)


def test_what_is_written_to_the_team_is_said_so_and_nothing_of_it_is_markup(desks: Pages, anna: User) -> None:
    first, _second = two_waiting()
    hers, his = (at(desks, user, f"/conversations/{first.pk}/") for user in (anna, make.agent("<b>bold")))

    his.get_by_text("Note to the team").first.click()
    his.get_by_label("Note to the team").last.press_sequentially("<img src=x onerror=alert(1)> & so on")

    line = hers.locator("who-writes .notice")
    expect(line).to_contain_text("<B>Bold is writing a note: <img src=x onerror=alert(1)> & so on")
    expect(line.locator("img")).to_have_count(0)


def test_a_row_shows_two_and_how_many_more(
    desks: Pages, anna: User, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    first, _second = two_waiting()
    hers = at(desks, anna, f"/conversations/{first.pk}/")

    for name in ("elena sokolova", "igor belov", "vera kozlova"):
        attending.attend(first, make.agent(name), "elsewhere")

    expect(hers.locator(f"#c-{first.pk} who-is-here")).to_have_text("ESIB+1")
    expect(hers.locator(".thread-head who-is-here")).to_have_text("ESIBVK")
    axe(hers)
    shoot(hers, "collision.row")


HOLD_BACK = """() => {
  const real = window.fetch;
  window.fetch = (url, how) => (how?.method === "POST" ? Promise.reject(new TypeError("no line")) : real(url, how));
  window.told = new Promise((done) => document.body.addEventListener("samovar:draft", () => done(true)));
}"""


def test_a_draft_follows_to_the_phone_and_goes_there_too_when_it_was_sent(desks: Pages, anna: User) -> None:
    first, _second = two_waiting()
    desk, phone = (at(desks, anna, f"/conversations/{first.pk}/", width) for width in (DESK, PHONE))
    field = phone.get_by_label("Reply to the customer")

    desk.get_by_label("Reply to the customer").press_sequentially("Good afternoon")
    expect(field).to_have_value("Good afternoon")
    expect(phone.locator("who-writes .notice")).to_have_count(0)
    desk.keyboard.press("Control+Enter")

    expect(field).to_have_value("")
    expect(phone.locator('.message[data-from="out"]')).to_contain_text("Good afternoon")
    assert first.messages.filter(direction="out").count() == 1


def test_a_draft_that_moves_on_elsewhere_does_not_replace_what_is_typed_here(desks: Pages, anna: User) -> None:
    first, _second = two_waiting()
    desk, phone = (at(desks, anna, f"/conversations/{first.pk}/", width) for width in (DESK, PHONE))
    phone.evaluate(HOLD_BACK)
    phone.get_by_label("Reply to the customer").press_sequentially("From the tram")
    expect(phone.get_by_text("Kept in this browser until there is a connection").first).to_be_visible()

    desk.get_by_label("Reply to the customer").press_sequentially("From the desk")

    assert phone.evaluate("() => window.told")
    expect(desk.get_by_text("Draft saved").first).to_be_visible()
    assert phone.get_by_label("Reply to the customer").input_value() == "From the tram"

"""Two people in one conversation: each sees that the other is there, and what they begin to write."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from samovar.accounts.models import User
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
    expect(line).to_have_text(f"ES{said[language]}: Good afternoon, I have")
    expect(his.locator("who-writes .notice")).to_have_count(0)
    axe(hers)
    shoot(hers, f"collision.{width}.{language}")

"""The page of the company, and a dense desk, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from tests import make
from tests.browser.conftest import DESK, LOOKS, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oksana(anna: User) -> User:
    """An administrator of the company in which Anna works."""
    return make.admin("oksana")


def test_a_press_chooses_what_a_small_company_needs(pages: Pages, oksana: User) -> None:
    page = pages.open(oksana)
    page.goto("/company/parts/")

    page.get_by_role("button", name="Up to five people").click()

    expect(page.get_by_role("link", name="Brands")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.get_by_role("link", name="Brands")).to_have_count(1)


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_of_the_company_and_a_dense_desk_look_well(
    pages: Pages,
    oksana: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, is_russian = look
    language, name = "ru" if is_russian else "en", f"{width}-{'dark' if dark else 'light'}"
    first, _second = two_waiting()
    oksana.change_ways(density="compact", language=language)
    page = pages.open(oksana, width=width, dark=dark, language=language)
    page.goto("/company/parts/")
    axe(page)
    shoot(page, f"company-{name}-{language}")

    page = inbox(pages, oksana, first.get_absolute_url(), width=width, dark=dark, ru=is_russian)
    if width == DESK:
        assert page.locator(".conversation").first.bounding_box()["height"] < 80  # type: ignore[index]  # it is there
    axe(page)
    shoot(page, f"dense-{name}-{language}")

"""The parts of the toolkit in a real browser: they look calm, they break no rule, they answer keys and presses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.conftest import DESK, PHONE, Pages

pytestmark = pytest.mark.usefixtures("parts_page")


@pytest.mark.parametrize("width", [DESK, 1000, PHONE, 320])
@pytest.mark.parametrize(("dark", "language"), [(False, "en"), (True, "ru")], ids=["light-en", "dark-ru"])
def test_the_parts_break_no_rule_of_accessibility(
    pages: Pages, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path], width: int, dark: bool, language: str
) -> None:
    page = pages.open(make.admin("anna petrova"), width=width, dark=dark, language=language)
    page.goto("/parts/?told")
    page.locator("#focused").focus()

    expect(page.locator(".loading")).to_have_css("opacity", "1")
    shoot(page, f"parts.{width}.{language}.{'dark' if dark else 'light'}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width, "the page scrolls sideways"

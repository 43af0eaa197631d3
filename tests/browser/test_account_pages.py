"""The pages of the staff in a real browser: the first run, sign-in, one's own ways, people."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from samovar.accounts import first_run
from samovar.accounts.models import Company, User
from tests import make
from tests.browser.conftest import DESK, PHONE, Pages

LOOKS = [
    pytest.param(width, language, dark, id=f"{width}.{language}.{'dark' if dark else 'light'}")
    for width in (DESK, PHONE)
    for language, dark in (("en", False), ("ru", True))
]
Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.fixture(autouse=True)
def _no_counters(transactional_db: None) -> None:
    cache.clear()


def test_from_the_setup_code_to_the_first_colleague(pages: Pages) -> None:
    page = pages.open()
    page.route("**/stream/**", lambda _route: None)
    page.goto(f"/people/?code={first_run.setup_code()}")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.get_by_label("Setup code").fill(first_run.setup_code().lower())
    page.get_by_label("Company").fill("Aurora Home")
    page.get_by_label("Your name").fill("Anna Petrova")
    page.get_by_label("Your e-mail").fill("anna@aurora.example")
    page.get_by_label("Password").fill("warm oak table 7")
    with page.expect_navigation():
        page.get_by_role("button", name="Begin").click()

    page.goto("/people/")
    page.get_by_label("Name").fill("Olga Belova")
    page.get_by_label("E-mail").fill("olga@aurora.example")
    page.get_by_label("Password").fill("warm oak table 8")
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("rowheader", name="Olga Belova")).to_be_visible()
    expect(page).to_have_title("People · Aurora Home")
    assert Company.objects.get().name == "Aurora Home"


def test_who_has_been_switched_off_is_let_in_again_by_undo(pages: Pages) -> None:
    olga = make.agent("olga")
    page = pages.open(make.admin("anna"))
    page.goto(f"/people/{olga.pk}/")

    page.get_by_role("button", name="Switch the account off").click()
    expect(page.get_by_role("row", name=re.compile("Olga"))).to_contain_text("cannot sign in")
    expect(page.locator("undo-toast:defined, key-map:defined")).to_have_count(2)
    page.keyboard.press("z")

    expect(page.get_by_text("Olga can sign in again")).to_be_visible()
    olga.refresh_from_db()
    assert olga.is_active


def test_signing_in_and_out(pages: Pages) -> None:
    make.user("olga", password=make.PASSWORD)
    page = pages.open()
    page.goto("/profile/")
    page.get_by_label("Email").fill("olga@aurora.example")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Olga")).to_be_visible()

    page.get_by_role("button", name=re.compile("Available")).click()
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(re.compile("/accounts/login/$"))


def test_the_colours_are_shown_as_soon_as_they_are_chosen(pages: Pages) -> None:
    page = pages.open(make.agent("olga"))
    page.goto("/profile/")

    page.get_by_label("Colours").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()

    assert User.objects.get().theme == "dark"


def test_a_stranger_can_choose_the_language(pages: Pages) -> None:
    make.admin()
    page = pages.open()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Русский").click()

    expect(page.get_by_role("heading", name="Войти")).to_be_visible()


@pytest.mark.parametrize(("width", "language", "dark"), LOOKS)
def test_the_pages_before_sign_in_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    page = pages.open(width=width, language=language, dark=dark)
    look = f"{width}.{language}.{'dark' if dark else 'light'}"
    page.goto("/welcome/?code=AAAA-AAAA")
    axe(page)
    page.locator("main button[type=submit]").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    _fits(page, axe, shoot, width, f"welcome.{look}")
    pages.troubles.clear()

    make.user("olga", password=make.PASSWORD)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("olga@aurora.example")
    page.locator("input[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".errorlist")).to_be_visible()
    _fits(page, axe, shoot, width, f"sign-in.{look}")
    page.goto("/accounts/password/forgotten/")
    _fits(page, axe, shoot, width, f"forgotten.{look}")


@pytest.mark.parametrize(("width", "language", "dark"), LOOKS)
def test_the_pages_of_the_staff_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    Company.objects.create(pk=Company.ONLY, name="Aurora Home")
    anna, olga = make.user("anna petrova", role="admin", password=make.PASSWORD), make.agent("olga belova")
    olga.change_ways(title="oak and returns")
    make.lead("konstantin vladimirovich ostrovsky").deactivate(by=anna)
    page = pages.open(anna, width=width, language=language, dark=dark)
    addresses = {
        "profile": "/profile/",
        "people": "/people/",
        "person": f"/people/{olga.pk}/",
        "password": "/accounts/password/change/",
        "sign-out": "/accounts/logout/",
    }
    for name, address in addresses.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}.{width}.{language}.{'dark' if dark else 'light'}")


def _fits(page: Page, axe: Axe, shoot: Shoot, width: int, name: str) -> None:
    shoot(page, name)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width, f"{name} scrolls sideways"

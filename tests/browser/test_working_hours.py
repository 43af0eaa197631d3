"""Working hours: the pages keep the rules of looks, what is typed is read aloud at once, and saving can be undone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import Calendar
from samovar.accounts.working_hours import usual_week
from tests import make
from tests.browser.conftest import LOOKS, Pages

pytestmark = pytest.mark.django_db(transaction=True)

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS],
)
def test_hours_are_typed_previewed_saved_and_taken_back(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    lena, team = make.lead("lena petrova"), make.team("Logistics")
    Calendar.objects.all().decide(None, "Europe/Moscow", usual_week(), by=None)
    page = pages.open(lena, width=width, language=language, dark=dark)
    page.route("**/stream/**", lambda _route: None)
    looks = f"{width}.{language}.{'dark' if dark else 'light'}"
    page.goto(f"/working-hours/teams/{team.pk}/")
    page.keyboard.press("Tab")
    page.locator("#id_has_own").check()
    for day in range(7):
        page.locator(f"#id_day_{day}").fill("")
    page.locator("#id_day_6").press("Tab")

    closed = {"en": "Never open", "ru": "Всегда закрыто"}[language]
    expect(page.locator("#calendar-preview")).to_contain_text(closed)
    page.locator("#id_day_0").fill("9-13, 14-18")
    page.locator("#id_day_0").press("Tab")
    expect(page.locator("#calendar-preview")).not_to_contain_text(closed)
    axe(page)
    shoot(page, f"hours.{looks}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("form.form button[type=submit]").click()

    expect(page.locator("tbody tr").nth(1)).to_contain_text("09:00–13:00, 14:00–18:00")
    page.locator(".toast button").first.click()
    as_company = {"en": "As the company", "ru": "Как в компании"}[language]
    expect(page.locator("tbody tr").nth(1)).to_contain_text(as_company)
    assert not Calendar.objects.filter(team=team).exists()
    page.goto("/working-hours/")
    axe(page)
    shoot(page, f"hours-list.{looks}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width

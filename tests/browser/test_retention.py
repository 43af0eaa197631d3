"""For how long an inbox keeps what is resolved: the pages keep the rules of looks, the preview follows the choice."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.conversations.models import Conversation, Retention
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import QUIET

pytestmark = pytest.mark.django_db(transaction=True)

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS],
)
def test_what_is_chosen_is_previewed_saved_and_stopped(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    old, lena = make.conversation(), make.lead("lena petrova")
    make.tag("Contract")
    old.resolve(by=lena)
    at = datetime(2020, 5, 4, tzinfo=UTC)
    Conversation.objects.update(resolved_at=at)
    old.messages.update(created_at=at)
    page = pages.open(lena, width=width, language=language, dark=dark)
    page.add_init_script(QUIET)
    looks = f"{width}.{language}.{'dark' if dark else 'light'}"
    page.goto(f"/retention/{old.inbox_id}/")
    page.locator("#id_months").select_option("12")

    found = page.locator("#retention-preview a")
    expect(found).to_have_attribute("href", f"/retention/{old.inbox_id}/rows/?months=12&exempt_tag=")
    axe(page)
    shoot(page, f"retention-choice.{looks}")
    page.locator("form.form button[type=submit]").click()
    stop = page.locator("form[action$='/stopping/'] button")
    expect(stop).to_be_visible()
    axe(page)
    shoot(page, f"retention-set.{looks}")
    for name, address in (("list", "/retention/"), ("rows", f"/retention/{old.inbox_id}/rows/?months=12&exempt_tag=")):
        page.goto(address)
        axe(page)
        shoot(page, f"retention-{name}.{looks}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/retention/{old.inbox_id}/")
    stop.click()
    expect(stop).to_have_count(0)
    assert Retention.objects.get().months is None


@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS],
)
def test_the_head_says_until_when_it_is_kept(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    old, lena = make.conversation(), make.lead("lena petrova")
    old.resolve(by=lena)
    Retention.objects.all().decide(old.inbox, 12, None, by=lena)
    page = pages.open(lena, width=width, language=language, dark=dark)
    page.add_init_script(QUIET)

    page.goto(old.get_absolute_url())

    expect(page.locator(".thread-marks .quiet time")).to_be_visible()
    axe(page)
    shoot(page, f"retention-head.{width}.{language}.{'dark' if dark else 'light'}")

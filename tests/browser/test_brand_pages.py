"""Brands: their pages keep the rules of looks, and the preview follows what is typed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import Brand
from tests import make
from tests.browser.conftest import LOOKS, Pages

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS],
)
def test_the_pages_of_brands_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    Brand.objects.create(is_default=True, name="Aurora Home")
    make.mailbox()
    brand = make.brand_with_logo()
    look = make.look(signature="Kind regards\n{name}\n{title}", sender_form="both", legal_line="7 Harbour Street, Riga")
    brand.change(look, None, has_no_logo=False, by=make.admin())
    make.brand("Aurora Garden and Everything That Grows There").retire(by=make.admin())
    page = pages.open(make.admin("anna petrova"), width=width, language=language, dark=dark)
    for name, address in (("list", "/brands/"), ("one", f"/brands/{brand.pk}/"), ("new", "/brands/new/")):
        page.goto(address)
        axe(page)
        shoot(page, f"brands-{name}.{width}.{language}.{'dark' if dark else 'light'}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_preview_follows_what_is_typed(pages: Pages) -> None:
    page = pages.open(make.admin("anna"))
    page.goto("/brands/new/")

    page.get_by_label("Name that customers see").fill("Aurora Kids")
    page.get_by_label("Line at the foot of mails").fill("7 Harbour Street, Riga")
    page.get_by_label("Colour").fill("#ffd400")
    page.get_by_label("Signature").fill("{name}, {brand}")
    page.get_by_label("Whom customers see as the sender").select_option("both")

    expect(page.get_by_text("is used instead of #ffd400")).to_be_visible()
    frame = page.frame_locator("iframe.brand-letter").last
    expect(frame.get_by_text("7 Harbour Street, Riga")).to_be_visible()
    expect(frame.get_by_text("Anna, Aurora Kids")).to_be_visible()
    expect(page.get_by_text("Anna from Aurora Kids")).to_be_visible()
    expect(page.get_by_label("Line at the foot of mails")).to_have_value("7 Harbour Street, Riga")

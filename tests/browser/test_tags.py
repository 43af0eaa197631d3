"""How the pages of the tags look."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_tags_look_well(
    pages: Pages, axe: Callable[[Page], None], shoot: Callable[[Page, str], Path], look: tuple[int, bool, bool]
) -> None:
    width, dark, ru = look
    lena = make.lead("lena")
    first, second = two_waiting()
    refund, money = make.tag("Refund"), make.tag("Money back")
    first.tag(refund, by=lena)
    second.tag(money, by=lena)
    money.merge(refund, by=lena)
    make.tag("Delivery").retire(by=lena)
    page = inbox(pages, lena, width=width, dark=dark, ru=ru)

    for name, path in (("tags", "/tags/"), ("tag", f"/tags/{refund.pk}/")):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"{name}.{width}{'.ru' * ru}{'.dark' * dark}")

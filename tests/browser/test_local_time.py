"""Moments as the reader sees them: in their zone and their words."""

import re

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.conftest import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("parts_page")]


@pytest.mark.parametrize(
    ("language", "shown"), [("en", ["28 Sep 2019", "3 May 2019"]), ("ru", ["28 сен 2019", "3 мая 2019"])]
)
def test_a_day_is_short_and_has_no_dots(pages: Pages, language: str, shown: list[str]) -> None:
    page = pages.open(language=language)
    page.goto("/parts/")

    page.evaluate(
        """() => {
          for (const moment of ["2019-09-28T12:00Z", "2019-05-03T12:00Z"]) {
            const day = document.createElement("local-time");
            day.setAttribute("form", "short");
            day.append(Object.assign(document.createElement("time"), { dateTime: moment }));
            document.querySelector("main").append(day);
          }
        }"""
    )

    assert page.locator("main > local-time").all_inner_texts() == shown


def test_times_are_shown_in_the_zone_of_the_reader_who_may_choose_another(pages: Pages) -> None:
    anna = make.agent("anna")
    page = pages.open(anna)
    page.goto("/parts/")
    times = page.locator("main local-time time")
    expect(times.nth(0)).to_have_text("12 min ago")
    samara = times.nth(1).inner_text()

    anna.change_ways(time_zone="UTC")
    page.reload()

    hours = (int(samara[:2]) - int(times.nth(1).inner_text()[:2])) % 24
    assert re.fullmatch(r"\d\d:\d\d", samara)
    assert hours == 4

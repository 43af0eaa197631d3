"""The main pages, and their letters, made twice as large: nothing is cut off, and no page scrolls sideways."""

import pytest
from playwright.sync_api import Page, ViewportSize

from samovar.accounts.models import Company
from tests import make
from tests.browser.conftest import DESK, Pages
from tests.browser.desks import QUIET, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
# Half of the room that a screen of 1440 × 900 has.
ENLARGED = ViewportSize(width=DESK // 2, height=450)
LARGE_LETTERS = "document.documentElement.style.fontSize = '200%'"
# What stands out of its box where one cannot scroll to it: letters that are cut without a sign of it, and controls that
# lie beside the window. What is only for those who listen is no larger than a point.
LOST = """() => {
  const name = (element) => `${element.tagName} .${element.className} ${element.textContent.trim().slice(0, 40)}`;
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    Math.min(element.clientWidth, element.clientHeight) > 1;
  const signs = ({ textOverflow, webkitLineClamp }) => textOverflow === "ellipsis" || webkitLineClamp !== "none";
  const isCut = (element) => {
    const style = getComputedStyle(element);
    // Hints that have no room are left out whole; the page of all keys has them.
    if (element.matches(".keys-hints") || !element.textContent.trim() || signs(style)) return false;
    const isHidden = (overflow) => ["hidden", "clip"].includes(overflow);
    return (
      (isHidden(style.overflowX) && element.scrollWidth > element.clientWidth + 1) ||
      (isHidden(style.overflowY) && element.scrollHeight > element.clientHeight + 1)
    );
  };
  const isBeside = (element) => {
    const { left, right } = element.getBoundingClientRect();
    if (left >= -1 && right <= innerWidth + 1) return false;
    for (let box = element.parentElement; box; box = box.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(box).overflowX) && box.clientWidth > 1) return false;
    return true;
  };
  const seen = [...document.body.querySelectorAll("*")].filter((element) => isSeen(element));
  const root = document.documentElement;
  return [
    ...(root.scrollWidth > innerWidth ? [`the page scrolls sideways: ${root.scrollWidth}`] : []),
    ...seen.filter(isCut).map((element) => `cut: ${name(element)}`),
    ...seen.filter((one) => one.matches("a, button, input, select, textarea, summary") && isBeside(one)).map(
      (element) => `beside the window: ${name(element)}`,
    ),
  ];
}"""


def lost_on(page: Page, addresses: list[str], made_large: str) -> list[str]:
    """Return what is lost on each of the pages."""
    page.add_init_script(QUIET)
    lost = []
    for address in addresses:
        page.goto(address)
        page.evaluate(made_large)
        lost += [f"{address} {one}" for one in page.evaluate(LOST)]
    return lost


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("what", ["page", "letters"])
def test_nothing_is_lost_at_twice_the_size(pages: Pages, what: str, language: str) -> None:
    Company.objects.create(pk=1, name="Aurora Home")
    admin = make.admin("anna petrova")
    first, _second = two_waiting()
    first.assign(to=admin, by=admin)
    first.tag(make.tag("Damaged on delivery"), by=admin)
    first.reply("On Thursday, between 14:00 and 18:00.", by=admin)
    addresses = ["/", first.get_absolute_url(), "/customers/", first.customer.get_absolute_url(), "/for-me/"]
    addresses += ["/profile/", "/keys/", "/macros/", "/causes/", "/filters/"]
    page = pages.open(admin, language=language)
    if what == "page":
        page.set_viewport_size(ENLARGED)

    lost = lost_on(page, addresses, LARGE_LETTERS if what == "letters" else "0")
    assert not lost, "\n".join(lost)

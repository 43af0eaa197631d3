"""Every page fits a narrow phone, in the longer of our languages, and its parts are large enough for a thumb."""

from collections.abc import Iterator, Sequence

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import expect

from samovar.accounts.models import User
from tests import make
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = 320
FOR_A_THUMB = 44
# What is no page of the desk, or never ends.
OTHERS = ("accounts/", "stream", "health", "metrics", "manifest", "service-worker", "offline")
# Beyond the edge of the window, and in nothing that scrolls by itself or is cut on purpose.
TOO_WIDE = """() => {
  const isShown = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const isBeyond = ({ left, right, width }) => width > 1 && (right > innerWidth + 1 || left < -1);
  const scrolls = ".visually-hidden, .filters, .thread-marks, .truncate";
  const isOurs = (one) => !one.matches("svg *, .skip-link") && !one.closest(scrolls);
  const found = [...document.querySelectorAll("body *")]
    .filter((one) => isOurs(one) && isShown(one) && isBeyond(one.getBoundingClientRect()));
  return (document.documentElement.scrollWidth > innerWidth ? [document.body, ...found] : found)
    .map((one) => one.outerHTML.slice(0, 100));
}"""
# Into a field with a smaller text a phone zooms.
SMALL_TEXT = """() => [...document.querySelectorAll("input, textarea, select")]
  .filter((field) => field.checkVisibility() && !["checkbox", "radio", "file"].includes(field.type))
  .filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).map((field) => field.outerHTML.slice(0, 90))"""
# What is pressed; a link in a sentence is as high as its line, and of a pill the thumb has what lies around it, too.
HARD_TO_HIT = """(least) => [...document.querySelectorAll("button, a, summary, select, textarea, label:has(input)")]
  .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((one) => !one.closest(".visually-hidden, .skip-link, p, .history, .next"))
  .filter((one) => one.getBoundingClientRect().width > 1)
  .filter((one) => {
    const { width, height } = (one.closest(".filters > *")?.parentElement ?? one).getBoundingClientRect();
    return width < least - 0.5 || height < least - 0.5;
  })
  .map((one) => one.outerHTML.slice(0, 100))"""


def addresses(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Yield every address of ours that has no parameter."""
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, path)
        elif not ({"<", "("} & {*path} or path.startswith(OTHERS)):
            yield f"/{path}"


def pages_for(user: User) -> list[str]:
    """Return the addresses of all whole pages of the desk that ``user`` gets."""
    client = Client()
    client.force_login(user)
    answers = {path: client.get(path) for path in addresses(get_resolver().url_patterns)}
    return [path for path, answer in answers.items() if answer.status_code == 200 and b'class="app"' in answer.content]


def test_no_page_is_wider_than_a_phone_and_no_field_makes_it_zoom(pages: Pages) -> None:
    boss = make.admin("anna-maria konstantinopolskaya")
    first, _second = two_waiting()
    paths = [*pages_for(boss), first.get_absolute_url(), first.customer.get_absolute_url()]
    page = inbox(pages, boss, width=NARROW, ru=True)
    wide, small = {}, {}
    for path in paths:
        page.goto(path)
        for width in (PHONE, NARROW):
            page.set_viewport_size({"width": width, "height": 700})
            wide[path, width] = page.evaluate(TOO_WIDE)
        small[path] = page.evaluate(SMALL_TEXT)

    assert len(paths) > 40
    assert {at: found for at, found in wide.items() if found} == {}
    assert {at: found for at, found in small.items() if found} == {}


def test_what_an_agent_presses_all_day_is_large_enough_for_a_thumb(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    paths = ["/", first.get_absolute_url(), "/for-me/", "/customers/", first.customer.get_absolute_url(), "/profile/"]
    page = inbox(pages, anna, width=PHONE, ru=True)
    hard = {}
    for path in paths:
        page.goto(path)
        hard[path] = page.evaluate(HARD_TO_HIT, FOR_A_THUMB)

    assert {path: found for path, found in hard.items() if found} == {}


def test_the_line_about_the_connection_lies_over_nothing(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), width=PHONE)

    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator(".offline")).to_contain_text("No connection")
    page.locator(".offline").evaluate("line => Promise.all(line.getAnimations().map(({ finished }) => finished))")

    line, back = page.locator(".offline").bounding_box(), page.locator(".thread-back").bounding_box()
    send = page.get_by_role("button", name="Send", exact=True).bounding_box()
    assert line and back and send
    assert line["height"] > 20 and back["y"] >= line["height"]
    assert send["y"] + send["height"] <= 844
    pages.troubles.clear()


def test_while_somebody_writes_the_thread_has_the_room(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), width=PHONE, ru=True)

    page.locator('.compose[data-mode="reply"] textarea').tap()
    # As high as the window is above the keyboard of a phone.
    page.set_viewport_size({"width": PHONE, "height": 430})

    expect(page.get_by_role("link", name="К списку")).to_be_visible()
    box = page.locator(".message").last.bounding_box()
    send = page.locator('[data-mode="reply"] [data-key="Mod+Enter"]').bounding_box()
    assert box and send
    assert box["y"] + box["height"] > 60 and send["y"] + send["height"] <= 430
    page.keyboard.press("Escape")
    expect(page.locator(".thread-subject")).to_be_visible()


def test_a_keyboard_that_lies_over_the_page_leaves_in_sight_what_is_written(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url(), width=PHONE)

    # As on an iPhone: the page keeps its height, and less of it is seen.
    page.evaluate("""() => {
      Object.defineProperty(visualViewport, "height", { value: 430, configurable: true });
      visualViewport.dispatchEvent(new Event("resize"));
    }""")
    send = page.get_by_role("button", name="Send", exact=True).bounding_box()
    assert send and send["y"] + send["height"] <= 430

    page.evaluate("() => { delete visualViewport.height; visualViewport.dispatchEvent(new Event('resize')); }")
    send = page.get_by_role("button", name="Send", exact=True).bounding_box()
    assert send and send["y"] > 700

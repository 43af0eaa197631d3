"""Filters and saved views in a real browser: by keys alone, with a mouse, on a phone, without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import Role, User
from samovar.conversations.models import Conversation
from tests import make, making_views
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, two_waiting

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tagged(anna: User) -> Conversation:
    """One of two that wait has a tag."""
    first, _second = two_waiting()
    first.tag(make.tag("Refund"), by=anna)
    return first


def rows(page: Page, count: int) -> None:
    expect(page.locator("a.conversation")).to_have_count(count)


def test_a_list_is_filtered_saved_and_opened_by_keys_alone(
    pages: Pages, anna: User, tagged: Conversation, axe: Axe
) -> None:
    page = inbox(pages, anna)
    rows(page, 2)

    page.keyboard.press("f")
    page.keyboard.type("refu")
    page.keyboard.press("Enter")
    rows(page, 1)
    axe(page)
    page.get_by_role("link", name="Save as view").press("Enter")
    page.get_by_label("Name").fill("Refunds")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Saved: Refunds")
    expect(page.locator("h2", has_text="Refunds")).to_be_visible()
    rows(page, 1)
    expect(page.locator(".nav-entry[aria-current] .nav-count").last).to_have_text("1")
    page.keyboard.press("z")
    expect(page.locator(".nav-entry", has_text="Refunds")).to_have_count(0)


def test_a_chip_is_taken_away_and_the_thread_keeps_the_list(pages: Pages, anna: User, tagged: Conversation) -> None:
    view = making_views.saved_view("Refunds", "status:open", f"tag:{tagged.tags.get().pk}", owner=anna)
    page = inbox(pages, anna, f"/?view=v{view.pk}")

    page.keyboard.press("j")
    expect(page.locator(".thread-subject")).to_be_visible()
    expect(page).to_have_url(f"/conversations/{tagged.pk}/?view=v{view.pk}")
    page.get_by_role("link", name="Take away: Tag: Refund").click()
    rows(page, 2)
    page.get_by_role("button", name="Update view").click()
    expect(page.locator(".toast")).to_contain_text("Updated: Refunds")
    rows(page, 2)
    page.keyboard.press("z")
    rows(page, 1)


def test_filters_are_unfolded_by_arrows(pages: Pages, anna: User, tagged: Conversation, axe: Axe) -> None:
    page = inbox(pages, anna)
    page.keyboard.press("f")
    expect(page.locator(".menu-group").first).to_be_visible()
    axe(page)
    for _kind in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".filter-chips")).to_contain_text("Assigned to: me")
    expect(page.locator(".list-empty")).to_contain_text("Nothing that fits")


def test_views_are_arranged_on_their_page(pages: Pages, anna: User, axe: Axe) -> None:
    making_views.saved_view("Refunds", owner=anna)
    page = inbox(pages, anna, "/views/")
    axe(page)

    page.get_by_role("button", name="Hide Snoozed").click()
    expect(page.locator(".nav-entry", has_text="Snoozed")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".nav-entry", has_text="Snoozed")).to_have_count(1)


def test_filters_without_scripts(pages: Pages, anna: User, tagged: Conversation) -> None:
    context = pages.browser.new_context(base_url=pages.address, java_script_enabled=False)
    pages.contexts.append(context)
    cookie = pages.open(anna).context.cookies()[0]
    context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": pages.address}])
    page = context.new_page()
    page.goto("/filters/")
    page.get_by_label("Find a tag").fill("refu")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Refund").first.click()
    rows(page, 1)
    page.get_by_role("link", name="Save as view").click()
    page.get_by_label("Name").fill("Refunds")
    page.keyboard.press("Enter")
    rows(page, 1)
    expect(page.locator("h2", has_text="Refunds")).to_be_visible()


@pytest.mark.parametrize(("width", "dark", "ru"), [*LOOKS, (320, False, False)])
def test_how_it_looks(  # noqa: PLR0913 - the look is three of them
    pages: Pages, anna: User, tagged: Conversation, axe: Axe, shoot: Shoot, width: int, dark: bool, ru: bool
) -> None:
    anna.change_role(Role.LEAD, by=make.admin())
    ivan, tag = make.agent("ivan"), tagged.tags.get()
    ivan.deactivate(by=make.admin())
    view = making_views.saved_view("Возвраты" if ru else "Refunds", "status:open", f"tag:{tag.pk}", owner=anna)
    look = f"{width}.{'ru' if ru else 'en'}.{'dark' if dark else 'light'}"
    page = inbox(pages, anna, f"/?view=v{view.pk}", width=width, dark=dark, ru=ru)

    def looked_at(name: str, address: str = "") -> None:
        if address:
            page.goto(address)
        axe(page)
        shoot(page, f"{name}.{look}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    looked_at("view")
    looked_at(
        "chips", f"/?view=v{view.pk}&f=status:open&f=tag:{tag.pk}&f=assignee:{ivan.pk}&f=assignee:me&order=oldest"
    )
    page.locator("[popovertarget=filter-menu]").click()
    page.locator(".menu-group summary").first.click()
    looked_at("filters")
    looked_at("one", f"/views/{view.pk}/")
    looked_at("all", "/views/")
    looked_at("new", "/views/new/?list=f%3Dstatus%3Aopen")
    looked_at("page", "/filters/?f=status:open")

"""The pages of the staff in a real browser: the first run, sign-in, one's own ways, people."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts import first_run
from samovar.accounts.models import Company, Invitation, Presence, User
from samovar.channels.models import StaffLetter
from samovar.lib import clock
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import QUIET

SEEN = [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS]
RESETTING = {
    "reset": "/accounts/password/forgotten/",
    "reset-sent": "/accounts/password/forgotten/sent/",
    "reset-over": "/accounts/password/new/1/nothing/",
    "reset-done": "/accounts/password/new/done/",
}
Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.fixture(autouse=True)
def _no_counters(transactional_db: None) -> None:
    cache.clear()


def test_from_the_setup_code_to_the_first_colleague(pages: Pages) -> None:
    page = pages.open()
    page.add_init_script(QUIET)
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
    page.get_by_label("E-mail addresses").fill("olga@aurora.example")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("olga@aurora.example", exact=True).input_value()
    colleague = pages.open()
    colleague.add_init_script(QUIET)
    colleague.goto(urlsplit(link).path)
    colleague.get_by_label("Your name").fill("Olga Belova")
    colleague.get_by_label("Password").fill("warm oak table 8")
    with colleague.expect_navigation():
        colleague.get_by_role("button", name="Join").click()
    expect(colleague.get_by_role("button", name=re.compile("Olga Belova"))).to_be_visible()

    page.goto("/people/")
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


def test_a_forgotten_password_is_set_anew_by_the_link_of_the_letter(pages: Pages) -> None:
    make.user("olga", password=make.PASSWORD)
    make.mailbox()
    page = pages.open()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("Email").fill("olga@aurora.example")
    page.get_by_role("button", name="Send me a letter").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    [link] = re.findall(r"http\S+", StaffLetter.objects.get().words[1])

    page.goto(urlsplit(link).path)
    page.locator("input[type=password]").first.fill("warm oak table 7")
    page.locator("input[type=password]").last.fill("warm oak table 7")
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_role("heading", name="The new password is set")).to_be_visible()
    assert User.objects.get().check_password("warm oak table 7")


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


def test_the_menu_under_the_name_says_in_one_press_how_one_can_be_reached(pages: Pages) -> None:
    page = pages.open(make.agent("olga"))
    page.goto("/profile/")

    page.get_by_role("button", name=re.compile("Olga")).press("Enter")
    page.get_by_role("button", name="Busy").press("Enter")

    expect(page.get_by_text("You are shown as: Busy")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Olga.*Busy"))).to_be_visible()
    expect(page).to_have_url(re.compile("/profile/$"))


def test_the_colours_are_shown_as_soon_as_they_are_chosen(pages: Pages) -> None:
    page = pages.open(make.agent("olga"))
    page.goto("/profile/")

    page.get_by_label("Colours").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    assert User.objects.get().theme == "dark"


def test_somebody_is_found_among_many_and_who_is_out_of_sight_stays_in_the_team(pages: Pages) -> None:
    zoe = make.agent("zoe")
    team = make.team("Delivery", zoe)
    for number in range(20):
        make.agent(f"agent{number} lang")
    page = pages.open(make.admin("anna"))
    page.goto(f"/teams/{team.pk}/")

    page.keyboard.press("/")
    page.keyboard.type("lang agent7")
    expect(page.locator("#id_members > div:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.get_by_label("Find somebody").fill("nobody")
    expect(page.get_by_text("Nobody is called so")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    assert {one.name for one in team.members.all()} == {"Zoe", "Agent7 Lang"}


def test_a_stranger_can_choose_the_language(pages: Pages) -> None:
    make.admin()
    page = pages.open()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Русский").click()

    expect(page.get_by_role("heading", name="Войти")).to_be_visible()


@pytest.mark.parametrize(("width", "language", "dark"), SEEN)
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
    make.mailbox()
    for name, address in RESETTING.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}.{look}")


@pytest.mark.parametrize(("width", "language", "dark"), SEEN)
def test_the_pages_of_the_staff_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    Company.objects.create(pk=Company.ONLY, name="Aurora Home")
    anna, olga = make.user("anna petrova", role="admin", password=make.PASSWORD), make.agent("olga belova")
    olga.change_ways(title="oak and returns")
    olga.show_as(Presence.AWAY, "lunch", timezone.now() + timedelta(minutes=40))
    gone = make.lead("konstantin vladimirovich ostrovsky")
    gone.deactivate(by=anna)
    make.invited("ivan.pavlov@aurora.example", by=anna)
    make.invited("answered@aurora.example", by=anna).invitation.shut()
    make.invited("orphaned@aurora.example", by=make.agent("left"))
    with clock.standing_at(timezone.now() - timedelta(days=4)):
        make.invited("expired@aurora.example", by=anna)
    page = pages.open(anna, width=width, language=language, dark=dark)
    page.goto("/accounts/reauthenticate/?next=/people/new/")
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=email]")).to_be_visible()
    addresses = {
        "profile": "/profile/",
        "people": "/people/",
        "new-person": "/people/new/",
        "presence": "/presence/",
        "switched-off": f"/people/{gone.pk}/",
        "person": f"/people/{olga.pk}/",
        "password": "/accounts/password/change/",
        "sign-out": "/accounts/logout/",
    }
    for name, address in addresses.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}.{width}.{language}.{'dark' if dark else 'light'}")


@pytest.mark.parametrize(("width", "language", "dark"), SEEN)
def test_the_pages_of_an_invitation_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    anna = make.admin("anna")
    Company.call("Aurora Home", by=anna)
    look = f"{width}.{language}.{'dark' if dark else 'light'}"
    page = pages.open(anna, width=width, language=language, dark=dark)
    page.goto("/people/")
    page.locator("textarea").fill("olga@aurora.example, Ivan Pavlov <ivan@aurora.example>")
    page.locator("main form", has=page.locator("textarea")).locator("button[type=submit]").click()
    link = page.locator("copy-text input").first
    expect(link).to_be_visible()
    _fits(page, axe, shoot, width, f"invited.{look}")
    address = urlsplit(link.input_value()).path

    guest = pages.open(width=width, language=language, dark=dark)
    guest.goto(address)
    _fits(guest, axe, shoot, width, f"accepting.{look}")
    Invitation.objects.get(email="olga@aurora.example").revoke(by=anna)
    guest.goto(address)
    _fits(guest, axe, shoot, width, f"invitation-over.{look}")
    pages.troubles.clear()


def test_a_link_is_copied_or_marked_where_the_browser_does_not_let_us(pages: Pages) -> None:
    page = pages.open(make.admin("anna"))
    page.goto("/people/")
    page.get_by_label("E-mail addresses").fill("olga@aurora.example")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("olga@aurora.example", exact=True)
    expect(link).to_be_visible()
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("window.copied") == link.input_value()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The link is marked")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == link.input_value()


def _fits(page: Page, axe: Axe, shoot: Shoot, width: int, name: str) -> None:
    shoot(page, name)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width, f"{name} scrolls sideways"

"""One's own way in, in a real browser: an app for codes, recovery codes, passkeys."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from samovar.accounts import demanding, second_factor
from samovar.accounts.models import Company, User
from tests import make
from tests.accounts.codes import code_of
from tests.browser.conftest import LOOKS, PHONE, Pages
from tests.browser.desks import QUIET
from tests.browser.keyring import Keyring

SEEN = [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.fixture(autouse=True)
def _no_counters(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _own_address(settings: LazySettings, live_server: LiveServer) -> None:
    settings.PUBLIC_URL = live_server.url


@pytest.fixture
def olga() -> User:
    Company.objects.create(pk=Company.ONLY, name="Aurora Home")
    return make.user("olga", password=make.PASSWORD)


def _prove(page: Page) -> None:
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Go on").click()


def _add_passkey(page: Page, name: str) -> None:
    page.goto("/security/")
    page.get_by_role("link", name="Add a passkey").click()
    _prove(page)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Go on in the browser").click()


def _sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_made_named_and_opens_the_door_by_itself(pages: Pages, olga: User) -> None:
    page = pages.open(olga)
    keyring = Keyring(page)
    _add_passkey(page, "laptop")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert len(keyring.passkeys) == 1

    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="laptop").click()
    page.get_by_label("Name").fill("old laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="old laptop")).to_be_visible()

    _sign_out(page)
    page.goto("/profile/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Olga")).to_be_visible()

    page.goto("/security/")
    page.get_by_role("link", name="old laptop").click()
    if page.get_by_role("heading", name="Is it you?").is_visible():
        _prove(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("This passkey opens nothing any more")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_passkey_is_the_second_step_after_the_password(pages: Pages, olga: User) -> None:
    page = pages.open(olga)
    Keyring(page)
    page.add_init_script(QUIET)
    _add_passkey(page, "laptop")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    _sign_out(page)

    page.get_by_label("Email").fill("olga@aurora.example")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("button", name=re.compile("Available"))).to_be_visible()


def test_who_refuses_is_told_in_a_sentence_and_can_try_again(pages: Pages, olga: User) -> None:
    page = pages.open(olga)
    keyring = Keyring(page)
    page.add_init_script(QUIET)
    _add_passkey(page, "laptop")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    _sign_out(page)
    keyring.refuse()

    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The browser has given no passkey")).to_be_visible()
    keyring.refuse(False)
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("button", name=re.compile("Available"))).to_be_visible()


def test_a_passkey_of_somebody_switched_off_opens_nothing(pages: Pages, olga: User) -> None:
    page = pages.open(olga)
    Keyring(page)
    _add_passkey(page, "laptop")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    _sign_out(page)
    olga.deactivate(by=make.admin())

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("heading", name="You cannot sign in")).to_be_visible()


def test_a_session_elsewhere_is_ended_from_here(pages: Pages, olga: User) -> None:
    elsewhere, here = pages.open(olga, width=PHONE), pages.open(olga)
    elsewhere.goto("/profile/")
    here.goto("/security/")
    here.get_by_role("button", name="End all others").click()
    expect(here.get_by_text("All your other sessions are ended")).to_be_visible()

    elsewhere.goto("/profile/")

    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_app_is_set_up_with_the_keyboard_alone(pages: Pages, olga: User) -> None:
    page = pages.open(olga)
    page.goto("/security/app/")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    secret = page.locator("code.breakable").inner_text().replace(" ", "")
    assert page.locator(".security-square").evaluate("picture => picture.naturalWidth") > 0
    page.get_by_label("Code").fill(code_of(secret))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").press("Enter")
    assert len(saved.value.path().read_text().split()) == 20


@pytest.mark.parametrize("seen", SEEN)
def test_the_pages_of_ones_own_way_in_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, olga: User, seen: tuple[int, str, bool]
) -> None:
    width, language, dark = seen
    page = pages.open(olga, width=width, language=language, dark=dark)
    Keyring(page)
    look = f"{width}.{language}.{'dark' if dark else 'light'}"
    page.goto("/security/")
    _fits(page, axe, shoot, width, f"security-empty.{look}")
    page.goto("/security/passkeys/new/")
    _fits(page, axe, shoot, width, f"proof.{look}")
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[name=name]").fill("laptop")
    _fits(page, axe, shoot, width, f"new-passkey.{look}")
    page.locator("pass-key button").click()
    expect(page.locator(".security-codes")).to_be_visible()
    _fits(page, axe, shoot, width, f"codes.{look}")
    page.goto("/security/app/")
    _fits(page, axe, shoot, width, f"app.{look}")
    second_factor.set_up_app(olga, SECRET)
    for name, address in {
        "security": "/security/",
        "passkey": f"/security/passkeys/{Authenticator.objects.get(type='webauthn').pk}/",
        "proof-code": "/accounts/reauthenticate/code/?next=/security/",
        "proof-passkey": "/accounts/reauthenticate/passkey/?next=/security/",
    }.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}.{look}")


@pytest.mark.parametrize("seen", SEEN)
def test_the_pages_of_the_door_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, olga: User, seen: tuple[int, str, bool]
) -> None:
    width, language, dark = seen
    look = f"{width}.{language}.{'dark' if dark else 'light'}"
    second_factor.set_up_app(olga, SECRET)
    make.passkey(olga)
    anna = make.admin("anna petrova")
    second_factor.set_up_app(anna, SECRET)
    demanding.demand(["admin", "lead", "agent"], by=anna)
    make.lead("konstantin vladimirovich ostrovsky")
    page = pages.open(anna, width=width, language=language, dark=dark)
    pages.open(olga, width=PHONE).goto("/profile/")
    provider = make.staff_provider()
    make.binding(olga)
    page.goto("/accounts/reauthenticate/code/?next=/signing-in/")
    page.locator("input[name=code]").fill(code_of(SECRET))
    page.keyboard.press("Enter")
    expect(page.locator("#single-sign-on")).to_be_visible()
    for name, address in {
        "door": "/signing-in/",
        "person-door": f"/people/{olga.pk}/door/",
        "provider": f"/signing-in/providers/{provider.pk}/",
    }.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}.{look}")
    at_the_company = make.provider_that_knows(anna)
    page.goto(f"/accounts/reauthenticate/company/{at_the_company.pk}/?next=/people/")
    _fits(page, axe, shoot, width, f"at-the-company.{look}")
    led = pages.open(make.agent("pavel"), width=width, language=language, dark=dark)
    led.goto("/profile/")
    expect(led.get_by_role("alert")).to_be_visible()
    _fits(led, axe, shoot, width, f"led.{look}")


@pytest.mark.parametrize("seen", SEEN)
def test_the_two_steps_of_sign_in_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, olga: User, seen: tuple[int, str, bool]
) -> None:
    width, language, dark = seen
    look = f"{width}.{language}.{'dark' if dark else 'light'}"
    second_factor.set_up_app(olga, SECRET)
    english = pages.open(olga)
    Keyring(english)
    _add_passkey(english, "laptop")
    expect(english.get_by_text("You can sign in with this passkey now")).to_be_visible()
    make.staff_provider()
    stranger = pages.open(width=width, language=language, dark=dark)
    stranger.goto("/accounts/single-sign-on/return/")
    _fits(stranger, axe, shoot, width, f"refused.{look}")
    pages.troubles.clear()
    stranger.goto("/accounts/login/?next=/profile/")
    _fits(stranger, axe, shoot, width, f"sign-in.{look}")
    stranger.locator("input[name=login]").fill(olga.email)
    stranger.locator("input[name=password]").fill(make.PASSWORD)
    stranger.keyboard.press("Enter")
    expect(stranger.locator("pass-key button")).to_be_visible()
    _fits(stranger, axe, shoot, width, f"second-step.{look}")


def _fits(page: Page, axe: Axe, shoot: Shoot, width: int, name: str) -> None:
    shoot(page, name)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width, f"{name} scrolls sideways"

"""The pages of mailboxes in a real browser: accessible, in both languages and themes, on the desk and on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.channels.models import ChannelAccount
from samovar.lib import sayings
from tests import make
from tests.browser.conftest import DESK, PHONE, PageAs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailboxes() -> None:
    """Mailboxes in every state."""
    make.mailbox("help@aurora.example").note_fetched(timezone.now())
    broken = make.mailbox("orders@aurora.example")
    text = "%(host)s does not accept the user name or the password: %(answer)s"
    problem = sayings.kept(text, host="imap.aurora.example", answer="NO [AUTHENTICATIONFAILED] Invalid credentials")
    broken.note_problem(problem, timezone.now())
    broken.note_sending_problem(problem, timezone.now(), 1.0)
    make.mailbox("delivery@aurora.example").pause()
    make.mailbox("press@aurora.example")
    make.mailbox("old@aurora.example").archive()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_the_pages_are_accessible_and_fit(  # noqa: PLR0913 - one look at each
    page_as: PageAs,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    mailboxes: None,
    language: str,
    width: int,
    dark: bool,
) -> None:
    page = page_as(make.admin("anna"), width=width, dark=dark, language=language)
    suffix = f"{width}.{language}.{'dark' if dark else 'light'}"
    for name, address in (("mailboxes", "/mailboxes/"), ("mailbox", "/mailboxes/new/")):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe(page)
        shoot(page, f"{name}.{suffix}")


def test_servers_fill_themselves_in_and_the_test_answers_beside_the_form(page_as: PageAs) -> None:
    page = page_as(make.admin("anna"))
    page.goto("/mailboxes/new/")

    page.get_by_label("Address that customers write to").fill("shop@yandex.ru")
    page.get_by_label("Name for the team").fill("Shop")
    page.get_by_label("Password").fill("secret password")
    expect(page.get_by_label("Incoming server (IMAP)")).to_have_value("imap.yandex.ru")
    page.get_by_label("Incoming server (IMAP)").fill("nowhere.invalid")
    page.get_by_label("Outgoing server (SMTP)").fill("nowhere.invalid")
    page.get_by_role("button", name="Test").click()

    expect(page.locator("#findings")).to_contain_text("There is no server called nowhere.invalid")
    expect(page.get_by_label("Password")).to_have_value("secret password")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Shop is connected")).to_be_visible()
    assert ChannelAccount.objects.get().password == "secret password"


def test_the_list_shows_by_itself_how_a_mailbox_fares(page_as: PageAs) -> None:
    account = make.mailbox()
    page = page_as(make.admin("anna"))
    page.goto("/mailboxes/")
    expect(page.get_by_text("Is being connected")).to_be_visible()

    account.note_fetched(timezone.now())
    expect(page.get_by_text("Is read")).to_be_visible()

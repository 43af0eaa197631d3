"""The pages of mailboxes in a real browser: accessible, in both languages and themes, on the desk and on a phone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from samovar.channels import trying
from samovar.channels.models import ChannelAccount, MailFolder, Trial
from samovar.channels.models.folder import Role
from samovar.channels.models.trial import Finding, Side, Tone
from samovar.lib import sayings
from tests import make
from tests.browser.conftest import DESK, LOOKS, PHONE, PageAs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailboxes() -> None:
    """Mailboxes in every state."""
    now = timezone.now()
    read = make.mailbox("help@aurora.example")
    read.note_fetched(now)
    folder = MailFolder.objects.of(read, Role.INBOX, "INBOX")
    folder.note_fetched(now, 0, "")
    folder.note_history(5, 1200, 20418)
    folder.note_comparison(now, 20418, 3)
    make.mailbox("late@aurora.example").note_fetched(now - timedelta(minutes=23))
    broken = make.mailbox("orders@aurora.example")
    text = "%(host)s does not accept the user name or the password: %(answer)s"
    problem = sayings.kept(text, host="imap.aurora.example", answer="NO [AUTHENTICATIONFAILED] Invalid credentials")
    broken.note_problem(problem, timezone.now())
    broken.note_sending_problem(problem, timezone.now(), 1.0)
    make.mailbox("delivery@aurora.example").pause(by=make.admin())
    make.mailbox("press@aurora.example")
    make.mailbox("old@aurora.example").archive(by=make.admin())


# Every two of them together, which is where looks go wrong.
@pytest.mark.parametrize(
    ("width", "dark", "language"),
    [(width, dark, "ru" if ru else "en") for width, dark, ru in LOOKS],
)
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
    signed, trial = make.mailbox("sales@aurora.example"), make.trial("try@aurora.example")
    signed.provider = make.provider()
    signed.save(update_fields=["provider"])
    trial.note(Side.INCOMING, Finding(sayings.kept("%(host)s answers", host="imap.aurora.example")))
    warning = "Mail to name+anything@ does not come here. Answers find their conversation by the ids in them instead."
    trial.note(Side.MAILS, Finding(sayings.kept(warning), Tone.WARN), Finding(sayings.kept("Broken"), Tone.BAD))
    pages = {
        "mailboxes": "/mailboxes/",
        "mailbox": "/mailboxes/new/",
        "folders": f"/mailboxes/{ChannelAccount.objects.get(inbox__address='help@aurora.example').pk}/",
        "signed": f"/mailboxes/{signed.pk}/",
        "signing-in": f"/mailboxes/{signed.pk}/signing-in/",
        "trial": f"/mailboxes/trials/{trial.pk}/",
        "providers": "/mailboxes/providers/",
        "provider": "/mailboxes/providers/new/?like=google",
    }
    for name, address in pages.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator(".main").evaluate("box => box.scrollWidth <= box.clientWidth")
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
    expect(page.locator("#findings")).to_contain_text("Being tried out")
    trying.run(Trial.objects.get().pk)

    expect(page.locator("#findings")).to_contain_text("There is no server called nowhere.invalid")
    expect(page.get_by_label("Password")).to_have_value("secret password")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Shop is connected")).to_be_visible()
    assert ChannelAccount.objects.get().password == "secret password"


def test_how_many_days_is_asked_where_it_means_something(page_as: PageAs) -> None:
    page = page_as(make.admin("anna"))
    page.goto("/mailboxes/new/")
    expect(page.get_by_label("Read mail")).to_be_visible()
    expect(page.get_by_label("How many days")).to_be_hidden()

    page.get_by_label("Read mail").select_option("days")
    expect(page.get_by_label("How many days")).to_be_visible()
    page.get_by_label("Read mail").select_option("everything")
    expect(page.get_by_label("How many days")).to_be_hidden()


def test_servers_typed_before_the_suggestion_comes_stay(page_as: PageAs) -> None:
    page = page_as(make.admin("anna"))
    page.goto("/mailboxes/new/")
    late: list[Route] = []
    page.route("**/mailboxes/servers/**", lambda route: late.append(route))

    page.get_by_label("Address that customers write to").fill("shop@yandex.ru")
    with page.expect_request("**/mailboxes/servers/**"):
        page.get_by_label("Incoming server (IMAP)").fill("mail.aurora.example")
    page.get_by_label("Protection").nth(0).select_option("none")
    with page.expect_response("**/mailboxes/servers/**"):
        late[0].continue_()

    expect(page.get_by_label("Outgoing server (SMTP)")).to_have_value("smtp.yandex.ru")
    expect(page.get_by_label("Incoming server (IMAP)")).to_have_value("mail.aurora.example")
    expect(page.get_by_label("Protection").nth(0)).to_have_value("none")


def test_the_list_shows_by_itself_how_a_mailbox_fares(page_as: PageAs) -> None:
    account = make.mailbox()
    page = page_as(make.admin("anna"))
    page.goto("/mailboxes/")
    expect(page.get_by_text("Is being connected")).to_be_visible()

    account.note_fetched(timezone.now())
    expect(page.get_by_text("Is read")).to_be_visible()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_longest_port_is_seen_to_its_last_digit(page_as: PageAs, width: int) -> None:
    page = page_as(make.admin("anna"), width=width)
    page.goto("/mailboxes/new/")

    for port in page.get_by_label("Port").all():
        port.fill("65535")
        port.blur()
        assert port.evaluate("field => field.scrollWidth <= field.clientWidth")

"""What an administrator does on the first day, in a real browser: begin, connect a mailbox, let people in."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.accounts.codes import code_of
from tests.browser.conftest import Pages
from tests.channels.mailserver import PASSWORD, Dovecot, Outbox
from tests.installation import Installation
from tests.patience import until

OURS = "help@aurora.example"
TYPED = "warm oak table 7"


@dataclass(frozen=True)
class Desk:
    """A running installation with a mailbox, and the page of its first administrator."""

    installation: Installation
    dovecot: Dovecot
    outbox: Outbox
    pages: Pages
    anna: Page

    def mail_to(self, address: str) -> str:
        """Return the text of the newest mail to somebody, as soon as there is one."""
        until(lambda: any(address in envelope.rcpt_tos for envelope, _mail in self.outbox.taken))
        found = [mail for envelope, mail in self.outbox.taken if address in envelope.rcpt_tos][-1]
        parts = [part for part in found.walk() if part.get_content_type() == "text/plain"]
        return "".join(bytes(part.get_payload(decode=True)).decode() for part in parts)


def be_the_first(page: Page, code: str) -> None:
    """Name the company and be its first administrator."""
    page.goto("/")
    page.get_by_label("Setup code").fill(code)
    page.get_by_label("Company").fill("Aurora Home")
    page.get_by_label("Your name").fill("Anna Petrova")
    page.get_by_label("Your e-mail").fill("anna@aurora.example")
    page.get_by_label("Password").fill(TYPED)
    page.get_by_role("button", name="Begin").click()


def connect(page: Page, dovecot: Dovecot, outbox: Outbox) -> None:
    """Connect the mailbox from the first of the three steps."""
    page.get_by_role("link", name="Connect a mailbox").click()
    typed = {
        "Address that customers write to": OURS,
        "Name for the team": "Help",
        "Name that customers see": "Aurora Home",
        "Password": PASSWORD,
        "Incoming server (IMAP)": "127.0.0.1",
        "Outgoing server (SMTP)": "127.0.0.1",
    }
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    for number, port in enumerate((dovecot.port, outbox.port)):
        page.get_by_label("Port").nth(number).fill(str(port))
        page.get_by_label("Protection").nth(number).select_option("none")
    page.get_by_role("button", name="Test").click()
    # The mails to ourselves never come back here; who is content with the rest need not wait for them.
    expect(page.locator("#findings")).to_contain_text("you may leave this page")
    expect(page.locator("#findings").get_by_text("The user name and the password are accepted")).to_have_count(2)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Is read")).to_be_visible()


def invite(page: Page, addresses: list[str], role: str = "agent") -> list[str]:
    """Invite people; return the links that the page shows, in their order."""
    page.goto("/people/")
    page.get_by_label("E-mail addresses").fill(", ".join(addresses))
    page.locator("form", has=page.get_by_label("E-mail addresses")).get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("heading", name="Invited")).to_be_visible()
    return [page.get_by_label(address, exact=True).input_value() for address in addresses]


def join(pages: Pages, link: str, name: str) -> Page:
    """Follow the link of an invitation and choose a name and a password; return the page of who is in now."""
    page = pages.open()
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(TYPED)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("button", name=re.compile(name))).to_be_visible()
    return page


def set_up_second_factor(page: Page) -> None:
    """Set up an app for codes where the desk lets nobody in without one."""
    expect(page.get_by_role("alert")).to_contain_text("Your role needs a second factor")
    page.get_by_role("link", name="Set up").click()
    secret = page.locator("code.breakable").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def demand_second_factor(page: Page, role: str) -> None:
    """Demand a second factor of a role."""
    page.goto("/signing-in/")
    page.get_by_role("checkbox", name=role, exact=True).check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def make_team(page: Page, name: str, members: list[str]) -> None:
    """Make a team of these people."""
    page.goto("/teams/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make").click()
    for member in members:
        page.get_by_role("checkbox", name=member).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def open_inbox_for(page: Page, team: str, *, is_open: bool = True) -> None:
    """Let only this team see the inbox, or everybody again."""
    page.goto("/mailboxes/")
    page.get_by_role("link", name="Help", exact=True).click()
    page.get_by_role("link", name="Who sees it").click()
    page.get_by_role("checkbox", name=team).set_checked(is_open)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Who sees Help is saved")).to_be_visible()

"""The whole story as a company lives it: from an empty machine to the customer's answer, with everything real."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Pages
from tests.channels.conftest import dovecot, outbox
from tests.channels.mails import answer_to, mail
from tests.channels.mailserver import PASSWORD, Dovecot, Outbox, free_port
from tests.installation import Installation
from tests.patience import until

__all__ = ["dovecot", "outbox"]

OURS = "help@aurora.example"
PATIENCE_MS = 20_000


@pytest.fixture
def samovar(home: Path) -> Iterator[Installation]:
    """An empty machine."""
    yield Installation(home, {"SAMOVAR_PORT": str(free_port()), "SAMOVAR_WEB_PROCESSES": "1"})


@pytest.fixture
def started(samovar: Installation) -> Iterator[str]:
    """Start everything by one command; return the setup code that it prints."""
    process: subprocess.Popen[str] = samovar.begin("start")
    assert process.stdout
    said = ""
    while not (code := re.search(r"Setup code: (\S+)", said)):
        line = process.stdout.readline()
        assert line, said
        said += line
    yield code[1]
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.slow
def test_from_an_empty_machine_to_the_customers_answer(
    browser: Browser, samovar: Installation, started: str, dovecot: Dovecot, outbox: Outbox
) -> None:
    pages = Pages(browser, f"http://127.0.0.1:{samovar.variables['SAMOVAR_PORT']}")
    page = pages.open()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)

    be_the_first(page, started)
    connect(page, dovecot, outbox)
    page.goto("/")
    dovecot.deliver(OURS, mail("The desk came with a scratch.", to=OURS))
    until(lambda: samovar.ask("SELECT count(*) FROM conversations_message") == [(1,)])
    expect(page.locator("a.conversation")).to_contain_text("Elena Sokolova")

    page.keyboard.press("j")
    expect(page.locator(".thread-subject")).to_have_text("A scratched desk")
    address = page.url
    page.keyboard.press("r")
    page.keyboard.type("A new top comes on Thursday.")
    page.keyboard.press("Control+Enter")
    # The test of the mailbox has written to the mailbox itself before.
    until(lambda: any(envelope.rcpt_tos == ["elena@mail.example"] for envelope, _mail in outbox.taken))
    [ours] = [mail for envelope, mail in outbox.taken if envelope.rcpt_tos == ["elena@mail.example"]]
    assert "A new top comes on Thursday." in ours.as_string()

    dovecot.deliver(OURS, answer_to(ours, "Thank you, that is kind."))
    expect(page.locator(".message").last).to_contain_text("Thank you, that is kind.")
    assert page.url == address
    page.context.close()
    assert not pages.troubles


def be_the_first(page: Page, code: str) -> None:
    """Name the company and be its first administrator."""
    page.goto("/")
    page.get_by_label("Setup code").fill(code)
    page.get_by_label("Company").fill("Aurora Home")
    page.get_by_label("Your name").fill("Anna Petrova")
    page.get_by_label("Your e-mail").fill("anna@aurora.example")
    page.get_by_label("Password").fill("warm oak table 7")
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

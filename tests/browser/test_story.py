"""The first day as a company lives it: from an empty machine to ten people at work, and one who leaves."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.beginnings import (
    OURS,
    TYPED,
    Desk,
    be_the_first,
    connect,
    demand_second_factor,
    invite,
    join,
    make_team,
    open_inbox_for,
    set_up_second_factor,
)
from tests.browser.conftest import Pages
from tests.channels.conftest import dovecot
from tests.channels.mails import answer_to, mail
from tests.channels.mailserver import Dovecot, free_port, smtp_server
from tests.installation import ROOT, Installation, empty_home

__all__ = ["dovecot"]

COLLEAGUES = [
    "Olga Belova",
    "Ivan Pavlov",
    "Roman Egorov",
    "Daria Frolova",
    "Timur Aliev",
    "Alina Zueva",
    "Mark Titov",
    "Sonya Lapina",
]
LEAD = "Vera Kozlova"
FIRST_CUSTOMER = "elena@mail.example"


@pytest.fixture(scope="module")
def desk(browser: Browser, dovecot: Dovecot) -> Iterator[Desk]:
    """Begin on an empty machine by one command and the setup code that it prints; connect a mailbox."""
    with empty_home() as home, smtp_server() as outbox:
        variables = {"SAMOVAR_PORT": str(free_port()), "SAMOVAR_WEB_PROCESSES": "1"}
        installation = Installation(home, variables)
        pages = Pages(browser, f"http://127.0.0.1:{variables['SAMOVAR_PORT']}")
        with started(installation) as code:
            anna = pages.open()
            be_the_first(anna, code)
            connect(anna, dovecot, outbox)
            yield Desk(installation, dovecot, outbox, pages, anna)
            for context in pages.contexts:
                context.close()


@contextmanager
def started(installation: Installation) -> Iterator[str]:
    """Start everything by one command; give the setup code that it prints."""
    process: subprocess.Popen[str] = installation.begin("start")
    assert process.stdout
    said = ""
    while not (code := re.search(r"Setup code: (\S+)", said)):
        line = process.stdout.readline()
        assert line, said
        said += line
    # Whoever writes into a pipe that nobody reads stands still before long.
    reader = threading.Thread(target=process.stdout.read, daemon=True)
    reader.start()
    yield code[1]
    process.terminate()
    process.wait(timeout=60)
    reader.join()
    process.stdout.close()


@pytest.mark.slow
def test_from_an_empty_machine_to_ten_people_at_work(desk: Desk) -> None:
    anna = desk.anna
    anna.goto("/")
    steps_are(anna, done=["Connect mail"], left=["Bring your people", "Try a message"])

    addresses = [f"{name.split()[0].lower()}@aurora.example" for name in COLLEAGUES]
    links = dict(zip(COLLEAGUES, invite(anna, addresses), strict=True))
    invite(anna, ["vera@aurora.example"], "lead")
    demand_second_factor(anna, "Team lead")
    anna.goto("/")
    steps_are(anna, done=["Connect mail", "Bring your people"], left=["Try a message"])

    olga, ivan = (join(desk.pages, links[name], name) for name in COLLEAGUES[:2])
    for name in COLLEAGUES[2:]:
        join(desk.pages, links[name], name).context.close()
    # She has not been given the link by hand: it comes with the letter.
    [letters_link] = re.findall(r"http\S+", desk.mail_to("vera@aurora.example"))
    vera = join(desk.pages, letters_link, LEAD)
    set_up_second_factor(vera)
    anna.goto("/people/")
    expect(anna.locator("tbody").first.get_by_role("row")).to_have_count(10)

    make_team(anna, "Orders", ["Olga Belova", LEAD])
    open_inbox_for(anna, "Orders")
    work_on_the_first_mail(desk, vera, olga)
    assert ivan.context.request.get(olga.url).status == 404
    anna.goto("/")
    expect(anna.locator("a.conversation")).to_have_count(1)
    expect(anna.locator(".steps")).to_have_count(0)
    # Open to everybody again, it is seen by who was kept out.
    open_inbox_for(anna, "Orders", is_open=False)
    assert ivan.context.request.get(olga.url).status == 200
    assert not desk.pages.troubles


def work_on_the_first_mail(desk: Desk, lead: Page, agent: Page) -> None:
    """Let a mail come to the open screens of a team; the lead assigns it, the agent answers, the customer too."""
    lead.goto("/")
    agent.goto("/")
    desk.dovecot.deliver(OURS, mail("The desk came with a scratch.", to=OURS))
    expect(lead.locator("a.conversation")).to_contain_text("Elena Sokolova")
    lead.keyboard.press("j")
    expect(lead.locator(".thread-subject")).to_have_text("A scratched desk")
    lead.keyboard.type("aolga")
    expect(lead.locator("#people-found .menu-item")).to_have_count(1)
    lead.keyboard.press("Enter")
    expect(lead.locator(".thread-marks")).to_contain_text("Olga Belova")

    expect(agent.locator("a.conversation")).to_contain_text("Olga")
    agent.keyboard.press("j")
    expect(agent.locator(".thread-subject")).to_have_text("A scratched desk")
    address = agent.url
    agent.keyboard.press("r")
    agent.keyboard.type("A new top comes on Thursday.")
    agent.keyboard.press("Control+Enter")
    assert "A new top comes on Thursday." in desk.mail_to(FIRST_CUSTOMER)
    [ours] = [sent for envelope, sent in desk.outbox.taken if envelope.rcpt_tos == [FIRST_CUSTOMER]]
    desk.dovecot.deliver(OURS, answer_to(ours, "Thank you, that is kind."))
    expect(agent.locator(".message").last).to_contain_text("Thank you, that is kind.")
    assert agent.url == address


@pytest.mark.slow
def test_who_leaves_is_out_at_once_and_her_work_goes_back_to_the_team(desk: Desk) -> None:
    anna = desk.anna
    [link] = invite(anna, ["nina@aurora.example"])
    nina = join(desk.pages, link, "Nina Orlova")
    denis = ("Denis Karpov", "denis@mail.example")
    desk.dovecot.deliver(OURS, mail("The lamp flickers.", subject="A lamp", to=OURS, sender=denis))
    nina.locator("a.conversation", has_text="Denis Karpov").click()
    expect(nina.locator(".thread-subject")).to_have_text("A lamp")
    nina.keyboard.press("m")
    expect(nina.locator(".thread-marks")).to_contain_text("Nina Orlova")
    nina.keyboard.press("r")
    nina.keyboard.type("We look for another lamp.")
    nina.keyboard.press("Control+Enter")
    expect(nina.locator('.message[data-from="out"]')).to_contain_text("We look for another lamp.")

    anna.goto("/people/")
    anna.get_by_role("link", name="Nina Orlova").click()
    expect(anna.get_by_text("1 open conversation")).to_be_visible()
    anna.get_by_role("button", name="Switch the account off").click()
    expect(anna.get_by_role("row", name=re.compile("Nina Orlova"))).to_contain_text("cannot sign in")

    # She has pressed nothing: what stood on her screen goes by itself.
    expect(nina.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Denis" not in nina.content()
    anna.goto("/?view=unassigned")
    anna.locator("a.conversation", has_text="Denis Karpov").click()
    expect(anna.locator(".thread-subject")).to_have_text("A lamp")
    expect(anna.locator('.message[data-from="out"]')).to_contain_text("Nina Orlova")
    expect(anna.locator(".line").last).to_contain_text("Nina Orlova")
    refused = [trouble for trouble in desk.pages.troubles if "403" in trouble]
    # Only that her stream was refused.
    assert desk.pages.troubles == refused
    desk.pages.troubles.clear()


@pytest.mark.slow
def test_a_new_agent_gives_the_first_answer_by_what_stands_on_the_screen(desk: Desk) -> None:
    boris = ("Boris Gusev", "boris@mail.example")
    desk.dovecot.deliver(OURS, mail("Where is my shelf?", subject="A shelf", to=OURS, sender=boris))
    [link] = invite(desk.anna, [f"lidia.{uuid4().hex}@aurora.example"])
    page = desk.pages.open()
    page.goto(link)
    # Nothing but labels, names and buttons in sight: no key, no address, no guide.
    steps: list[Callable[[], None]] = [
        lambda: page.get_by_label("Your name").fill("Lidia Panova"),
        lambda: page.get_by_label("Password").fill(TYPED),
        lambda: page.get_by_role("button", name="Join").click(),
        lambda: page.locator("a.conversation", has_text="Boris Gusev").click(),
        lambda: page.get_by_role("textbox", name="Reply").fill("It comes on Friday."),
        lambda: page.get_by_role("button", name="Send", exact=True).click(),
    ]
    for step in steps:
        step()

    assert "It comes on Friday." in desk.mail_to("boris@mail.example")
    expect(page.locator('.message[data-from="out"]')).to_contain_text("It comes on Friday.")
    written = (ROOT / "docs" / "ux.md").read_text()
    assert f"{len(steps)} steps from the link of the invitation to the first answer" in " ".join(written.split())
    assert not desk.pages.troubles


def steps_are(page: Page, *, done: list[str], left: list[str]) -> None:
    """Wait until the three steps of an empty installation stand like this."""
    for titles, is_done in ((done, True), (left, False)):
        for title in titles:
            step = page.locator(".steps li", has_text=title)
            expect(step.locator(".badge")).to_have_count(int(is_done))

"""The tasks of an agent's day by keys alone, on the demo company.

Each press that is not a letter of one's own text is counted. What is counted stands in docs/ux.md;
``SAMOVAR_WRITE_TASKS=1`` writes it anew.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Message, Promise
from samovar.customers.models import Merge
from samovar.demo import filling
from samovar.demo.company import DOMAIN
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import inbox

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENT = Path(__file__).parents[2] / "docs" / "ux.md"
MARK = "<!-- written by tests/browser/test_tasks.py -->\n"


@dataclass
class Hands:
    """Presses keys on an opened conversation of the demo company and counts them."""

    page: Page
    conversation: Conversation
    pressed: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        """Press one key after the other, as fast as it goes."""
        for key in keys:
            self.page.keyboard.press(key.replace("Mod", "Control"))
        self.pressed += keys

    def write(self, text: str) -> None:
        """Write a text of one's own, which counts as nothing, into the field that is focused."""
        expect(self.page.locator(":is(textarea, input):focus")).to_be_visible()
        self.page.keyboard.type(text)

    def done(self, **facts: object) -> None:
        """Wait until the page offers to undo what was done, and the conversation is so."""
        expect(self.page.locator("#toasts").get_by_role("button", name="Undo").first).to_be_visible()
        assert Conversation.objects.filter(pk=self.conversation.pk, **facts).exists(), facts


def reply_and_resolve(hands: Hands) -> None:
    hands.press("R")
    hands.write("It is on its way.")
    hands.press("Mod+Shift+Enter")
    # It leaves, and is resolved, when the time to take it back is over.
    hands.done(pending__is_last_word=True)
    expect(hands.page).not_to_have_url(re.compile(hands.conversation.get_absolute_url()))


def note_to_a_colleague(hands: Hands) -> None:
    hands.press("N", "@")
    hands.write("el")
    expect(hands.page.locator("[role=option]").first).to_be_visible()
    hands.press("Enter", "Mod+Enter")
    expect(hands.page.locator("[data-from=note] .text").last).to_contain_text("@El")
    assert Message.objects.filter(conversation=hands.conversation, direction="note", text__startswith="@El").exists()


def assign_to_me(hands: Hands) -> None:
    hands.press("M")
    hands.done(assignee__email=f"pavel@{DOMAIN}")


def bring_in_an_expert(hands: Hands) -> None:
    hands.press("X", "Enter")
    hands.write("Is an undamaged top in stock?")
    # What was done before this may be offered to be undone still.
    with hands.page.expect_response(lambda answer: answer.request.method == "POST" and "/experts/" in answer.url):
        hands.press("Mod+Enter")
    hands.done(consultations__question="Is an undamaged top in stock?")


def snooze_till_tomorrow(hands: Hands) -> None:
    hands.press("S", "Enter")
    hands.done(snoozed_until__isnull=False)
    hands.conversation.refresh_from_db()
    until, today = hands.conversation.snoozed_until, timezone.localdate()
    assert until is not None
    assert timezone.localdate(until) == today + timedelta(days=1)


def set_the_cause(hands: Hands) -> None:
    hands.press("T", "d", "e", "Enter")
    hands.done(cause__key__startswith="de")


def saved_reply(hands: Hands) -> None:
    hands.press("R", "/", "t", "Enter")
    expect(hands.page.locator("textarea:focus")).to_have_value(re.compile("thank you for your patience"))


def promise_a_call(hands: Hands) -> None:
    hands.press("P", "1", "5", "Enter")
    hands.done()
    expect(hands.page.locator("#toasts")).to_contain_text("at 15:00")
    due_at = Promise.objects.filter(conversation=hands.conversation).latest("pk").due_at
    assert due_at is not None
    assert timezone.now() < due_at <= timezone.now() + timedelta(days=1)


def merge_two_people(hands: Hands) -> None:
    make.conversation(sender=make.sender("same.person@mail.example", hands.conversation.customer.name))
    hands.press("Mod+K")
    hands.write("merge")
    hands.pressed.append("merge")
    hands.press("Enter")
    expect(hands.page.get_by_role("button", name="Merge", exact=True)).to_be_focused()
    hands.press("Enter")
    hands.done()
    assert Merge.objects.exists()


@dataclass(frozen=True)
class Task:
    """Something that people do all day, and with how many presses at most."""

    name: str
    most: int
    do: Callable[[Hands], None]


TASKS = (
    Task("Reply and resolve, open the next", 2, reply_and_resolve),
    Task("Note to a colleague", 4, note_to_a_colleague),
    Task("Assign to me", 1, assign_to_me),
    Task("Bring in an expert", 3, bring_in_an_expert),
    Task("Snooze till tomorrow", 2, snooze_till_tomorrow),
    Task("Set the cause", 4, set_the_cause),
    Task("Saved reply", 4, saved_reply),
    Task("Promise a call at 15:00", 4, promise_a_call),
    Task("Merge two people", 4, merge_two_people),
)


@pytest.fixture
def pavel() -> User:
    """An agent of the demo company."""
    make.delivered_causes()
    work = filling.Fill(filling.begin(messages=600))
    list(work.found())
    list(work.tell())
    work.finish()
    return User.objects.get(email=f"pavel@{DOMAIN}")


def row(task: Task, pressed: list[str]) -> str:
    """Return the line of the table for a task that was done."""
    keys = " ".join(f"`{key.replace('Mod', 'Ctrl')}`" for key in pressed)
    return f"| {task.name} | {keys} | {len(pressed)} | {task.most} |"


def test_every_task_by_keys_alone_with_no_more_presses_than_promised(pages: Pages, pavel: User) -> None:
    waiting = [make.conversation(sender=make.sender(f"{n}@mail.example", f"Customer {n}")) for n in range(len(TASKS))]
    rows = []
    for task, conversation in zip(TASKS, waiting, strict=True):
        hands = Hands(inbox(pages, pavel, conversation.get_absolute_url()), conversation)
        expect(hands.page.locator("key-map")).to_be_attached()
        task.do(hands)
        hands.page.context.close()
        assert len(hands.pressed) <= task.most, task.name
        rows.append(row(task, hands.pressed))

    before, table = DOCUMENT.read_text("utf-8").split(MARK)
    head = "| task | keys | presses | at most |\n| --- | --- | --- | --- |\n"
    counted = head + "\n".join(rows) + "\n"
    if os.environ.get("SAMOVAR_WRITE_TASKS"):
        DOCUMENT.write_text(before + MARK + counted, "utf-8")
        table = counted
    assert table == counted, "what was counted is not what docs/ux.md says: SAMOVAR_WRITE_TASKS=1 writes it anew"


def test_what_is_said_beside_others_is_what_its_table_counts() -> None:
    rows = [line.split("|")[1:-1] for line in DOCUMENT.read_text("utf-8").split(MARK)[0].splitlines() if "|" in line]
    same = sum(theirs.strip().startswith(f"{ours.strip()}:") for _name, ours, theirs, _others in rows[2:])
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

    said = re.search(r"(\w+) cost less than in both, or are not there, and (\w+) the same", DOCUMENT.read_text("utf-8"))

    assert said is not None
    assert said.groups() == (words[len(rows) - 2 - same], words[same])

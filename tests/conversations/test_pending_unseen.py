"""Nobody decides about a planned answer over what they have not seen: a message, or what somebody else has changed."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations import releasing, sending_off
from samovar.conversations.models import Conversation, PendingReply
from samovar.conversations.sending_off import Change, Looked
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SAVE, SEND = "", "sending/"


@pytest.fixture
def row(client: Client) -> PendingReply:
    """An answer that leaves tomorrow; who has planned it is signed in."""
    olga = make.agent("olga")
    client.force_login(olga)
    return make.pending_reply(olga)


def place(row: PendingReply, what: str) -> str:
    return f"{row.conversation.get_absolute_url()}pending/{row.pk}/{what}"


def fields(page: str, row: PendingReply, what: str) -> dict[str, list[str]]:
    """Return what the form at a place sends, as it stands on a page, with a text."""
    [form] = re.findall(rf'<form[^>]* action="{place(row, what)}".*?</form>', page, re.DOTALL)
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(was|was_at|seen|had|file|at)"[^>]* value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found | ({"text": ["We come on Monday."]} if what == SAVE else {})


def shown(client: Client, row: PendingReply) -> str:
    return client.get(row.conversation.get_absolute_url()).content.decode()


def comes_in(conversation: Conversation) -> int:
    """Let the customer write again; return the number of the message."""
    make.received("Never mind", named_ids=(conversation.messages.get().external_id,))
    return conversation.messages.latest("pk").pk


def answers(row: PendingReply) -> int:
    return row.conversation.messages.filter(direction="out").count()


def come_due(row: PendingReply) -> None:
    PendingReply.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    releasing.release(row.pk)


@pytest.mark.parametrize("what", [SAVE, SEND])
def test_a_message_that_the_page_does_not_show_is_told_before_anything_is_done(
    client: Client, row: PendingReply, what: str
) -> None:
    given = fields(shown(client, row), row, what)
    comes_in(row.conversation)

    answer = client.post(place(row, what), given, headers=HTMX)

    assert (answer.status_code, answers(row)) == (422, 0)
    page = answer.content.decode()
    assert "Somebody wrote meanwhile. Look at it, then decide again." in page
    # The open page fetches the message.
    assert f"samovar:conversation-{row.conversation_id}" in answer["HX-Trigger"]
    assert PendingReply.objects.get().text == "We come on Friday."
    answer = client.post(place(row, what), fields(page, row, what), headers=HTMX)
    assert answer.status_code == 200
    come_due(row)
    assert answers(row) == 1


@pytest.mark.parametrize("what", [SAVE, SEND])
def test_what_an_open_page_got_since_is_seen(client: Client, row: PendingReply, what: str) -> None:
    given = fields(shown(client, row), row, what)
    newest = comes_in(row.conversation)
    assert f'id="newest" value="{newest}" name="known"' in shown(client, row)

    answer = client.post(place(row, what), given | {"known": [str(newest)]}, headers=HTMX)

    assert answer.status_code == 200


def test_a_message_after_the_change_holds_it(client: Client, row: PendingReply) -> None:
    client.post(place(row, SAVE), fields(shown(client, row), row, SAVE), headers=HTMX)
    comes_in(row.conversation)

    come_due(row)

    assert PendingReply.objects.get().held == "newer"


def test_who_does_not_say_what_they_have_seen_has_seen_nothing_new(row: PendingReply) -> None:
    comes_in(row.conversation)
    sending_off.change(row.pk, Change(text="On Monday.", at=row.due_at), by=row.author)

    come_due(row)

    assert PendingReply.objects.get().held == "newer"


def test_own_words_and_notes_are_no_news(row: PendingReply) -> None:
    newest = row.conversation.messages.get().pk
    row.conversation.reply("One more thing", by=row.author)
    row.conversation.add_note("Ask the store", by=make.agent("boris"))

    sending_off.send_now(row.pk, Looked(seen_id=newest))

    assert answers(row) == 2


@pytest.mark.parametrize("what", ["text", "moment", "files"])
def test_what_somebody_else_has_changed_does_not_leave_unseen(client: Client, row: PendingReply, what: str) -> None:
    given = fields(shown(client, row), row, SEND)
    lead: User = make.lead()
    later = row.due_at + timedelta(days=7)
    change = {
        "text": Change(text="We come NEVER.", at=row.due_at),
        "moment": Change(text=row.text, at=later),
        "files": Change(text=row.text, at=row.due_at, added=[("price.pdf", "application/pdf", b"%PDF")]),
    }[what]
    sending_off.change(row.pk, change, by=lead)

    answer = client.post(place(row, SEND), given, headers=HTMX)

    assert (answer.status_code, answers(row)) == (422, 0)
    assert "Somebody has changed it meanwhile. Look at it, then decide again." in answer.content.decode()
    client.post(place(row, SEND), fields(answer.content.decode(), row, SEND), headers=HTMX)
    assert answers(row) == 1


def test_without_scripts_the_page_is_shown_anew_and_asks(client: Client, row: PendingReply) -> None:
    given = fields(shown(client, row), row, SEND)
    comes_in(row.conversation)

    page = client.post(place(row, SEND), given, follow=True).content.decode()

    assert "Somebody wrote meanwhile. Look at it, then decide again." in page
    assert answers(row) == 0
    client.post(place(row, SEND), fields(page, row, SEND))
    assert answers(row) == 1


@pytest.mark.parametrize("what", [SAVE, SEND])
@pytest.mark.parametrize("name", ["had", "seen", "known", "file"])
def test_a_number_of_thousands_of_digits_is_refused_in_words(
    client: Client, row: PendingReply, what: str, name: str
) -> None:
    given = fields(shown(client, row), row, what)

    answer = client.post(place(row, what), given | {name: ["9" * 5000]}, headers=HTMX)

    assert answer.status_code == (200 if (what, name) == (SEND, "file") else 422)

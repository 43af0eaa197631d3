"""Deleting a note: its words are gone from everywhere at once, and for good ten minutes later."""

from datetime import timedelta

import pytest
from django.test import Client

from samovar.accounts.models import Notification, User
from samovar.conversations import jobs, threads, withdrawing
from samovar.conversations.drafting import attach
from samovar.conversations.errors import GoneForGood, NotYourNote
from samovar.conversations.models import Attachment, Conversation, Mention, Message, Withdrawal
from samovar.customers import erasure
from samovar.desk.search import find
from samovar.events.models import Event
from samovar.files.models import StoredFile
from samovar.lib import clock
from samovar.lib.personal import declared
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
SECRET = "@Elena, the canary 4815162342 sings"


@pytest.fixture
def olga() -> User:
    """An agent who writes notes."""
    return make.agent("olga")


@pytest.fixture
def elena() -> User:
    """A colleague whom they name."""
    return make.agent("elena")


@pytest.fixture
def conversation() -> Conversation:
    """Where they are written."""
    return make.conversation()


@pytest.fixture
def note(conversation: Conversation, olga: User, elena: User) -> Message:
    """A note that names a colleague, with a file."""
    file = attach(conversation, "note", ("canary.pdf", "application/pdf", b"%PDF canary"), by=olga)
    written = conversation.add_note(SECRET, by=olga, files=[file])
    run_later_reactions()
    assert Notification.objects.unseen_by(elena).exists()
    return written


def in_the_database() -> int:
    """Return how many rows, besides what is held for a while, still say what the note said."""
    return (
        Message.objects.filter(text__contains="canary").count()
        + Message.objects.filter(numbers__contains="4815162342").count()
        + Event.objects.filter(preview__contains="canary").count()
        + Conversation.objects.filter(preview__contains="canary").count()
    )


def test_what_a_deleted_note_said_is_nowhere(olga: User, elena: User, note: Message) -> None:
    assert in_the_database() == 3
    assert [one.conversation for one in find(olga, "canary").conversations] == [note.conversation]

    withdrawing.withdraw(note, by=olga)
    run_later_reactions()

    assert in_the_database() == 0
    assert not find(olga, "canary").conversations
    assert not Notification.objects.filter(user=elena).exists()
    assert not Mention.objects.exists()
    assert not threads.everything(note.conversation, with_notes=True)[1:]


def test_ten_minutes_later_nothing_is_held_either(olga: User, note: Message) -> None:
    withdrawing.withdraw(note, by=olga)
    jobs.let_go_of_notes()
    assert Withdrawal.objects.get().text == SECRET

    Attachment.objects.update(created_at=clock.now() - timedelta(days=30))
    jobs.tidy_files()
    assert Attachment.objects.exists()
    Withdrawal.objects.update(held_until=clock.now())
    jobs.let_go_of_notes()
    with pytest.raises(GoneForGood):
        withdrawing.bring_back(note, by=olga)

    held = Withdrawal.objects.get()
    assert (held.text, held.file_ids, held.by) == ("", [], olga)
    assert not Attachment.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_note_comes_back_as_it_was_and_tells_again(olga: User, elena: User, note: Message) -> None:
    withdrawing.withdraw(note, by=olga)
    run_later_reactions()
    withdrawing.bring_back(note, by=olga)
    withdrawing.bring_back(note, by=olga)
    run_later_reactions()

    note.refresh_from_db()
    assert note.text == SECRET
    assert [file.name for file in note.attachments.all()] == ["canary.pdf"]
    assert [mention.user for mention in note.mentions.all()] == [elena]
    assert Notification.objects.unseen_by(elena).exists()
    assert in_the_database() == 3


def test_deleting_twice_is_once_and_tells_once(olga: User, note: Message) -> None:
    withdrawing.withdraw(note, by=olga)
    withdrawing.withdraw(note, by=make.lead())

    assert Withdrawal.objects.get().by == olga
    assert Event.objects.filter(kind="NoteDeleted").count() == 1


def test_its_author_and_who_leads_may_and_nobody_else(note: Message, conversation: Conversation, olga: User) -> None:
    with pytest.raises(NotYourNote):
        withdrawing.withdraw(note, by=make.agent())
    with pytest.raises(NotYourNote):
        withdrawing.withdraw(conversation.reply("Sorry.", by=olga), by=olga)

    withdrawing.withdraw(note, by=make.lead())

    assert Withdrawal.objects.exists()


def test_of_several_notes_the_others_are_still_told(conversation: Conversation, olga: User, elena: User) -> None:
    first = conversation.add_note("@Elena one", by=olga)
    conversation.add_note("@Elena two", by=olga)
    run_later_reactions()

    withdrawing.withdraw(first, by=olga)
    run_later_reactions()

    assert Notification.objects.unseen_by(elena).get(kind="mention").count == 1


def test_a_note_that_was_deleted_before_the_worker_came_is_told_to_nobody(
    conversation: Conversation, olga: User, elena: User
) -> None:
    conversation.watch(by=elena)
    withdrawing.withdraw(conversation.add_note("Oh no", by=olga), by=olga)

    run_later_reactions()

    assert not Notification.objects.filter(user=elena, kind="note").exists()


def test_erasing_the_customer_empties_what_is_held(olga: User, note: Message) -> None:
    withdrawing.withdraw(note, by=olga)

    for one in declared():
        if one.model is Withdrawal:
            erasure.walk(one, one.of_conversations([note.conversation_id]))

    assert Withdrawal.objects.get().text == ""


def test_the_page_says_who_deleted_it_and_open_pages_hear_of_it(client: Client, olga: User, note: Message) -> None:
    client.force_login(olga)
    before = Event.objects.latest("pk").pk
    page = client.get(note.conversation.get_absolute_url()).content.decode()
    assert f'action="/messages/{note.pk}/deletion/"' in page

    answer = client.post(f"/messages/{note.pk}/deletion/", headers={"HX-Request": "true"}).content.decode()
    news = client.get(f"/conversations/{note.conversation_id}/news/?after={before}").content.decode()

    assert f"/messages/{note.pk}/deletion/?undo" in answer
    assert f'id="m-{note.pk}" hx-swap-oob="true"><span>Note deleted · Olga' in news
    assert "canary" not in news
    client.post(f"/messages/{note.pk}/deletion/?undo", headers={"HX-Request": "true"})
    assert "canary" in client.get(note.conversation.get_absolute_url()).content.decode()


def test_somebody_else_is_told_why_not(client: Client, note: Message) -> None:
    client.force_login(make.agent())

    answer = client.post(f"/messages/{note.pk}/deletion/", headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "Only its author" in answer.content.decode()


def test_an_answer_of_an_expert_is_hidden_once(olga: User) -> None:
    note = make.conversation().add_note("Two are left.", by=olga)

    withdrawing.hide(note, by=olga)
    withdrawing.hide(note, by=olga)

    assert Withdrawal.objects.filter(message=note).count() == 1

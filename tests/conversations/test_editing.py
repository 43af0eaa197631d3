"""Editing a note: who may, what becomes of what it said before, who is told, and two at once."""

import pytest
from django.test import Client

from samovar.accounts.models import Notification, User
from samovar.conversations import editing, jobs, withdrawing
from samovar.conversations.drafting import attach
from samovar.conversations.errors import EmptyMessage, NoteChanged, NotYourNote
from samovar.conversations.models import Conversation, Message, NoteEdit, Withdrawal
from samovar.conversations.models.message import Way
from samovar.customers import erasure
from samovar.desk.search import find
from samovar.events.models import Event
from samovar.lib import clock
from samovar.lib.personal import declared
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga() -> User:
    """An agent who writes notes."""
    return make.agent("olga")


@pytest.fixture
def elena() -> User:
    """A colleague."""
    return make.agent("elena")


@pytest.fixture
def note(olga: User) -> Message:
    """A note with a slip in it."""
    return make.conversation().add_note("He moves on Tuesday 4815", by=olga)


def edited(note: Message, text: str) -> NoteEdit:
    """Let the note say something else, as its author does with the page open."""
    assert note.author is not None
    made = editing.edit(note, text, editing.seen_of(note), by=note.author)
    assert made is not None
    return made


def text_of(note: Message) -> str:
    return Message.objects.get(pk=note.pk).text


def told(user: User) -> list[str]:
    run_later_reactions()
    return sorted(Notification.objects.unseen_by(user).values_list("kind", flat=True))


def test_it_says_something_else_everywhere_and_what_it_said_is_kept(olga: User, note: Message) -> None:
    edited(note, "He moves on Thursday 48151623")

    note.refresh_from_db()
    assert (note.text, note.numbers) == ("He moves on Thursday 48151623", "48151623")
    assert [one.text for one in editing.before(note)] == ["He moves on Tuesday 4815"]
    assert Event.objects.get(kind="NoteAdded").preview == "He moves on Thursday 48151623"
    assert Event.objects.filter(kind="NoteEdited").count() == 1
    assert find(olga, "Thursday").conversations
    assert not find(olga, "Tuesday").conversations


def test_nothing_but_the_text_changes(note: Message) -> None:
    before = Conversation.objects.get(pk=note.conversation_id)

    edited(note, "He moves on Thursday")

    now = Conversation.objects.get(pk=note.conversation_id)
    assert (now.waiting_since, now.message_count, now.preview) == (
        before.waiting_since,
        before.message_count,
        before.preview,
    )


def test_only_its_author_edits_a_note_and_nothing_that_a_customer_got(olga: User, note: Message) -> None:
    answer = note.conversation.reply("Sorry.", by=olga)
    call = note.conversation.log("He rang.", Way.CALL, clock.now(), by=olga)
    for message, by in [(note, make.agent()), (note, make.lead()), (answer, olga), (call, olga)]:
        with pytest.raises(NotYourNote):
            editing.edit(message, "Something else", 0, by=by)

    assert text_of(note) == "He moves on Tuesday 4815"


def test_whoever_answers_no_more_edits_no_more(olga: User, note: Message) -> None:
    olga.role = "observer"

    assert not editing.may_edit(note, olga)


def test_an_empty_note_is_none(olga: User, note: Message) -> None:
    with pytest.raises(EmptyMessage):
        edited(note, "  ")

    file = attach(note.conversation, "note", ("plan.pdf", "application/pdf", b"%PDF"), by=olga)
    with_file = note.conversation.add_note("The plan", by=olga, files=[file])
    edited(with_file, "")

    assert text_of(with_file) == ""


def test_the_same_text_is_no_edit(olga: User, note: Message) -> None:
    assert editing.edit(note, note.text, 0, by=olga) is None

    assert not NoteEdit.objects.exists()
    assert not Event.objects.filter(kind="NoteEdited").exists()


def test_of_two_at_once_the_second_sees_what_happened(olga: User, note: Message) -> None:
    seen = editing.seen_of(note)
    editing.edit(note, "One", seen, by=olga)
    # The same from both is no quarrel.
    assert editing.edit(note, "One", seen, by=olga) is None

    with pytest.raises(NoteChanged):
        editing.edit(note, "Two", seen, by=olga)

    assert text_of(note) == "One"
    editing.edit(note, "Two", editing.seen_of(note), by=olga)
    assert [one.text for one in editing.before(note)] == ["One", "He moves on Tuesday 4815"]


def test_undoing_and_doing_again_walk_through_all_edits(olga: User, note: Message) -> None:
    first, second = edited(note, "One"), edited(note, "Two")

    with pytest.raises(NoteChanged):
        editing.undo(first, by=olga)
    for undone, says in [(second, "One"), (second, "One"), (first, "He moves on Tuesday 4815")]:
        editing.undo(undone, by=olga)
        assert text_of(note) == says
    assert not editing.before(note)
    with pytest.raises(NoteChanged):
        editing.redo(second, by=olga)
    for redone, says in [(first, "One"), (first, "One"), (second, "Two")]:
        editing.redo(redone, by=olga)
        assert text_of(note) == says


def test_what_was_undone_is_gone_after_another_edit(olga: User, note: Message) -> None:
    editing.undo(edited(note, "One"), by=olga)

    edited(note, "Two")

    assert [one.text for one in NoteEdit.objects.all()] == ["He moves on Tuesday 4815"]


def test_whom_an_edit_names_is_told_once(olga: User, elena: User, note: Message) -> None:
    done = edited(note, "@Elena, he moves on Thursday")
    assert told(elena) == ["mention"]
    assert note.conversation.watchings.filter(user=elena).exists()
    Notification.objects.unseen_by(elena).see(elena, clock.now())

    edited(note, "@Elena, he moves on Friday")
    assert told(elena) == []
    editing.undo(NoteEdit.objects.latest("pk"), by=olga)
    editing.undo(done, by=olga)
    editing.redo(done, by=olga)

    assert told(elena) == []
    assert [mention.user for mention in note.mentions.all()] == [elena]


def test_whom_a_note_names_no_more_is_told_no_more(elena: User, note: Message) -> None:
    igor = make.agent("igor")
    edited(note, "@Igor, he moves")
    assert told(igor) == ["mention"]

    edited(note, "@Elena, he moves")

    assert told(igor) == []
    assert told(elena) == ["mention"]
    edited(note, "@Igor, he moves")
    assert told(igor) == ["mention"]


def test_a_picture_that_the_text_shows_no_more_stands_below_it(olga: User) -> None:
    conversation = make.conversation()
    file = attach(conversation, "note", ("desk.png", "image/png", make.picture()), by=olga)
    note = conversation.add_note(f"![desk](file:{file.pk})", by=olga, files=[file])
    assert note.attachments.get().is_inline

    edited(note, "The desk")

    assert not note.attachments.get().is_inline


def test_deleting_a_note_takes_what_it_said_before_with_it(olga: User, note: Message) -> None:
    done = edited(note, "One")
    editing.undo(edited(note, "Two"), by=olga)
    withdrawing.withdraw(note, by=olga)
    assert not NoteEdit.objects.exists()
    with pytest.raises(NotYourNote):
        editing.edit(note, "Three", 0, by=olga)

    withdrawing.bring_back(note, by=olga)
    assert [one.text for one in editing.before(note)] == ["He moves on Tuesday 4815"]
    assert editing.before(note) == [done]
    withdrawing.withdraw(note, by=olga)
    Withdrawal.objects.update(held_until=clock.now())
    jobs.let_go_of_notes()

    assert Withdrawal.objects.get().edits == []
    assert not NoteEdit.objects.exists()


def test_erasing_the_customer_empties_what_it_said(note: Message) -> None:
    edited(note, "One")

    for one in declared():
        if one.model is NoteEdit:
            erasure.walk(one, one.of_conversations([note.conversation_id]))

    assert NoteEdit.objects.get().text == ""


def test_the_page_offers_it_to_its_author_alone(client: Client, olga: User, note: Message) -> None:
    client.force_login(make.lead())
    assert "Edit the note" not in client.get(note.conversation.get_absolute_url()).content.decode()
    assert client.get(f"/messages/{note.pk}/text/", headers=HTMX).status_code == 404

    client.force_login(olga)
    assert "Edit the note" in client.get(note.conversation.get_absolute_url()).content.decode()
    assert note.text in client.get(f"/messages/{note.pk}/text/").content.decode()


def test_it_is_saved_taken_back_and_done_again(client: Client, olga: User, note: Message) -> None:
    client.force_login(olga)
    before = Event.objects.latest("pk").pk
    answer = client.post(f"/messages/{note.pk}/text/", {"text": "One", "seen": "0"}, headers=HTMX).content.decode()
    undo = f"/messages/{note.pk}/text/?undo={NoteEdit.objects.get().pk}"
    assert undo in answer
    news = client.get(f"/conversations/{note.conversation_id}/news/?after={before}").content.decode()
    assert f'id="m-{note.pk}" data-from="note" hx-swap-oob="true"' in news
    assert "Edited" in news
    assert "Tuesday" not in news
    assert "Tuesday" in client.get(f"/messages/{note.pk}/?part=before", headers=HTMX).content.decode()
    assert "Tuesday" in client.get(f"/messages/{note.pk}/").content.decode()

    redo = client.post(undo, headers=HTMX).content.decode()
    assert text_of(note) == "He moves on Tuesday 4815"
    assert undo.replace("undo", "redo") in redo
    client.post(undo.replace("undo", "redo"), headers=HTMX)

    assert text_of(note) == "One"


def test_the_second_of_two_tabs_keeps_its_text_and_is_shown_the_first(
    client: Client, olga: User, note: Message
) -> None:
    client.force_login(olga)
    address = f"/messages/{note.pk}/text/"
    client.post(address, {"text": "From the first", "seen": "0"}, headers=HTMX)

    answer = client.post(address, {"text": "From the second", "seen": "0"}, headers=HTMX)

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Meanwhile the note says something else" in shown
    assert "From the first" in shown
    assert "From the second</textarea>" in shown
    assert text_of(note) == "From the first"
    edit = NoteEdit.objects.get().pk
    client.post(address, {"text": "From the second", "seen": edit}, headers=HTMX)
    assert text_of(note) == "From the second"
    refused = client.post(f"{address}?undo={edit}", headers=HTMX)
    assert "edited again since" in refused.content.decode()


def test_what_cannot_be_saved_keeps_its_text(client: Client, olga: User, note: Message) -> None:
    client.force_login(olga)
    address = f"/messages/{note.pk}/text/"
    assert "has to say something" in client.post(address, {"text": " "}).content.decode()
    done = edited(note, "One")
    withdrawing.withdraw(note, by=make.lead())

    answer = client.post(address, {"text": "Kept words", "seen": "0"}, headers=HTMX)

    assert answer.status_code == 422
    assert "deleted meanwhile" in answer.content.decode()
    assert "Kept words</textarea>" in answer.content.decode()
    assert client.post(f"{address}?undo={done.pk}", headers=HTMX).status_code == 404


def test_without_scripts_it_is_a_page(client: Client, olga: User, note: Message) -> None:
    client.force_login(olga)

    answer = client.post(f"/messages/{note.pk}/text/", {"text": "One", "seen": "0"})

    assert answer["Location"] == note.conversation.get_absolute_url()
    assert text_of(note) == "One"
    assert not client.get(f"/messages/{note.pk}/text/?close").content

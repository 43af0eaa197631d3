"""What is deleted is out of everybody's sight, can be brought back for 30 days, and is then emptied for good."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from samovar.accounts.models import AuditEntry, User
from samovar.channels.models import RawMail
from samovar.channels.taking_in import take_in
from samovar.conversations import deriving, queries
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.errors import GoneForGood
from samovar.conversations.jobs import remove_deleted
from samovar.conversations.models import Attachment, Conversation
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.queries import Wanted
from samovar.desk.history import history
from samovar.desk.search import find
from samovar.events.models import Event
from samovar.files.models import StoredFile
from samovar.lib import clock
from tests import make
from tests.channels.mails import mail

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def pass_days(conversation: Conversation, days: int) -> None:
    """Let a conversation have been deleted so many days ago."""
    deleted_at = clock.now() - timedelta(days=days)
    Conversation.objects.filter(pk=conversation.pk).update(deleted_at=deleted_at)


def is_in_sight(conversation: Conversation, client: Client, user: User) -> bool:
    """Whether an agent comes across a conversation by any way; every way must say the same."""
    pk = conversation.pk
    [message] = conversation.messages.filter(direction="in")
    ways = {
        "lists": any(conversation in queries.page(user, Wanted(view=view)).rows for view in VIEWS.values()),
        "counts": queries.counts(user)["needs-reply"] > 0,
        "search": bool(find(user, "scratch").conversations),
        "number": find(user, f"#{pk}").numbered is not None,
        "page": client.get(f"/conversations/{pk}/").status_code == 200,
        "news": client.get(f"/conversations/{pk}/news/").status_code == 200,
        "message": client.get(f"/messages/{message.pk}/").status_code == 200,
        "file": client.get(f"/attachments/{message.attachments.get().pk}/").status_code == 200,
        "writing": client.post(f"/conversations/{pk}/messages/", {"mode": "note", "text": "a"}).status_code == 302,
        "history": pk in told(user, conversation.customer_id),
        "beside": b"scratch" in client.get(f"/customers/{conversation.customer_id}/").content,
    }
    assert len(set(ways.values())) == 1, ways
    return ways["lists"]


def told(user: User, customer_id: int) -> set[int | None]:
    """The conversations of which the history of a customer tells."""
    return {entry.event.conversation_id for group in history(customer_id, user).groups for entry in group.entries}


def with_file() -> Conversation:
    """A conversation that holds a file."""
    return make.attachment(content=b"a picture of a scratch").message.conversation  # type: ignore[union-attr]  # it has one


def test_what_is_deleted_is_seen_by_nobody_until_it_is_restored(client: Client, olga: User) -> None:
    conversation = with_file()
    assert is_in_sight(conversation, client, olga)

    answer = client.post(f"/conversations/{conversation.pk}/deletion/", {"reason": "double"})

    assert answer.status_code == 302
    assert not is_in_sight(conversation, client, olga)
    client.force_login(make.admin())
    assert not is_in_sight(conversation, client, make.admin())
    client.force_login(olga)
    shown = client.get("/deleted/?q=scratched").content.decode()
    assert "Stands here twice" in shown
    assert "29 days left" in shown
    assert "Olga" in shown
    [undo] = [one.extra_tags for one in get_messages(answer.wsgi_request)]
    client.post(undo)
    assert is_in_sight(conversation, client, olga)
    conversation.refresh_from_db()
    assert not list(deriving.differences([conversation.pk]))
    found = AuditEntry.objects.filter(subject_kind="conversation").order_by("pk")
    assert list(found.values_list("action", "reason")) == [
        ("conversation-deleted", "double"),
        ("conversation-restored", ""),
    ]


def test_an_open_page_goes_on_to_the_next_conversation(client: Client, olga: User) -> None:
    conversation = make.conversation()

    answer = client.post(f"/conversations/{conversation.pk}/deletion/", {"reason": "trial"}, headers=HTMX)

    assert "conversations:next" in answer["HX-Trigger-After-Settle"]
    assert f"samovar:conversation-{conversation.pk}" not in answer["HX-Trigger"]
    assert f"/conversations/{conversation.pk}/deletion/?undo" in answer.content.decode()


def test_those_to_whom_an_inbox_is_closed_find_nothing_among_the_deleted(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.trash(DeletionReason.TRIAL, by=olga)
    make.inbox().open_for([make.team("Pay")], by=make.admin())

    assert "A scratched desk" not in client.get("/deleted/").content.decode()
    assert client.post(f"/conversations/{conversation.pk}/deletion/?undo").status_code == 404


def test_after_30_days_it_is_emptied_with_its_files_and_only_that_it_was_there_stays(olga: User) -> None:
    raw = make.raw_mail(mail("Kanarek lives here", Subject="Kanarek", From="Elena <elena@mail.example>"))
    [receipt] = take_in([raw]).values()
    conversation = Conversation.objects.get(pk=receipt.conversation_id)
    conversation.add_note("Kanarek calls on Monday", by=olga)
    file = Attachment.objects.all().upload("kanarek.pdf", "application/pdf", b"Kanarek sings", by=olga)
    conversation.reply("Dear Kanarek", by=olga, files=[file])
    other = make.conversation("Kanarek has another matter", subject="Kanarek")
    events = Event.objects.filter(conversation_id=conversation.pk).count()
    conversation.trash(DeletionReason.PRIVATE, by=olga)
    pass_days(conversation, 29)
    remove_deleted()
    assert conversation.messages.filter(text__contains="Kanarek").count() == 3

    pass_days(conversation, 30)
    remove_deleted()
    remove_deleted()

    assert not conversation.messages.exclude(text="", html="").exists()
    assert conversation.messages.count() == 3
    assert not StoredFile.objects.filter(size_bytes=len(b"Kanarek sings")).exists()
    assert bytes(RawMail.objects.get(pk=raw.pk).content) == b""
    told = Event.objects.filter(conversation_id=conversation.pk)
    assert told.count() == events + 1
    assert not told.exclude(title="", preview="").exists()
    conversation.refresh_from_db()
    assert (conversation.subject, conversation.preview) == ("", "")
    assert not list(deriving.differences([conversation.pk]))
    assert AuditEntry.objects.filter(action="conversation-removed", by=None).count() == 1
    assert other.messages.get().text == "Kanarek has another matter"
    with pytest.raises(GoneForGood):
        conversation.restore(by=olga)


@pytest.mark.parametrize("days", [1, 40])
def test_what_the_customer_writes_next_begins_anew_and_goes_on_there(olga: User, days: int) -> None:
    conversation = make.conversation(external_id="first@mail.example")
    conversation.trash(DeletionReason.MISTAKE, by=olga)
    pass_days(conversation, days)
    remove_deleted()
    signed = {"signed_conversation": conversation.pk, "is_live": True}

    first = make.received("It is broken", named_ids=("first@mail.example",), is_live=True)
    second = make.received("Do you hear me?", **signed)
    other = make.received("I know of it too", sender=make.sender("bob@mail.example", "Bob"), **signed)

    assert first.has_opened
    assert second.conversation_id == first.conversation_id != conversation.pk
    assert other.has_opened
    opened = Conversation.objects.get(pk=first.conversation_id)
    assert opened.follows_id == conversation.pk
    assert opened.waiting_since is not None
    conversation.refresh_from_db()
    assert (conversation.deleted_at is not None, conversation.message_count) == (True, 1)


def test_what_machines_report_stays_with_what_it_is_about(olga: User) -> None:
    conversation = make.conversation()
    reply = conversation.reply("We send you a new one.", by=olga)
    conversation.trash(DeletionReason.TRIAL, by=olga)

    found = make.received("I am away", mail_class="auto-reply", answered_messages=(reply.pk,), is_live=True)

    assert found.conversation_id == conversation.pk
    conversation.refresh_from_db()
    assert conversation.deleted_at is not None


def test_deleting_twice_and_restoring_twice_is_once(olga: User) -> None:
    conversation = make.conversation()

    for _again in range(2):
        conversation.trash(DeletionReason.TRIAL, by=olga)
    for _again in range(2):
        conversation.restore(by=olga)

    kinds = ["ConversationDeleted", "ConversationRestored"]
    assert Event.objects.filter(kind__in=kinds).count() == 2


def test_the_list_of_the_deleted_goes_on_from_page_to_page(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samovar.conversations.deleted.PAGE", 2)
    for number in range(3):
        make.conversation(subject=f"Matter {number}").trash(DeletionReason.TRIAL, by=olga)

    first = client.get("/deleted/")

    after = first.context["found"].after
    assert [row.subject for row in first.context["found"].rows] == ["Matter 2", "Matter 1"]
    assert [row.subject for row in client.get("/deleted/", {"after": after}).context["found"].rows] == ["Matter 0"]

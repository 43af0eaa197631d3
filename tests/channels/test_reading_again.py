"""Mail that could not be read: shown with its reason and all that came, and read again when somebody asks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.channels import fencing, reading_again, rereading, taking_in
from samovar.channels.models import MailFolder, RawMail
from samovar.channels.models import folder as folders
from samovar.channels.reading_again import read_again
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations import deriving
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.customers.models import Customer
from samovar.events.models import Event
from samovar.operations.checks import unreadable as check
from samovar.operations.gauges import unreadable as gauge
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MAIL = (
    b"From: Elena <elena@mail.example>\r\nTo: help@aurora.example\r\nSubject: A scratched desk\r\n"
    b"Message-ID: <a@mail.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nThe desk came with a scratch.\r\n"
    b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment\r\n\r\npicture\r\n--b--\r\n"
)


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def refusing() -> Callable[[], None]:
    """Let the database refuse the message that ``MAIL`` is; call it to let it be stored again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE conversations_message ADD CONSTRAINT refusal CHECK (external_id <> 'a@mail.example')"
        )

    def mended() -> None:
        with connection.cursor() as cursor:
            # What waits for the end of the transaction would keep the table from being changed.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE conversations_message DROP CONSTRAINT refusal")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return mended


def assert_all_follows() -> None:
    """What stands here follows from the raw mail and from what happened."""
    assert not list(rereading.differences(list(RawMail.objects.values_list("pk", flat=True))))
    assert not list(deriving.differences(list(Conversation.objects.values_list("pk", flat=True))))


def test_a_mail_is_set_aside_after_three_tries_with_its_bytes_and_its_reason(refusing: Callable[[], None]) -> None:
    raw = make.raw_mail(MAIL)
    for _number in range(4):
        taking_in.take_in_each(RawMail.objects.filter(pk=raw.pk))

    raw.refresh_from_db()
    assert bytes(raw.content) == MAIL
    assert raw.tries == 3
    assert raw.problem.startswith("IntegrityError:")
    assert raw.message is not None
    assert raw.message.mail_class == "unreadable"
    assert Conversation.objects.get().kind == "unreadable"
    assert "database did not take it" in reading_again.why_unread(raw)


def test_reading_again_makes_it_what_the_mail_says(olga: User, refusing: Callable[[], None]) -> None:
    message = make.unread_mail(MAIL)
    came_at = message.created_at
    refusing()

    found = read_again(message, by=olga)

    message.refresh_from_db()
    conversation = Conversation.objects.get()
    assert found == conversation
    assert (message.mail_class, message.subject, message.external_id) == ("human", "A scratched desk", "a@mail.example")
    assert message.text.startswith("The desk came")
    assert Attachment.objects.get().name == "a.png"
    assert (conversation.kind, conversation.subject, conversation.customer.name) == (
        "human",
        "A scratched desk",
        "Elena",
    )
    assert conversation.waiting_since == came_at
    assert conversation.is_unread
    assert conversation.preview.startswith("The desk came")
    assert Event.objects.get(kind="MessageUnderstood").customer_id == conversation.customer_id
    assert_all_follows()


def test_the_card_that_stood_for_an_unknown_sender_leads_to_who_wrote(
    client: Client, olga: User, refusing: Callable[[], None]
) -> None:
    message = make.unread_mail(MAIL)
    nobody = message.customer
    assert nobody is not None
    refusing()

    read_again(message, by=olga)

    [elena] = Customer.objects.all().present()
    assert elena.name == "Elena"
    assert client.get(nobody.get_absolute_url()).headers["Location"] == elena.get_absolute_url()


def test_the_card_stays_as_long_as_another_mail_of_theirs_cannot_be_read(
    olga: User, refusing: Callable[[], None]
) -> None:
    message = make.unread_mail(MAIL)
    keep_all(Source(make.inbox("orders@aurora.example").pk), [Arrival(MAIL, timezone.now())])
    taking_in.take_in(RawMail.objects.filter(understood_at=None).select_related("account", "folder", "inbox"))
    again = Message.objects.exclude(pk=message.pk).get()
    assert again.customer == message.customer
    refusing()

    read_again(message, by=olga)
    assert Customer.objects.all().present().count() == 2
    read_again(again, by=olga)

    assert Customer.objects.all().present().count() == 1
    assert_all_follows()


def test_reading_twice_changes_nothing_more(olga: User, refusing: Callable[[], None]) -> None:
    message = make.unread_mail(MAIL)
    refusing()
    read_again(message, by=olga)
    version = Conversation.objects.get().version

    read_again(message, by=olga)
    message.refresh_from_db()
    assert read_again(message, by=olga) == Conversation.objects.get()

    assert Conversation.objects.get().version == version
    assert Event.objects.filter(kind="MessageUnderstood").count() == 1
    assert Attachment.objects.count() == 1


def test_what_still_cannot_be_read_stays_and_says_why(client: Client, olga: User) -> None:
    message = make.unread_mail()
    before = Message.objects.values().get()

    answer = client.post(f"/messages/{message.pk}/rereading/", headers=HTMX)

    assert answer.status_code == 422
    assert "still cannot be read" in answer.content.decode()
    assert Message.objects.values().get() == before
    assert not Event.objects.filter(kind="MessageUnderstood").exists()
    assert_all_follows()


def test_where_nothing_can_be_read_for_now_the_page_says_so_and_nothing_is_said_of_the_mail(
    client: Client, olga: User, refusing: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = make.unread_mail(MAIL)
    why = RawMail.objects.get().problem
    refusing()
    with monkeypatch.context() as context:
        fencing.let_go()
        context.setattr(fencing, "COMMAND", ("/nowhere/python",))

        answer = client.post(f"/messages/{message.pk}/rereading/", headers=HTMX)

    assert answer.status_code == 422
    assert "could not be read just now" in answer.content.decode()
    assert RawMail.objects.get().problem == why
    assert client.post(f"/messages/{message.pk}/rereading/", headers=HTMX).status_code == 200


def test_what_the_database_still_refuses_leaves_everything_as_it_was(olga: User, refusing: Callable[[], None]) -> None:
    message = make.unread_mail(MAIL)
    before = Message.objects.values().get()

    assert read_again(message, by=olga) is None

    assert Message.objects.values().get() == before
    assert "refusal" in RawMail.objects.get().problem
    refusing()
    assert read_again(message, by=olga) is not None


@pytest.mark.parametrize("mark", [b"", b"X-Spam-Flag: YES\r\n"])
def test_an_answer_that_is_read_at_last_goes_where_it_belongs(
    client: Client, olga: User, refusing: Callable[[], None], mark: bytes
) -> None:
    first = make.conversation(external_id="first@mail.example", sender=make.sender("elena@mail.example", "Elena"))
    first.resolve(by=olga)
    answer = MAIL.replace(b"MIME-Version", mark + b"In-Reply-To: <first@mail.example>\r\nMIME-Version")
    message = make.unread_mail(answer)
    assert Conversation.objects.count() == 2
    refusing()

    said = client.post(f"/messages/{message.pk}/rereading/", headers=HTMX)

    [conversation] = Conversation.objects.all()
    assert said.headers["HX-Redirect"] == conversation.get_absolute_url()
    assert conversation == first
    assert conversation.message_count == 2
    assert conversation.resolved_at is None
    assert conversation.waiting_since is not None
    assert_all_follows()


def test_what_somebody_has_worked_on_stays_where_it_is_and_is_linked(olga: User, refusing: Callable[[], None]) -> None:
    first = make.conversation(external_id="first@mail.example")
    message = make.unread_mail(MAIL.replace(b"MIME-Version", b"In-Reply-To: <first@mail.example>\r\nMIME-Version"))
    message.conversation.assign(to=olga, by=olga)
    message.conversation.resolve(by=olga)
    refusing()

    found = read_again(message, by=olga)

    assert found is not None
    assert found != first
    assert found.assignee == olga
    assert found.resolved_at is None
    assert first.links.get().other == found
    assert_all_follows()


def test_what_was_put_off_comes_back_and_keeps_what_the_team_wrote(olga: User, refusing: Callable[[], None]) -> None:
    message = make.unread_mail(MAIL)
    message.conversation.add_note("What is this?", by=olga)
    message.conversation.snooze(until=timezone.now() + timedelta(days=1), by=olga)
    refusing()

    found = read_again(message, by=olga)

    assert found is not None
    assert (found.snoozed_until, found.subject, found.message_count) == (None, "", 2)
    assert Event.objects.filter(kind="ConversationWoken", conversation_id=found.pk).exists()
    assert_all_follows()


def test_who_answers_the_matter_of_somebody_else_takes_part_unadmitted(
    olga: User, refusing: Callable[[], None]
) -> None:
    make.conversation(external_id="first@mail.example", sender=make.sender("igor@mail.example", "Igor"))
    message = make.unread_mail(MAIL.replace(b"MIME-Version", b"In-Reply-To: <first@mail.example>\r\nMIME-Version"))
    refusing()

    found = read_again(message, by=olga)

    assert found is not None
    participant = found.participants.get()
    assert (participant.address, participant.admitted_at) == ("elena@mail.example", None)
    assert_all_follows()


def test_old_mail_that_is_read_at_last_waits_for_nobody(olga: User, refusing: Callable[[], None]) -> None:
    account = make.mailbox()
    folder = MailFolder.objects.of(account, folders.Role.INBOX, "INBOX")
    source = Source(account.inbox_id, account.pk, 1, folder_id=folder.pk)
    keep_all(source, [Arrival(MAIL, timezone.now() - timedelta(days=9), 1, True)])
    taking_in.take_in(RawMail.objects.select_related("account", "folder", "inbox"))
    message = Message.objects.get()
    refusing()

    found = read_again(message, by=olga)

    assert found is not None
    assert (found.kind, found.waiting_since, found.resolved_at is not None) == ("human", None, True)
    assert_all_follows()


def test_the_thread_shows_the_reason_the_beginning_and_both_ways_on(client: Client, olga: User) -> None:
    message = make.unread_mail(b"\x00\x01 no mail <script>alert(1)</script>")

    thread = client.get(f"/conversations/{message.conversation_id}/").content.decode()
    why = client.get(f"/messages/{message.pk}/raw/", headers=HTMX).content.decode()

    assert "no mail &lt;script&gt;" in thread
    assert f'action="/messages/{message.pk}/rereading/"' in thread
    assert f'href="/messages/{message.pk}/raw/"' in thread
    assert "does not begin like a mail" in why


def test_the_raw_mail_is_shown_as_text_in_which_nothing_turns_or_runs(client: Client, olga: User) -> None:
    content = MAIL.replace(b"A scratched", "\u202e<b>bold</b>\x07".encode()) + b"x" * 300_000 + b"THE END"
    message = Message.objects.get(pk=next(iter(taking_in.take_in([make.raw_mail(content)]).values())).message_id)

    page = client.get(f"/messages/{message.pk}/raw/").content.decode()
    whole = client.get(f"/messages/{message.pk}/raw/?whole")

    assert r"Subject: \u202e&lt;b&gt;bold&lt;/b&gt;\x07 desk" in page
    assert "\u202e" not in page
    assert "THE END" not in page
    assert len(page) < 260_000
    assert whole.content == content
    assert whole.headers["Content-Disposition"] == f'attachment; filename="mail-{message.pk}.eml"'
    assert whole.headers["Content-Type"] == "application/octet-stream"
    assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"


def test_a_message_that_came_without_a_mail_says_so(client: Client, olga: User) -> None:
    message = make.conversation().messages.get()

    answer = client.get(f"/messages/{message.pk}/raw/")

    assert answer.status_code == 404
    assert "did not come as a mail" in answer.content.decode()


def test_raw_mail_is_for_the_desk_and_reading_it_again_for_those_who_answer(client: Client) -> None:
    message = make.unread_mail()
    client.force_login(make.user(role=Role.EXPERT))
    assert client.get(f"/messages/{message.pk}/raw/").status_code == 404
    client.force_login(make.user(role=Role.OBSERVER))
    assert client.get(f"/messages/{message.pk}/raw/").status_code == 200
    assert client.post(f"/messages/{message.pk}/rereading/").status_code == 403


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("DataError: index row size", "database did not take it"),
        ("RecursionError: too deep", "held up everything else"),
        ("KeyError: x", "stumble"),
        ("TookTooLong: took longer than 10 s to read", "longer than ten seconds"),
        ("TookTooMuch: took more memory to read than a mail may", "more memory"),
        ("ReaderDied: the reader ended with -11", "broke down"),
        ("", "does not begin like a mail"),
        ("a line in the header that is no field", "does not begin like a mail"),
    ],
)
def test_the_reason_is_told_in_words(problem: str, words: str) -> None:
    assert words in reading_again.why_unread(RawMail(problem=problem))


def test_what_cannot_be_read_for_an_hour_raises_an_alarm_until_somebody_settles_it(olga: User) -> None:
    message = make.unread_mail()
    assert [reading.problem for reading in gauge.read()] == [""]
    assert [finding.words for finding in check.look()] == ["Messages that could not be read: 1. All that came is kept."]

    later = timezone.now() - timedelta(hours=2)
    Conversation.objects.update(last_message_at=later)
    [reading] = gauge.read()
    assert "the oldest for 2 h" in reading.problem

    message.conversation.resolve(by=olga)
    assert [reading.problem for reading in gauge.read()] == [""]
    assert [finding.words for finding in check.look()] == ["Every message could be read"]

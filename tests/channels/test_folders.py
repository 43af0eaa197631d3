"""A mailbox is read completely: its folders, from the moment that was chosen, with what lay there before as history."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.channels import imap, taking_in
from samovar.channels.fetching import fetch
from samovar.channels.folder_names import JUNK, SENT, Folder, find_special
from samovar.channels.models import ChannelAccount, MailFolder, RawMail
from samovar.channels.models.folder import Role
from samovar.channels.side_reading import SideVisit
from samovar.channels.taking_in import envelope_of, take_in_each
from samovar.channels.understanding import Envelope, Meaning, understand_fenced
from samovar.conversations import spam
from samovar.conversations.deriving import differences
from samovar.conversations.models import Conversation
from samovar.conversations.own_addresses import own_addresses
from tests import make
from tests.channels.mails import inbox_folder, mail, mailbox
from tests.channels.mailserver import Dovecot

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)


def connected(dovecot: Dovecot, days: int | None = 0) -> ChannelAccount:
    """Connect a mailbox now, to be read from ``days`` ago; None is everything."""
    now = timezone.now()
    read_since = None if days is None else now - timedelta(days=days)
    return mailbox(dovecot, connected_at=now, read_since=read_since)


def read(account: ChannelAccount) -> None:
    """Look once into the inbox folder and once beside it, and read all old mail."""
    with imap.opened(account) as opened:
        list(itertools.chain.from_iterable(fetch(inbox_folder(account), opened)))
    beside(account)


def beside(account: ChannelAccount) -> None:
    """Look once beside the inbox folder, and read all old mail."""
    visit = SideVisit(account, threading.Event())
    with imap.signed_in(account) as mailbox:
        visit.find_folders(mailbox)
        visit.look(mailbox)
        while visit.read_old_piece(mailbox):
            pass


def stored_only(account: ChannelAccount, folder: MailFolder) -> None:
    """Read a folder, and stop before anything is understood."""
    with imap.signed_in(account) as opened:
        imap.open_folder(opened, account.imap_host, folder.name)
        list(fetch(folder, opened))


def stored(**wanted: object) -> list[str]:
    """Return the texts of stored mail, in the order in which they were stored."""
    contents = RawMail.objects.filter(**wanted).order_by("id").values_list("content", flat=True)
    return [bytes(content).decode().partition("\r\n\r\n")[2].strip() for content in contents]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, []), (30, ["Of last week."]), (None, ["Of last week.", "Of last year."])],
)
def test_old_mail_is_read_as_far_back_as_was_chosen_newest_first(
    dovecot: Dovecot, days: int | None, expected: list[str]
) -> None:
    account, now = connected(dovecot, days), timezone.now()
    dovecot.deliver(account.user_name, mail("Of last year."), at=now - YEAR)
    dovecot.deliver(account.user_name, mail("Of last week."), at=now - timedelta(days=7))
    dovecot.deliver(account.user_name, mail("New."))

    read(account)

    assert stored(is_from_archive=False) == ["New."]
    # Within a piece the server's order stays; pieces go from the newest to the oldest.
    assert sorted(stored(is_from_archive=True)) == expected
    folder = inbox_folder(account)
    assert folder.history_finished_at is not None and folder.history_read == len(expected)


def test_mail_that_came_between_connecting_and_the_first_look_is_new_mail(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    dovecot.deliver(account.user_name, *(mail(f"Early {number}.") for number in range(3)))
    MailFolder.objects.update(live_since=timezone.now())

    read(account)

    assert stored(is_from_archive=False) == ["Early 0.", "Early 1.", "Early 2."]


def test_a_mail_moved_into_the_inbox_later_comes_in_however_old_it_is(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    read(account)
    dovecot.deliver(account.user_name, mail("Found in another folder."), at=timezone.now() - YEAR)

    read(account)

    assert stored(is_from_archive=True) == ["Found in another folder."]


@pytest.mark.parametrize("name", ["Sent", "Отправленные", "Gesendete Objekte"])
def test_what_was_sent_is_read_and_known_as_sent(dovecot: Dovecot, name: str) -> None:
    account, old = connected(dovecot, None), timezone.now() - YEAR
    dovecot.deliver(account.user_name, mail("We wrote this long ago."), folder=name, at=old)
    read(account)
    dovecot.deliver(account.user_name, mail("We wrote this in Outlook."), folder=name)
    beside(account)

    raws = RawMail.objects.select_related("inbox", "account", "folder").order_by("id")
    envelopes = [envelope_of(raw, own_addresses()) for raw in raws]
    assert [(one.is_sent, one.is_history, one.is_junk) for one in envelopes] == [
        (True, True, False),
        (True, False, False),
    ]


def test_spam_is_read_from_now_on_only_and_known_as_spam(dovecot: Dovecot) -> None:
    account = connected(dovecot, None)
    dovecot.deliver(account.user_name, mail("Old spam."), folder="Спам", at=timezone.now() - YEAR)
    dovecot.deliver(account.user_name, mail("New, perhaps no spam."), folder="Спам")

    read(account)

    [raw] = RawMail.objects.select_related("inbox", "account", "folder")
    assert stored() == ["New, perhaps no spam."]
    assert envelope_of(raw, own_addresses()).is_junk


def test_a_mail_moved_from_spam_into_the_inbox_is_one_mail_and_no_gap(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    content = mail("No spam at all.")
    dovecot.deliver(account.user_name, content, folder="Junk")
    read(account)
    dovecot.deliver(account.user_name, content)

    read(account)
    MailFolder.objects.update(compared_at=None)
    beside(account)

    assert stored() == ["No spam at all."]
    assert not MailFolder.objects.exclude(missing_since=None).exists()


@pytest.mark.parametrize("is_understood", [True, False])
def test_a_mail_moved_from_spam_into_the_inbox_waits_like_any_other(dovecot: Dovecot, is_understood: bool) -> None:
    account = connected(dovecot)
    content = mail("Where is my order?")
    dovecot.deliver(account.user_name, content, folder="Junk")
    if is_understood:
        beside(account)
    else:
        stored_only(account, MailFolder.objects.of(account, Role.JUNK, "Junk"))
    dovecot.deliver(account.user_name, content)

    read(account)
    take_in_each(RawMail.objects.to_take_in(account, at_once=True))

    conversation = Conversation.objects.get()
    assert (conversation.kind, conversation.waiting_since is not None) == ("human", True)
    assert list(differences([conversation.pk])) == []


def test_a_mail_moved_from_spam_while_it_is_being_read_waits_like_any_other(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connected(dovecot)
    content = mail("Where is my order?")
    dovecot.deliver(account.user_name, content, folder="Junk")
    stored_only(account, MailFolder.objects.of(account, Role.JUNK, "Junk"))
    dovecot.deliver(account.user_name, content)

    def moved(content: bytes, envelope: Envelope) -> Meaning:
        stored_only(account, inbox_folder(account))
        return understand_fenced(content, envelope)

    monkeypatch.setattr(taking_in, "understand_fenced", moved)
    take_in_each(RawMail.objects.all())

    conversation = Conversation.objects.get()
    assert (conversation.kind, conversation.waiting_since is not None) == ("human", True)


def test_what_the_team_has_called_spam_stays_spam_wherever_it_is_moved(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    content = mail("Buy now.")
    dovecot.deliver(account.user_name, content, folder="Junk")
    beside(account)
    conversation, agent = Conversation.objects.get(), make.user()
    spam.clear(conversation, agent)
    spam.mark(conversation, agent)
    dovecot.deliver(account.user_name, content)

    read(account)

    conversation.refresh_from_db()
    assert conversation.kind == "spam"


def test_reading_old_mail_goes_on_where_it_was_stopped(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samovar.channels.old_mail.NUMBERS_AT_ONCE", 2)
    account, old = connected(dovecot, None), timezone.now() - YEAR
    dovecot.deliver(account.user_name, *(mail(f"Old {number}.") for number in range(5)), at=old)
    with imap.opened(account) as opened:
        list(fetch(inbox_folder(account), opened))
    visit = SideVisit(account, threading.Event())
    with imap.signed_in(account) as opened:
        assert visit.read_old_piece(opened)
        inbox_folder(account).stop_history(timezone.now(), by=make.admin())
        assert not visit.read_old_piece(opened)
    folder = inbox_folder(account)
    assert (folder.history_read, folder.history_total, stored()) == (2, 5, ["Old 3.", "Old 4."])

    folder.resume_history(by=make.admin())
    beside(account)

    assert stored() == ["Old 3.", "Old 4.", "Old 1.", "Old 2.", "Old 0."]
    assert inbox_folder(account).history_read == 5


def test_a_folder_that_is_renamed_is_found_again_and_nothing_comes_twice(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    dovecot.deliver(account.user_name, mail("First."), folder="Sent")
    read(account)
    with dovecot.signed_in(account.user_name) as client:
        client.rename("Sent", '"Sent Items"')
    beside(account)
    dovecot.deliver(account.user_name, mail("Second."), folder="Sent Items")
    beside(account)

    assert stored() == ["First.", "Second."]


def test_a_folder_that_is_deleted_is_named_and_hinders_nothing_else(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    dovecot.deliver(account.user_name, mail("First."), folder="Sent")
    dovecot.deliver(account.user_name, mail("Spam."), folder="Junk")
    read(account)
    with dovecot.signed_in(account.user_name) as client:
        client.delete("Sent")
    dovecot.deliver(account.user_name, mail("More spam."), folder="Junk")
    beside(account)

    assert stored() == ["Spam.", "First.", "More spam."] or stored() == ["First.", "Spam.", "More spam."]
    assert MailFolder.objects.get(account=account, role="sent").gone_at is not None


def test_a_mailbox_that_is_numbered_anew_brings_no_mail_from_before_it_was_connected(dovecot: Dovecot) -> None:
    account = connected(dovecot)
    dovecot.deliver(account.user_name, mail("Long ago."), at=timezone.now() - YEAR)
    dovecot.deliver(account.user_name, mail("New."))
    read(account)

    dovecot.number_anew(account.user_name)
    read(account)

    assert stored() == ["New."]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ([("Sent", "/", ()), ("Junk", "/", ())], {SENT: "Sent", JUNK: "Junk"}),
        ([("INBOX.Sent Items", ".", ()), ("INBOX.Spam", ".", ())], {SENT: "INBOX.Sent Items", JUNK: "INBOX.Spam"}),
        ([("Sent", "/", ()), ("Ablage", "/", ("\\HasNoChildren", "\\Sent"))], {SENT: "Ablage"}),
        (
            [("[Gmail]/Отправленные", "/", ("\\SENT",)), ("[Gmail]/Спам", "/", ("\\Junk",))],
            {SENT: "[Gmail]/Отправленные", JUNK: "[Gmail]/Спам"},
        ),
        ([("Projects/Sent", "/", ()), ("Sent", "/", ())], {SENT: "Sent"}),
        ([("Sent", "/", ("\\Noselect",))], {}),
        ([("SENT  ITEMS", "", ())], {SENT: "SENT  ITEMS"}),
        ([("Presents", "/", ()), ("Consent", "/", ())], {}),
        ([("Нежелательная почта", "|", ())], {JUNK: "Нежелательная почта"}),
    ],
)
def test_folders_are_known_by_what_the_server_says_and_else_by_their_names(
    folders: list[tuple[str, str, tuple[str, ...]]], expected: dict[str, str]
) -> None:
    assert find_special([Folder(*folder) for folder in folders]) == expected

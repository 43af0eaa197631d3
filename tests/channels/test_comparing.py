"""What the server has and we have not is found each hour, read again, and told when it stays away."""

import threading
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.channels import imap, watching, wellbeing
from samovar.channels.comparing import compare
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.fetching import fetch
from samovar.channels.models import ChannelAccount, KnownCopy, MailFolder, RawMail
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Message
from samovar.events.models import Event
from samovar.operations.checks import mailboxes
from tests import make
from tests.channels.mails import inbox_folder, mail, mailbox
from tests.channels.mailserver import Dovecot
from tests.channels.strange import Strange
from tests.channels.test_strange_servers import account, server

pytestmark = pytest.mark.django_db

__all__ = ["account", "server"]


def look(account: ChannelAccount, timeout: float = 30) -> MailFolder:
    """Read the inbox folder and compare it; return it as it is then."""
    folder = inbox_folder(account)
    with imap.opened(account, timeout) as opened:
        list(fetch(folder, opened))
        compare(folder, opened)
    return inbox_folder(account)


def lose(uid: int) -> None:
    """Lose a mail here, as a damaged database does."""
    RawMail.objects.filter(uid=uid).delete()


def test_a_mail_that_is_missing_here_is_read_again(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail("One."), mail("Two."), mail("Three."))
    look(account)
    lose(2)

    folder = look(account)

    assert RawMail.objects.count() == 3
    assert (folder.on_server, folder.missing, folder.missing_since) == (3, 0, None)


def test_what_was_deleted_on_the_server_is_no_gap(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail("One."), mail("Two."))
    look(account)
    with dovecot.signed_in(account.user_name) as client:
        client.store("1", "+FLAGS", "\\Deleted")
        client.expunge()

    folder = look(account)

    assert (folder.on_server, folder.missing, RawMail.objects.count()) == (1, 0, 2)


def test_two_mails_of_the_same_bytes_are_no_gap(dovecot: Dovecot) -> None:
    account, same = mailbox(dovecot), mail("The same twice.")
    dovecot.deliver(account.user_name, same, same)

    assert look(account).missing == 0
    assert KnownCopy.objects.count() == 1


def test_a_gap_that_stays_is_told_to_administrators_on_both_pages_and_by_doctor(
    server: Strange, account: ChannelAccount, client: Client
) -> None:
    look(account)
    lose(2)
    server.withheld = {2}

    assert look(account).missing == 1

    words = "1 mail of the folder “INBOX” lies on the server and could not be read"
    assert [alarm.text for alarm in wellbeing.alarms() if alarm.is_gap] == [words]
    client.force_login(make.admin())
    assert words in client.get("/mailboxes/").content.decode()
    assert words in client.get("/mailboxes/alarms/").content.decode()
    assert any(words in finding.words for finding in mailboxes.look())
    server.withheld = set()
    assert look(account).missing_since is None
    assert not [alarm for alarm in wellbeing.alarms() if alarm.is_gap]


def test_a_number_that_is_used_again_for_another_mail_is_found_by_its_size(
    server: Strange, account: ChannelAccount
) -> None:
    look(account)
    server.mails[3] = mail("Another mail under the number of the third.")

    look(account)

    assert server.mails[3] in [bytes(raw.content) for raw in RawMail.objects.filter(uid=3)]
    assert RawMail.objects.count() == 4


def test_a_server_that_keeps_silent_in_the_middle_is_given_up_and_read_later(
    server: Strange, account: ChannelAccount
) -> None:
    server.stalls_seconds = 60
    with pytest.raises(ChannelTrouble, match="timed out"):
        look(account, timeout=0.3)
    server.stalls_seconds = 0

    look(account)

    assert RawMail.objects.count() == 3


def test_the_same_message_id_with_another_body_is_another_message_and_without_one_each_is_kept(
    server: Strange, account: ChannelAccount
) -> None:
    server.mails = {
        1: mail("First body.", Message_ID="<same@mail.example>"),
        2: mail("Second body.", Message_ID="<same@mail.example>"),
        3: mail("No id.").replace(b"Message-ID:", b"X-None:"),
        4: mail("No id either.").replace(b"Message-ID:", b"X-None:"),
    }
    look(account)
    server.validity = 2
    look(account)
    take_in_each(RawMail.objects.all())

    assert RawMail.objects.count() == 4
    assert Message.objects.count() == 4


def test_trouble_never_disables_a_mailbox_and_alarms_from_the_third_time_on_every_six_hours(
    server: Strange, account: ChannelAccount
) -> None:
    trouble = SignInRefused("%(host)s does not accept the user name or the password: %(answer)s", host="h", answer="NO")
    for failures in range(1, 20):
        watching.note_failure(account.pk, trouble, failures)

    told = Event.objects.filter(kind="MailboxTroubled")
    assert told.count() == 1
    assert account in ChannelAccount.objects.in_use()
    MailFolder.objects.update(alarmed_at=timezone.now() - timedelta(hours=6, minutes=1))
    watching.note_failure(account.pk, trouble, 20)
    assert told.count() == 2

    look(account)
    watching.note_failure(account.pk, trouble, 1)
    watching.note_failure(account.pk, trouble, 2)
    assert told.count() == 2
    watching.note_failure(account.pk, trouble, 3)
    assert told.count() == 3


def test_beside_a_refused_inbox_nobody_knocks_a_second_time(server: Strange, account: ChannelAccount) -> None:
    server.login = "NO [AUTHENTICATIONFAILED] revoked"
    watching.note_failure(account.pk, SignInRefused("no"), 1)

    stop = threading.Event()
    stop.set()
    watching.watch_beside(account.pk, stop)

    assert server.commands == []


def test_a_silence_that_is_unusual_here_is_told(account: ChannelAccount) -> None:
    now, folder = timezone.now(), inbox_folder(account)
    for hours in range(30):
        folder.note_arrivals(1, now - timedelta(days=5, hours=30 - hours))

    assert wellbeing.is_silent(folder, now)
    assert not wellbeing.is_silent(folder, now - timedelta(days=4, hours=20))
    assert any("no mail has come for 5 days" in alarm.text for alarm in wellbeing.alarms())

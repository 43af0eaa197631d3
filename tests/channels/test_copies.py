"""What we send lies in the Sent folder once, byte by byte, and never comes back as a second message."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.channels import heartbeats, sending, smtp, wellbeing
from samovar.channels.models import ChannelAccount, Heartbeat, MailFolder, RawMail, SentCopy
from samovar.channels.models.folder import CopiedBy
from samovar.channels.smtp import Letter
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Message
from samovar.operations.checks import mailboxes
from samovar.operations.gauges import mail_silent
from tests import make
from tests.channels.mails import mail, mailbox, reply
from tests.channels.mailserver import Dovecot, Outbox
from tests.channels.test_folders import beside, read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(dovecot: Dovecot, outbox: Outbox) -> ChannelAccount:
    """A mailbox with a Sent folder, read once."""
    account = mailbox(dovecot, outbox, has_plus_addresses=False)
    with dovecot.signed_in(account.user_name) as client:
        client.create("Sent")
    read(account)
    return account


def answer(account: ChannelAccount) -> bytes:
    """Answer a customer; return the letter as it left."""
    delivery = reply(make.conversation(inbox_id=account.inbox_id))
    sending.send(delivery.pk)
    return bytes(SentCopy.objects.get(message=delivery.message_id).content or b"")


def in_sent(dovecot: Dovecot, account: ChannelAccount) -> list[bytes]:
    """Return what lies in the Sent folder."""
    with dovecot.signed_in(account.user_name) as client:
        client.select("Sent", readonly=True)
        _status, data = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
        return [part[1] for part in data if isinstance(part, tuple)]


def later(account: ChannelAccount) -> None:
    """Look beside the inbox folder when the provider has had its time."""
    SentCopy.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    beside(account)


def test_a_letter_is_put_into_the_sent_folder_byte_by_byte_and_only_once(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    letter = answer(account)
    beside(account)
    assert in_sent(dovecot, account) == []

    later(account)
    later(account)

    assert in_sent(dovecot, account) == [letter]
    assert SentCopy.objects.get().kept_at and SentCopy.objects.get().content is None
    assert Message.objects.filter(direction="out").count() == 1
    assert Message.objects.count() == 2
    assert not RawMail.objects.filter(understood_at=None).exists()


def test_a_provider_that_keeps_a_copy_itself_is_left_to_it(dovecot: Dovecot, account: ChannelAccount) -> None:
    letter = answer(account)
    dovecot.deliver(account.user_name, letter, folder="Sent")

    later(account)

    assert in_sent(dovecot, account) == [letter]
    assert SentCopy.objects.get().found_at is not None
    assert Message.objects.count() == 2


def test_a_copy_that_was_put_there_by_a_worker_that_died_is_not_put_there_twice(
    dovecot: Dovecot, account: ChannelAccount
) -> None:
    letter = answer(account)
    dovecot.deliver(account.user_name, letter, folder="Sent")
    later(account)
    later(account)

    assert in_sent(dovecot, account) == [letter]


@pytest.mark.parametrize("copied_by", [CopiedBy.SERVER, CopiedBy.NOBODY])
def test_no_copy_is_made_where_none_is_wanted(dovecot: Dovecot, account: ChannelAccount, copied_by: CopiedBy) -> None:
    MailFolder.objects.filter(role="sent").update(copied_by=copied_by)

    sending.send(reply(make.conversation(inbox_id=account.inbox_id)).pk)

    assert not SentCopy.objects.exists()


def test_a_mail_in_the_sent_folder_with_a_forged_id_of_ours_is_no_copy(
    dovecot: Dovecot, account: ChannelAccount
) -> None:
    answer(account)
    own = Message.objects.get(direction="out").external_id
    forged = own.replace(own.split(".")[2][:4], "aaaa")
    dovecot.deliver(account.user_name, mail("Not ours.", Message_ID=f"<{forged}>"), folder="Sent")

    beside(account)

    assert SentCopy.objects.get().found_at is None


def test_a_heartbeat_comes_back_and_is_no_message(dovecot: Dovecot, account: ChannelAccount, outbox: Outbox) -> None:
    heartbeat = Heartbeat.objects.create(account=account)
    assert heartbeats.due() == [account.pk]
    heartbeats.beat(account.pk)
    assert heartbeats.due() == []
    dovecot.deliver(account.user_name, outbox.mails[-1].as_bytes())

    read(account)
    take_in_each(RawMail.objects.all())

    heartbeat.refresh_from_db()
    assert heartbeat.beats == 1 and heartbeat.round_trip is not None
    assert not heartbeat.is_missing(timezone.now())
    assert not Message.objects.exists()


def test_a_heartbeat_that_stays_away_is_missed_within_minutes(account: ChannelAccount, outbox: Outbox) -> None:
    heartbeat = Heartbeat.objects.create(account=account)
    heartbeats.beat(account.pk)
    heartbeat.refresh_from_db()

    assert not heartbeat.is_missing(timezone.now())
    assert heartbeat.is_missing(timezone.now() + timedelta(minutes=6))


def test_a_heartbeat_that_is_missed_stays_so_until_one_comes_back(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox
) -> None:
    Heartbeat.objects.create(account=account)
    heartbeats.beat(account.pk)
    Heartbeat.objects.update(sent_at=timezone.now() - heartbeats.EVERY)
    assert heartbeats.due() == [account.pk]

    heartbeats.beat(account.pk)

    assert [alarm.text for alarm in wellbeing.alarms()] == ["the mail that it wrote to itself did not come back"]
    assert [reading.value for reading in mail_silent.GAUGE.read()] == [1]
    assert any("did not come back" in finding.words for finding in mailboxes.look())
    dovecot.deliver(account.user_name, outbox.mails[-1].as_bytes())
    read(account)
    take_in_each(RawMail.objects.all())
    assert wellbeing.alarms() == []
    assert [reading.value for reading in mail_silent.GAUGE.read()] == [0]


def test_a_heartbeat_that_cannot_leave_is_missed_at_once(account: ChannelAccount, outbox: Outbox) -> None:
    outbox.refuse_with = "550 no"
    heartbeat = Heartbeat.objects.create(account=account)
    heartbeats.beat(account.pk)
    heartbeat.refresh_from_db()

    assert heartbeat.is_missing(timezone.now())
    assert "550 no" in heartbeat.problem_text
    outbox.refuse_with = ""
    assert heartbeats.due() == [account.pk]
    heartbeats.beat(account.pk)
    heartbeat.refresh_from_db()
    assert not heartbeat.is_missing(timezone.now())


def test_a_heartbeat_may_be_back_before_the_server_has_said_goodbye(
    dovecot: Dovecot, account: ChannelAccount, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = smtp.send

    def sent_and_back(sender: ChannelAccount, letter: Letter) -> None:
        send(sender, letter)
        dovecot.deliver(account.user_name, letter.content)
        read(account)
        take_in_each(RawMail.objects.all())

    heartbeat = Heartbeat.objects.create(account=account)
    monkeypatch.setattr(smtp, "send", sent_and_back)
    heartbeats.beat(account.pk)

    heartbeat.refresh_from_db()
    assert (heartbeat.beats, heartbeat.is_missing(timezone.now() + timedelta(minutes=6))) == (1, False)

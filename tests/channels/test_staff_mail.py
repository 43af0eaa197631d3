"""Letters to members of staff leave through the first mailbox that takes them, and never become conversations."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.utils import timezone

from samovar.accounts.models import Company
from samovar.channels import staff_letters
from samovar.channels.jobs import take_up_staff_letters
from samovar.channels.models import ChannelAccount, MailFolder, RawMail, StaffLetter
from samovar.channels.models.folder import Role
from samovar.channels.staff_mail import post
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Conversation
from samovar.jobs import holding
from samovar.jobs.models import Task
from samovar.jobs.running import run_leased
from samovar.lib import clock
from samovar.operations.checks import staff_mail
from samovar.operations.examining import State
from tests import make
from tests.channels import mailserver
from tests.channels.mails import mailbox
from tests.channels.mailserver import Dovecot, Outbox

pytestmark = pytest.mark.django_db(transaction=True)


def _letter() -> StaffLetter:
    return post("olga@aurora.example", "Join us", "Open https://desk.example/x")


def test_a_letter_leaves_by_a_worker_under_the_name_of_the_company_and_answers_to_no_machine(
    account: ChannelAccount, outbox: Outbox
) -> None:
    Company.call("Aurora Home", by=make.admin())

    send_mail("Join us", "Open https://desk.example/x", None, ["olga@aurora.example"])

    assert not outbox.taken
    assert run_leased()
    [(envelope, letter)] = outbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("<>", ["olga@aurora.example"])
    assert (letter["From"], letter["Subject"]) == ("Aurora Home <help@aurora.example>", "Join us")
    assert (letter["Auto-Submitted"], letter["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert "https://desk.example/x" in str(letter.get_payload())
    assert not run_leased()


def test_what_a_letter_says_is_kept_sealed_and_forgotten_when_it_has_left(
    account: ChannelAccount, outbox: Outbox
) -> None:
    letter = _letter()
    assert b"desk.example" not in bytes(letter.sealed_words)

    staff_letters.send(letter.pk)

    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert bytes(letter.sealed_words) == b""
    assert staff_letters.send(letter.pk) is None
    assert len(outbox.taken) == 1


def test_when_one_mailbox_is_in_trouble_the_next_one_is_asked(
    account: ChannelAccount, outbox: Outbox, tmp_path: Path
) -> None:
    ChannelAccount.objects.update(smtp_port=9)
    with mailserver.smtp_server() as other:
        mailbox(Dovecot(9, tmp_path), other, "orders")
        letter = _letter()

        assert staff_letters.send(letter.pk) is None

    assert len(other.taken) == 1
    account.refresh_from_db()
    assert account.sending_problem


def test_a_letter_waits_while_no_mailbox_works_and_leaves_when_one_does(
    account: ChannelAccount, outbox: Outbox
) -> None:
    account.pause(by=make.admin())
    letter = _letter()

    again_at = staff_letters.send(letter.pk)

    assert again_at is not None and timezone.now() < again_at <= timezone.now() + timedelta(minutes=1)
    assert not staff_letters.can_leave()
    account.resume(by=make.admin())
    assert staff_letters.can_leave()
    Task.objects.all().delete()
    StaffLetter.objects.update(next_try_at=timezone.now() - timedelta(minutes=5))
    take_up_staff_letters()
    assert run_leased()
    assert len(outbox.taken) == 1


def test_a_letter_that_could_not_leave_for_a_day_is_given_up(account: ChannelAccount) -> None:
    ChannelAccount.objects.update(smtp_port=9)
    letter = _letter()

    with clock.standing_at(timezone.now() + timedelta(hours=25)):
        assert staff_letters.send(letter.pk) is None

    letter.refresh_from_db()
    assert letter.failed_at is not None and letter.problem
    assert bytes(letter.sealed_words) == b""


@pytest.mark.parametrize("stage", ["refuse_with", "refuse_recipient"])
def test_what_the_server_refuses_for_good_is_not_tried_again(
    account: ChannelAccount, outbox: Outbox, stage: str
) -> None:
    setattr(outbox, stage, "550 no such user")
    letter = _letter()

    assert staff_letters.send(letter.pk) is None

    letter.refresh_from_db()
    assert letter.failed_at is not None
    assert "no such user" in letter.problem


def test_what_the_server_puts_off_is_tried_later_and_what_broke_off_goes_through_no_other_mailbox(
    account: ChannelAccount, outbox: Outbox, tmp_path: Path
) -> None:
    with mailserver.smtp_server() as other:
        mailbox(Dovecot(9, tmp_path), other, "orders")
        outbox.hangs_up = True
        letter = _letter()

        assert staff_letters.send(letter.pk) is not None

        assert (len(outbox.taken), len(other.taken)) == (1, 0)
        outbox.hangs_up, outbox.refuse_with, other.refuse_with = False, "451 later", "451 later"
        assert staff_letters.send(letter.pk) is not None
    letter.refresh_from_db()
    assert letter.failed_at is None


def test_letters_count_in_what_a_mailbox_may_send(account: ChannelAccount, outbox: Outbox) -> None:
    ChannelAccount.objects.update(most_a_minute=1)
    staff_letters.send(_letter().pk)

    assert staff_letters.send(_letter().pk) is not None

    assert len(outbox.taken) == 1


def test_a_restored_copy_writes_to_nobody(account: ChannelAccount, outbox: Outbox) -> None:
    holding.hold(holding.SENDING, "restored")

    assert staff_letters.send(_letter().pk) is not None

    assert not outbox.taken
    assert not staff_letters.can_leave()


def test_no_letter_goes_to_an_inbox_of_ours_where_everybody_would_read_it(
    account: ChannelAccount, outbox: Outbox
) -> None:
    letter = post("Help+x@aurora.example", "New password", "Open https://desk.example/x")

    assert staff_letters.send(letter.pk) is None

    letter.refresh_from_db()
    assert letter.failed_at is not None
    assert not outbox.taken


def test_a_letter_that_the_provider_puts_into_the_sent_folder_becomes_no_conversation(
    account: ChannelAccount, outbox: Outbox
) -> None:
    staff_letters.send(_letter().pk)
    folder = MailFolder.objects.of(account, Role.SENT, "Sent")
    source = Source(account.inbox_id, account.pk, folder_id=folder.pk)
    keep_all(source, [Arrival(outbox.mails[0].as_bytes(), timezone.now())])

    take_in_each(RawMail.objects.all())

    assert not Conversation.objects.exists()
    assert RawMail.objects.get().understood_at is not None


def test_no_mail_leaves_while_there_is_no_mailbox_or_nobody_has_signed_in_to_it() -> None:
    assert not staff_letters.can_leave()
    account = make.mailbox()
    assert staff_letters.can_leave()
    account.provider = make.provider()
    account.save(update_fields=["provider"])

    assert not staff_letters.can_leave()
    account.archive(by=make.admin())
    assert not staff_letters.can_leave()


def test_the_doctor_tells_of_letters_that_were_given_up_or_wait_for_long(account: ChannelAccount) -> None:
    assert [finding.state for finding in staff_mail.look()] == [State.WELL]
    ChannelAccount.objects.update(smtp_port=9)
    _letter()
    to_ourselves = post("help@aurora.example", "New password", "Open https://desk.example/x")
    staff_letters.send(to_ourselves.pk)

    with clock.standing_at(timezone.now() + timedelta(minutes=11)):
        lost, late = staff_mail.look()

    assert "given up in the last three days: 1. This is the address of an inbox here" in lost.words
    assert "waiting for more than ten minutes: 1. no worker" in late.words

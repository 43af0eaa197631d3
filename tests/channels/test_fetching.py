"""Mailboxes are read once, completely, and left as they are, against a real Dovecot."""

import itertools

import pytest
from django.db import OperationalError, transaction

from samovar.channels import imap
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.fetching import fetch
from samovar.channels.models import ChannelAccount, RawMail
from tests.channels.mails import inbox_folder, mail, mailbox
from tests.channels.mailserver import Dovecot
from tests.full_disk import full_disk

pytestmark = pytest.mark.django_db


def read(account: ChannelAccount) -> list[int]:
    """Look once into the mailbox; return the ids of the new raw mails."""
    account.refresh_from_db()
    with imap.opened(account) as opened:
        return list(itertools.chain.from_iterable(fetch(inbox_folder(account), opened)))


def stored() -> list[bytes]:
    """Return the bytes of all raw mails, in the order in which they were stored."""
    return [bytes(content) for content in RawMail.objects.order_by("id").values_list("content", flat=True)]


def test_mail_is_stored_byte_by_byte_and_left_unread_on_the_server(dovecot: Dovecot) -> None:
    account, sent = mailbox(dovecot), [mail("Here is the first."), mail("Здесь второе, по-русски.")]
    dovecot.deliver(account.user_name, *sent)

    assert len(read(account)) == 2
    assert stored() == sent
    assert all(b"\\Seen" not in flags for flags in dovecot.flags(account.user_name))
    assert account.fetched_at is not None and inbox_folder(account).last_uid == 2


def test_reading_twice_finds_nothing_new(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail(), mail())
    read(account)

    assert read(account) == []
    dovecot.deliver(account.user_name, mail())
    assert len(read(account)) == 1


def test_an_empty_mailbox_is_read_to_its_end(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)

    assert read(account) == []
    assert account.fetched_at is not None


def test_a_mailbox_that_is_numbered_anew_is_read_from_the_beginning_and_nothing_comes_twice(dovecot: Dovecot) -> None:
    account, sent = mailbox(dovecot), [mail(), mail()]
    dovecot.deliver(account.user_name, *sent)
    read(account)

    dovecot.number_anew(account.user_name)
    dovecot.deliver(account.user_name, mail("Only this is new."))

    assert len(read(account)) == 1
    assert len(stored()) == 3
    assert read(account) == []


def test_a_thousand_mails_come_each_once(dovecot: Dovecot) -> None:
    account, sent = mailbox(dovecot), [mail(f"Mail number {number}.") for number in range(1000)]
    dovecot.pour(account.user_name, sent)

    assert len(read(account)) == 1000
    assert sorted(stored()) == sorted(sent)
    assert inbox_folder(account).last_uid == 1000


def test_a_wrong_password_is_not_taken_for_a_broken_network(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    account.password = "wrong"
    account.save()

    with pytest.raises(SignInRefused, match="does not accept the user name or the password"):
        read(account)


def test_a_password_in_any_script_is_handed_over(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    account.password = "пароль"
    account.save()

    with pytest.raises(SignInRefused):
        read(account)


def test_a_server_that_is_gone_is_named_and_the_mail_comes_when_it_is_back(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail())
    ChannelAccount.objects.update(imap_port=9)

    with pytest.raises(ChannelTrouble, match=r"127\.0\.0\.1 does not accept connections at port 9"):
        read(account)
    ChannelAccount.objects.update(imap_port=dovecot.port)
    assert len(read(account)) == 1


def test_with_a_full_disk_mail_stays_on_the_server_and_comes_when_there_is_room(dovecot: Dovecot) -> None:
    account, sent = mailbox(dovecot), [mail("One."), mail("Two.")]
    dovecot.deliver(account.user_name, *sent)
    with full_disk("channels_rawmail"), pytest.raises(OperationalError), transaction.atomic():
        read(account)

    assert stored() == []
    assert len(read(account)) == 2
    assert stored() == sent


def test_a_folder_that_is_not_there_is_named(dovecot: Dovecot) -> None:
    with pytest.raises(ChannelTrouble, match="There is no folder “Support” in this mailbox"):
        read(mailbox(dovecot, folder="Support"))


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no-such-host.invalid", "There is no server called no-such-host.invalid"),
        ("169.254.169.254", "No mail server can stand at the address of 169.254.169.254"),
        ("0.0.0.0", "No mail server can stand"),
        ("224.0.0.1", "No mail server can stand"),
        ("::ffff:169.254.169.254", "No mail server can stand"),
    ],
)
def test_hosts_where_no_mail_server_can_be_are_refused(dovecot: Dovecot, host: str, words: str) -> None:
    with pytest.raises(ChannelTrouble, match=words):
        read(mailbox(dovecot, imap_host=host))


def test_two_mails_of_the_same_bytes_are_one(dovecot: Dovecot) -> None:
    account, sent = mailbox(dovecot), mail()
    dovecot.deliver(account.user_name, sent, sent)

    assert len(read(account)) == 1
    assert read(account) == []


def test_the_same_mail_in_two_inboxes_is_kept_in_both(dovecot: Dovecot) -> None:
    first, second, sent = mailbox(dovecot), mailbox(dovecot), mail()
    dovecot.deliver(first.user_name, sent)
    dovecot.deliver(second.user_name, sent)

    assert len(read(first) + read(second)) == 2


def test_a_mailbox_that_is_pointed_at_another_place_is_read_from_the_beginning(dovecot: Dovecot) -> None:
    account, other = mailbox(dovecot), mailbox(dovecot)
    dovecot.deliver(account.user_name, *(mail() for _ in range(3)))
    read(account)
    sent = mail("It lies in the other mailbox.")
    dovecot.deliver(other.user_name, sent)

    account.refresh_from_db()
    account.user_name = other.user_name
    account.connect(account.inbox, None)

    folder = inbox_folder(account)
    assert (folder.uid_validity, folder.last_uid) == (None, 0)
    assert len(read(account)) == 1
    assert stored()[-1] == sent


def test_a_mailbox_whose_settings_are_saved_again_is_not_read_again(dovecot: Dovecot) -> None:
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail())
    read(account)

    account.refresh_from_db()
    account.connect(account.inbox, None)

    assert inbox_folder(account).last_uid == 1

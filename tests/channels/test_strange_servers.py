"""Whatever a server does, no mail is passed over, and one bad mail holds back no other."""

import itertools
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from samovar.channels import imap
from samovar.channels.errors import ChannelTrouble, NoFolder, SignInRefused
from samovar.channels.fetching import fetch
from samovar.channels.idling import forget_news, wait_for_news
from samovar.channels.models import ChannelAccount, RawMail
from tests.channels.mails import inbox_folder, mail, mailbox
from tests.channels.mailserver import Dovecot
from tests.channels.strange import Strange, strange_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[Strange]:
    """A server with three mails, well behaved so far."""
    with strange_server() as strange:
        strange.mails = {uid: mail(f"Mail number {uid}.") for uid in (1, 2, 3)}
        yield strange


@pytest.fixture
def account(server: Strange, tmp_path_factory: pytest.TempPathFactory) -> ChannelAccount:
    """A mailbox on that server."""
    return mailbox(Dovecot(server.port, tmp_path_factory.getbasetemp()))


def read(account: ChannelAccount) -> list[int]:
    """Look once into the mailbox; return the numbers of the mails that are new."""
    account.refresh_from_db()
    with imap.opened(account) as opened:
        ids = list(itertools.chain.from_iterable(fetch(inbox_folder(account), opened)))
    return sorted(uid or 0 for uid in RawMail.objects.filter(pk__in=ids).values_list("uid", flat=True))


def test_a_mail_that_is_withheld_holds_back_the_mark_and_no_other_mail(
    server: Strange, account: ChannelAccount
) -> None:
    server.withheld = {2}

    assert read(account) == [1, 3]
    assert (inbox_folder(account).last_uid, read(account)) == (1, [])
    assert "has mail number 2 but does not hand it over" in account.problem_text

    server.withheld, server.mails[4] = set(), mail("Number 4.")
    assert read(account) == [2, 4]
    assert (inbox_folder(account).last_uid, account.problem) == (4, "")


def test_a_mail_that_comes_only_alone_is_asked_for_alone(server: Strange, account: ChannelAccount) -> None:
    server.shy = {2}

    assert read(account) == [1, 2, 3]
    assert inbox_folder(account).last_uid == 3


def test_a_mail_that_is_deleted_while_it_is_asked_for_is_passed(server: Strange, account: ChannelAccount) -> None:
    server.withheld = {2}
    read(account)

    del server.mails[2]
    assert read(account) == []
    assert (inbox_folder(account).last_uid, account.problem) == (3, "")


@pytest.mark.parametrize("cut_after", [0, 10, 80, 400, 700])
def test_a_connection_cut_off_in_a_mail_loses_nothing(server: Strange, account: ChannelAccount, cut_after: int) -> None:
    server.cut_after = cut_after

    with pytest.raises(ChannelTrouble, match="broke off"):
        read(account)
    server.cut_after = None
    assert [*RawMail.objects.values_list("uid", flat=True), *read(account)] == [1, 2, 3]


def test_a_server_that_says_goodbye_is_trouble(server: Strange, account: ChannelAccount) -> None:
    server.goodbye = True

    with pytest.raises(ChannelTrouble, match="broke off"):
        read(account)


def test_the_number_may_stand_behind_the_bytes(server: Strange, account: ChannelAccount) -> None:
    server.says_uid_last = True

    assert read(account) == [1, 2, 3]
    assert bytes(RawMail.objects.get(uid=2).content) == server.mails[2]
    assert RawMail.objects.get(uid=2).arrived_at.isoformat() == "2026-11-21T06:00:00+00:00"


def test_a_mail_of_no_bytes_is_a_mail(server: Strange, account: ChannelAccount) -> None:
    server.mails[4] = b""

    assert read(account) == [1, 2, 3, 4]


def test_a_number_that_is_used_again_for_another_mail_brings_that_mail(
    server: Strange, account: ChannelAccount
) -> None:
    read(account)

    server.mails = {1: server.mails[1], 2: mail("Another mail with an old number.")}
    read(account)
    assert sorted(bytes(raw.content) for raw in RawMail.objects.filter(uid=2)) == [server.mails[2]]
    assert RawMail.objects.count() == 4


def test_a_mail_without_end_is_read_by_its_beginning(
    server: Strange, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samovar.channels.fetching.LARGEST_BYTES", 1000)
    server.mails[4] = mail("x" * 2000)

    read(account)
    assert "UID FETCH 4 (UID INTERNALDATE BODY.PEEK[]<0.256000>)" in server.commands


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials", SignInRefused),
        ("NO [UNAVAILABLE] Try again later", ChannelTrouble),
        ("NO <script>alert(1)</script>" + "x" * 500, SignInRefused),
        ("BAD what", SignInRefused),
    ],
)
def test_a_refused_password_is_told_from_a_server_in_need(
    server: Strange, account: ChannelAccount, said: str, kind: type[ChannelTrouble]
) -> None:
    server.login = said

    with pytest.raises(ChannelTrouble) as caught:
        read(account)
    assert type(caught.value) is kind
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ("NO [NONEXISTENT] Unknown Mailbox", NoFolder, "There is no folder “INBOX” in this mailbox."),
        ("NO [INUSE] Somebody compacts it", ChannelTrouble, "does not open the folder “INBOX” at the moment"),
    ],
)
def test_a_folder_that_is_closed_for_now_is_told_from_one_that_is_missing(
    server: Strange, account: ChannelAccount, said: str, kind: type[ChannelTrouble], told: str
) -> None:
    server.refuses_to_open = said

    with pytest.raises(ChannelTrouble) as caught:
        read(account)
    assert type(caught.value) is kind
    assert told in str(caught.value)


def test_news_that_come_before_the_server_goes_idle_are_noticed(server: Strange, account: ChannelAccount) -> None:
    server.news = "* 4 EXISTS\r\n"
    began_at = monotonic()

    with imap.opened(account) as opened:
        forget_news(opened)
        wait_for_news(opened, threading.Event(), 60)
        assert opened.client.noop()[0] == "OK"
    assert "IDLE" in server.commands
    assert monotonic() - began_at < 30


def test_news_that_come_between_the_look_and_the_waiting_are_noticed(server: Strange, account: ChannelAccount) -> None:
    server.early_news = "* 4 EXISTS\r\n"
    began_at = monotonic()

    with imap.opened(account) as opened:
        forget_news(opened)
        wait_for_news(opened, threading.Event(), 60)
    # The server would not have said it again.
    assert monotonic() - began_at < 30


def test_a_server_that_refuses_to_idle_is_asked_again_later(server: Strange, account: ChannelAccount) -> None:
    server.refuses_idle = True

    with imap.opened(account) as opened:
        forget_news(opened)
        wait_for_news(opened, threading.Event(), 0.01)
        assert opened.client.noop()[0] == "OK"

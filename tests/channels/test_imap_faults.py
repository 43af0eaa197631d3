"""Trouble between us and an incoming server loses and doubles nothing: with a scripted server and with Dovecot."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from samovar.channels import imap
from samovar.channels.comparing import compare
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.fetching import fetch
from samovar.channels.models import ChannelAccount, RawMail
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Message
from tests.channels.cutting import Line, line_to
from tests.channels.mails import inbox_folder, mail, mailbox
from tests.channels.mailserver import Dovecot
from tests.channels.strange import Strange, strange_server

pytestmark = pytest.mark.django_db


class Server(Protocol):
    """A server that can be put into trouble."""

    account: ChannelAccount
    line: Line

    def put(self, *mails: bytes) -> None:
        """Let mails come."""

    def number_anew(self) -> None:
        """Give all mails new numbers under another UIDVALIDITY."""

    def use_again(self, uid: int, content: bytes) -> None:
        """Give the number of a mail to another one."""

    def revoke(self, *, is_revoked: bool) -> None:
        """Let us in no more, or again."""


class Scripted:
    """The scripted server."""

    def __init__(self, habits: Strange, line: Line, account: ChannelAccount) -> None:
        self.habits, self.line, self.account = habits, line, account

    def put(self, *mails: bytes) -> None:
        for content in mails:
            self.habits.mails[max(self.habits.mails, default=0) + 1] = content

    def number_anew(self) -> None:
        self.habits.validity += 1
        self.habits.mails = dict(enumerate(reversed(self.habits.mails.values()), start=1))

    def use_again(self, uid: int, content: bytes) -> None:
        self.habits.mails[uid] = content

    def revoke(self, *, is_revoked: bool) -> None:
        self.habits.login = "NO [AUTHENTICATIONFAILED] revoked" if is_revoked else "OK welcome"


class Real:
    """Dovecot."""

    def __init__(self, dovecot: Dovecot, line: Line, account: ChannelAccount) -> None:
        self.dovecot, self.line, self.account = dovecot, line, account

    def put(self, *mails: bytes) -> None:
        self.dovecot.deliver(self.account.user_name, *mails)

    def number_anew(self) -> None:
        self.dovecot.number_anew(self.account.user_name)

    def use_again(self, uid: int, content: bytes) -> None:
        self.dovecot.use_again(self.account.user_name, uid, content)

    def revoke(self, *, is_revoked: bool) -> None:
        self.dovecot.refuse(self.account.user_name, is_refused=is_revoked)


@pytest.fixture(params=["scripted", "dovecot"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each of both servers, behind a line that can be cut."""
    real: Dovecot = request.getfixturevalue("dovecot")
    if request.param == "dovecot":
        with line_to(real.port) as line:
            yield Real(real, line, mailbox(Dovecot(line.port, real.mail)))
    else:
        with strange_server() as habits, line_to(habits.port) as line:
            yield Scripted(habits, line, mailbox(Dovecot(line.port, real.mail)))


def look(account: ChannelAccount) -> None:
    """Read the inbox folder, and compare it with what is stored."""
    account.refresh_from_db()
    with imap.opened(account) as opened:
        list(fetch(inbox_folder(account), opened))
        compare(inbox_folder(account), opened)


def stored() -> list[bytes]:
    """Return the bytes of all raw mails."""
    return sorted(bytes(content) for content in RawMail.objects.values_list("content", flat=True))


def test_a_mailbox_that_is_numbered_anew_brings_what_is_new_and_nothing_twice(server: Server) -> None:
    known, fresh = [mail("One."), mail("Two.")], mail("Three.")
    server.put(*known)
    look(server.account)
    validity = inbox_folder(server.account).uid_validity

    server.number_anew()
    server.put(fresh)
    look(server.account)

    assert inbox_folder(server.account).uid_validity != validity
    assert stored() == sorted([*known, fresh])


def test_a_number_that_is_used_again_brings_its_new_mail_and_keeps_the_old_one(server: Server) -> None:
    known, fresh = [mail("One."), mail("Two.")], mail("Quite another mail under a number that was taken.")
    server.put(*known)
    look(server.account)

    server.use_again(2, fresh)
    look(server.account)

    assert stored() == sorted([*known, fresh])
    look(server.account)
    assert len(stored()) == 3


@pytest.mark.parametrize("is_named", [True, False])
def test_two_bodies_under_one_message_id_or_under_none_are_two_messages(server: Server, is_named: bool) -> None:
    given = [mail("First body.", Message_ID="<same@mail.example>"), mail("Second.", Message_ID="<same@mail.example>")]
    given = given if is_named else [content.replace(b"Message-ID:", b"X-None:") for content in given]
    server.put(*given)
    look(server.account)
    server.number_anew()
    look(server.account)

    take_in_each(RawMail.objects.all())

    assert stored() == sorted(given)
    assert {text.strip() for text in Message.objects.values_list("text", flat=True)} == {"First body.", "Second."}
    assert Message.objects.count() == 2


@pytest.mark.parametrize("cut_at", [0, 8, 60, 300, 30_000])
def test_a_line_cut_in_the_middle_of_a_mail_loses_and_doubles_nothing(server: Server, cut_at: int) -> None:
    given = [mail("One."), mail("x" * 60_000), mail("Three.")]
    server.put(*given)
    server.line.cut_at = cut_at
    with pytest.raises(ChannelTrouble, match="broke off"):
        look(server.account)
    assert set(stored()) <= set(given)

    server.line.cut_at = None
    look(server.account)

    assert stored() == sorted(given)


def test_a_sign_in_that_is_revoked_is_said_and_what_came_meanwhile_is_read_afterwards(server: Server) -> None:
    given = [mail("Before."), mail("Meanwhile.")]
    server.put(given[0])
    look(server.account)
    server.put(given[1])
    server.revoke(is_revoked=True)
    try:
        with pytest.raises(SignInRefused, match="does not accept the user name or the password"):
            look(server.account)
        assert stored() == given[:1]
    finally:
        server.revoke(is_revoked=False)

    look(server.account)

    assert stored() == sorted(given)

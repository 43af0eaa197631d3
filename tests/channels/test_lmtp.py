"""A mail server of this machine hands mail over by LMTP: each recipient is answered, and 250 means committed."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from samovar.channels import delivering, lmtp
from samovar.channels.models import RawMail
from samovar.conversations.models import Message
from samovar.lib.errors import Trouble
from tests import make
from tests.channels.mails import mail
from tests.installation import Installation
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that takes mail at a path, and stops at the end."""
    path = str(tmp_path_factory.mktemp("lmtp", numbered=True) / "s")
    listener, stop = lmtp.listen(f"unix:{path}"), threading.Event()
    thread = threading.Thread(target=lmtp.serve, args=(listener, stop))
    thread.start()
    try:
        yield path
    finally:
        stop.set()
        thread.join()


def answers(place: str, content: bytes, *recipients: str, sender: str = "elena@mail.example") -> list[int]:
    """Hand over a mail; return the answer to each recipient, after RCPT or after DATA."""
    with smtplib.LMTP(place) as client:
        client.ehlo_or_helo_if_needed()
        client.mail(sender)
        found = {recipient: client.rcpt(recipient)[0] for recipient in recipients}
        taken = [recipient for recipient, code in found.items() if code == 250]
        if taken:
            code, _words = client.data(content)
            found[taken[0]] = code
            for recipient in taken[1:]:
                found[recipient] = client.getreply()[0]
        return list(found.values())


def is_let_in(place: str) -> bool:
    """Whether there is room for one more mail server."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        return line.recv(3) == b"220"


def test_every_recipient_is_answered_and_what_is_taken_is_committed(place: str) -> None:
    make.inbox().answer_at(["care@aurora.example"])
    orders = make.inbox("orders@aurora.example")

    found = answers(place, mail(), "help+c.1@aurora.example", "nobody@aurora.example", "orders@aurora.example")

    assert found == [250, 550, 250]
    assert RawMail.objects.count() == 2
    until(lambda: Message.objects.filter(inbox=orders).exists() and Message.objects.count() == 2)


def test_mail_that_must_not_come_back_says_so(place: str) -> None:
    make.inbox()

    assert answers(place, mail(), "help@aurora.example", sender="") == [250]
    assert bytes(RawMail.objects.get().content).startswith(b"Return-Path: <>\r\nDelivered-To: help@aurora.example\r\n")


def test_long_lines_and_dots_arrive_as_they_were(place: str) -> None:
    make.inbox()
    content = mail("." + "x" * 5000 + "\n..\n.")

    assert answers(place, content, "help@aurora.example") == [250]
    assert bytes(RawMail.objects.get().content).endswith(content)


def test_what_cannot_be_stored_now_stays_with_the_mail_server(place: str) -> None:
    make.inbox()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE channels_rawmail ADD CONSTRAINT full_disk CHECK (size_bytes < 0) NOT VALID")
    try:
        assert answers(place, mail(), "help@aurora.example") == [451]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE channels_rawmail DROP CONSTRAINT full_disk")
    assert answers(place, mail(), "help@aurora.example") == [250]


def test_a_mail_that_is_too_large_is_refused_for_each_recipient(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make.inbox().answer_at(["care@aurora.example"])
    monkeypatch.setattr(delivering, "LARGEST_BYTES", 2000)

    assert answers(place, mail("x" * 4000), "help@aurora.example", "care@aurora.example") == [552, 552]
    assert not RawMail.objects.exists()


def test_more_mail_servers_than_there_is_room_for_come_again(place: str) -> None:
    lines = []
    for _number in range(lmtp.MOST_CONNECTIONS + 1):
        line = socket.socket(socket.AF_UNIX)
        line.connect(place)
        lines.append(line)
        greeting = line.recv(3)
    assert greeting == b"421"
    for line in lines:
        line.close()
    until(lambda: is_let_in(place))


@pytest.mark.parametrize(
    "where", ["0.0.0.0:2424", "10.0.0.1:24", "[::]:24", "here", "127.0.0.1:none", "mail.example:24"]
)
def test_only_this_machine_may_hand_mail_over(where: str) -> None:
    with pytest.raises(Trouble):
        lmtp.listen(where)


def test_a_socket_that_was_left_behind_is_taken_over_and_a_living_one_is_not(tmp_path: Path, place: str) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead"))
    lmtp.listen(f"unix:{tmp_path / 'dead'}").close()

    with pytest.raises(Trouble, match="already"):
        lmtp.listen(f"unix:{place}")


def test_who_is_on_the_line_when_it_stops_is_hung_up_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = str(tmp_path_factory.mktemp("lmtp", numbered=True) / "s")
    listener, stop = lmtp.listen(f"unix:{path}"), threading.Event()
    thread = threading.Thread(target=lmtp.serve, args=(listener, stop))
    thread.start()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        assert line.recv(3) == b"220"

        stop.set()
        thread.join()

        while line.recv(4096):
            pass


def test_the_command_takes_mail_until_it_is_told_to_stop(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    process = installation.begin("mail", "lmtp", "--listen", f"unix:{path}")
    try:
        until(lambda: _is_listening(path))
        assert answers(str(path), mail(), "nobody@aurora.example") == [550]
    finally:
        process.terminate()
        said, _nothing = process.communicate(timeout=60)
    assert (process.returncode, "Mail is taken at" in said) == (0, True)


def _is_listening(path: Path) -> bool:
    """Tell whether somebody takes calls: the socket stands there a moment before."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0

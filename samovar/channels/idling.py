"""Waiting at an open mailbox until the server says that something is new (IMAP IDLE)."""

import imaplib
import select
import ssl
import threading
from io import BufferedReader
from time import monotonic

from imap_tools import BaseMailBox

SLICE_SECONDS = 1.0
NEWS = "EXISTS"


def forget_news(mailbox: BaseMailBox) -> None:
    """Forget what new mail the server has named by now, because somebody looks at the folder next."""
    mailbox.client.response(NEWS)


def wait_for_news(mailbox: BaseMailBox, stop: threading.Event, seconds: float) -> None:
    """Return when the server says something, ``stop`` is set, or ``seconds`` are over; may return early for nothing.

    Returns at once when it has named new mail since forget_news(): it says so only once. A server without IDLE is
    waited at all the same. Raises OSError or imaplib's errors when the connection is gone.
    """
    client = mailbox.client
    can_idle = _can_idle(client)
    if NEWS in client.untagged_responses:
        return
    if not can_idle:
        stop.wait(seconds)
        return
    # Not imap_tools' own way in: it takes news that come before the server's "go on" for a refusal.
    tag = client._command("IDLE")
    has_news = _is_told_something_first(client, tag)
    if client.tagged_commands[tag]:
        stop.wait(seconds)
    else:
        ends_at = monotonic() + seconds
        while not (has_news or stop.is_set() or monotonic() > ends_at):
            has_news = _is_buffered(client) or _has_arrived(client)
        client.send(b"DONE\r\n")
        while client.tagged_commands[tag] is None:
            client._get_response()
    del client.tagged_commands[tag]


def _can_idle(client: imaplib.IMAP4) -> bool:
    # Asked anew: some servers offer IDLE only to those who have signed in.
    _status, data = client.capability()
    return b"IDLE" in data[0].upper().split()


def _is_told_something_first(client: imaplib.IMAP4, tag: bytes) -> bool:
    """Read up to the server's "go on", or to its refusal; returns whether there was news on the way."""
    has_news = False
    while client._get_response() is not None and client.tagged_commands[tag] is None:
        has_news = True
    return has_news


def _has_arrived(client: imaplib.IMAP4) -> bool:
    poll = select.poll()
    poll.register(client.sock, select.POLLIN)
    return bool(poll.poll(SLICE_SECONDS * 1000))


def _is_buffered(client: imaplib.IMAP4) -> bool:
    """Whether something was read from the network together with what came before it."""
    patience = client.sock.gettimeout()
    client.sock.settimeout(0)
    try:
        return isinstance(client.file, BufferedReader) and bool(client.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        client.sock.settimeout(patience)

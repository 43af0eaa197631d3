"""Taking mail from a mail server over LMTP (RFC 2033): one answer for each recipient, 250 only for what is committed.

At most a few connections at a time and one mail in the hands of the database keep the memory bounded; who comes beside
that is told to come again, which mail servers do by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import AnyStr

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from samovar.channels import delivering
from samovar.lib.errors import Trouble
from samovar.lib.fence import Fence, reason

MOST_CONNECTIONS = 8
TURNS = 1000
# Real mail has longer lines than the standard allows; refusing it would lose it.
LONGEST_LINE = 1_000_000
MOST_RECIPIENTS = 100
IDLE_SECONDS = 120.0
UNIX = "unix:"

TAKEN = "250 2.0.0 Kept"
NOT_NOW = "451 4.3.0 Cannot be kept now, try again later"
NOT_OURS = "550 5.1.1 No inbox has this address"
TOO_MANY = "452 4.5.3 Too many recipients"
BUSY = b"421 4.3.2 Too many connections, come again\r\n"

log = structlog.get_logger("samovar.channels")


def listen(where: str) -> socket.socket:
    """Return a socket that listens at ``127.0.0.1:2424`` or ``unix:PATH``; raises Trouble.

    Nobody is asked for a password here, so that only this machine may come in.
    """
    try:
        if where.startswith(UNIX):
            return _at_path(Path(where.removeprefix(UNIX)))
        host, _colon, port = where.rpartition(":")
        address = ipaddress.ip_address(host.strip("[]"))
        if not address.is_loopback:
            raise Trouble(f"LMTP asks nobody for a password: {host} is open to others. Use 127.0.0.1 or unix:PATH.")
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        return socket.create_server((str(address), int(port)), family=family)
    except ValueError:
        raise Trouble(f"{where!r} is no place to listen. Write 127.0.0.1:2424 or unix:/run/samovar/lmtp.") from None
    except OSError as error:
        raise Trouble(f"LMTP cannot listen at {where}: {error.strerror}.") from error


def serve(listener: socket.socket, stop: threading.Event) -> None:
    """Take mail until ``stop`` is set."""
    asyncio.run(_serve(listener, stop))


async def _serve(listener: socket.socket, stop: threading.Event) -> None:
    with ThreadPoolExecutor(1, thread_name_prefix="lmtp") as hands:
        handler = Handler(hands)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(handler, loop), sock=listener)
        async with server:
            await asyncio.to_thread(stop.wait)
            await _let_in()
        await _hang_up(handler)
        with contextlib.suppress(RuntimeError):
            await loop.run_in_executor(hands, lambda: connection.close())


async def _let_in() -> None:
    """Wait for those who are half inside: a server that closes before their line is made never closes that one."""
    while any(getattr(task.get_coro(), "__name__", "") == "_accept_connection2" for task in asyncio.all_tasks()):
        await asyncio.sleep(0)


async def _hang_up(handler: Handler) -> None:
    """End all conversations; who has not heard our answer hands the mail over again, and it is known by its bytes."""
    for _turn in range(TURNS):
        # Somebody who came at the last moment is on the line a few turns later.
        await asyncio.sleep(0)
        for line in list(handler.lines):
            line.abort()
        if not handler.lines and len(asyncio.all_tasks()) == 1:
            return


def _at_path(path: Path) -> socket.socket:
    if path.is_socket():
        # Left by a process that was killed; one that lives answers.
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(path))
            raise Trouble(f"Somebody takes mail at {path} already.")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    # The mail server runs as another user of this machine; the folder decides who gets here.
    os.chmod(path, 0o666)  # noqa: PTH101 - the same call for a socket
    listener.listen()
    return listener


class Handler:
    """Decides about recipients and keeps mails, one after the other, away from the loop."""

    def __init__(self, hands: ThreadPoolExecutor) -> None:
        self._hands = hands
        self.open = 0
        self.lines: set[asyncio.Transport] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient that is ours; when nobody can know now, they are told to come again."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        answer = await self._do(lambda: TAKEN if delivering.inbox_of(address) else NOT_OURS)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep a mail for each recipient; each has an answer of its own."""
        content = envelope.content
        assert isinstance(content, bytes)
        answers, kept = [], list[int]()
        for recipient in envelope.rcpt_tos:
            one = delivering.Envelope(recipient, (envelope.mail_from or "").strip("<>"))

            def store(one: delivering.Envelope = one) -> str:
                kept.extend(delivering.keep(content, one))
                return TAKEN

            answers.append(await self._do(store))
        asyncio.get_running_loop().run_in_executor(self._hands, delivering.understand_now, kept)
        return "\r\n".join(answers)

    async def _do(self, work: Callable[[], str]) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._hands, _fenced, work)


def _fenced(work: Callable[[], str]) -> str:
    with Fence() as fence:
        connection.close_if_unusable_or_obsolete()
        return work()
    assert fence.error is not None
    log.warning("mail could not be kept", reason=reason(fence.error))
    # The next mail begins with a connection of its own.
    connection.close()
    return NOT_NOW


class Connection(LMTP):
    """One mail server on the line."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: Handler, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            handler,
            data_size_limit=delivering.LARGEST_BYTES,
            enable_SMTPUTF8=True,
            hostname="samovar",
            ident="Samovar",
            timeout=IDLE_SECONDS,
            loop=loop,
        )
        self._handler = handler
        self._is_counted = False
        self._recipients = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many already."""
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        self._handler.lines.add(transport)
        if self._handler.open >= MOST_CONNECTIONS:
            transport.write(BUSY)
            transport.close()
            return
        self._handler.open, self._is_counted = self._handler.open + 1, True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for the next."""
        self._handler.lines.discard(self._line)
        if self._is_counted:
            self._handler.open, self._is_counted = self._handler.open - 1, False
            super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's
        """Read a mail; what goes wrong with it as a whole is said once for each recipient."""
        self._recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        try:
            await super().smtp_DATA(arg)
        finally:
            self._recipients = 0

    async def push(self, status: AnyStr) -> None:
        """Say something; refusals of a whole mail are repeated for each of its recipients."""
        is_refusal = isinstance(status, str) and status[:1] in "45" and "\n" not in status
        times = self._recipients if is_refusal and self._recipients > 1 else 1
        for _number in range(times):
            await super().push(status)

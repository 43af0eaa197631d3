"""Where the roles come from: one process that has loaded the whole program, and forks.

What is loaded is in the memory once, however many processes use it. The process does nothing else: no threads, no
loop, no connection to the database ever live in it, so that a copy of it begins clean. A role that dies is forked from
what was loaded, also when another version lies on the disk by then.
"""

import asyncio
import os
import select
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import structlog
from django.conf import settings

from samovar.lib.commands import say
from samovar.lib.errors import Trouble
from samovar.lib.fence import Fence
from samovar.lib.processes import die_with_parent, name_parent, name_process, settle
from samovar.operations import loading

# Of whoever forked us: they are not ours.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)

log = structlog.get_logger("samovar.operations")


@dataclass(frozen=True)
class Role:
    """One process of the installation: what it does, and how long it may take to stop."""

    name: str
    run: Callable[[], None]
    stop_seconds: float
    # Whose limits its connections to the database have.
    limits: str = "command"
    # What it waits for before it is started the first time.
    begins: Callable[[], Awaitable[object]] | None = None
    # The role that ends before it, because it works for it.
    outlives: str = ""


class Nursery:
    """The process that forks ``roles``, to be made before this one has threads, a loop or connections."""

    def __init__(self, roles: Sequence[Role]) -> None:
        self.roles = roles
        self._orders, theirs = socket.socketpair()
        parent = name_parent()
        # A search for garbage writes into all that it looks through: after the fork each would have its own.
        settle()
        self._pid = os.fork()
        if self._pid == 0:
            self._orders.close()
            os.environ.update(parent)
            _only(partial(_tend, theirs, roles))
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._orders.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)

    async def begin(self, role: Role) -> "Child":
        """Fork a process for ``role``; raises Trouble when there is nobody left to do so."""
        ours, theirs = os.pipe()
        try:
            socket.send_fds(self._orders, [bytes([self.roles.index(role)])], [theirs])
        except BrokenPipeError:
            pass
        finally:
            os.close(theirs)
        reader = await reading(ours)
        said = await reader.readline()
        if not said:
            raise Trouble("The process that starts all others has ended; what it said stands above.")
        return Child(int(said), reader)


class Child:
    """A role as it runs."""

    def __init__(self, pid: int, lifeline: asyncio.StreamReader) -> None:
        self.pid = pid
        self._lifeline = lifeline

    async def wait(self) -> None:
        """Wait for its end."""
        await self._lifeline.read()

    def signal(self, number: signal.Signals) -> None:
        """Send ``number`` to the process and to all that it has started, if there is any of them left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


async def reading(pipe: int) -> asyncio.StreamReader:
    """Return a reader of ``pipe``, which is closed at its end."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb"))
    return reader


def _only(work: Callable[[], None]) -> NoReturn:
    """Do ``work`` and end: what stands further up the stack belongs to the process that forked this one."""
    code = 1
    try:
        with Fence() as fence:
            work()
        if isinstance(fence.error, Trouble):
            say(str(fence.error))
        elif fence.error:
            log.error("a process failed", exc_info=fence.error)
        else:
            code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tend(orders: socket.socket, roles: Sequence[Role]) -> None:
    """Fork a role for each order, and bury those that end; returns when nobody gives orders any more."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    die_with_parent()
    os.environ.update(name_parent())
    name_process("nursery")
    # What is typed at the terminal reaches our parent only.
    os.setsid()
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    loading.code()
    with _ends_of_children() as ends:
        _obey(orders, ends, roles)


def _obey(orders: socket.socket, ends: socket.socket, roles: Sequence[Role]) -> None:
    # Each child has a pipe, which is closed when it has ended.
    lifelines: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([orders, ends], [], [])
        if ends in ready:
            ends.recv(4096)
            _bury(lifelines)
        if orders in ready:
            order, descriptors, _, _ = socket.recv_fds(orders, 1, 1)
            if not order:
                return
            # Not earlier: it looks at the static files, which are in place when the first role is wanted.
            loading.application()
            settle()
            pid = os.fork()
            if pid == 0:
                orders.close()
                _only(partial(_become, roles[order[0]], [*lifelines.values(), *descriptors]))
            with suppress(PermissionError, ProcessLookupError):
                os.setpgid(pid, pid)
            [lifelines[pid]] = descriptors
            os.write(lifelines[pid], b"%d\n" % pid)


def _become(role: Role, descriptors: Sequence[int]) -> None:
    # A group of its own, so that a stuck role ends whole; the same is said by the other side, whoever comes first.
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in descriptors:
        os.close(descriptor)
    name_process(role.name)
    die_with_parent()
    structlog.contextvars.clear_contextvars()
    settings.ROLE = role.limits
    settings.DATABASES["default"]["OPTIONS"].update(settings.DATABASE_OPTIONS[role.limits])
    role.run()


@contextmanager
def _ends_of_children() -> Iterator[socket.socket]:
    """Give something that can be read when a child has ended."""
    ends, wakes = socket.socketpair()
    wakes.setblocking(False)
    with closing(ends), closing(wakes):
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        yield ends


def _bury(lifelines: dict[int, int]) -> None:
    with suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            os.close(lifelines.pop(pid))

"""Keeping the processes of an installation running: started together, restarted when they die, stopped together."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from samovar.lib.processes import name_parent

# How long to wait before a role that died is started again: longer each time, short again after it has lived a while.
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 4.0
SETTLED_SECONDS = 30.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = structlog.get_logger("samovar.operations")


@dataclass(frozen=True)
class Role:
    """One process of the installation: a ``samovar`` command, and how long it may take to stop."""

    name: str
    arguments: Sequence[str]
    stop_seconds: float
    # Descriptors of ours that it gets, under the same numbers.
    descriptors: Sequence[int] = field(default=())


class Supervisor:
    """Runs ``roles`` until it is told to stop; ``beside`` is work of its own that goes on meanwhile."""

    def __init__(self, roles: Sequence[Role], beside: Sequence[Callable[[], Awaitable[None]]] = ()) -> None:
        self._roles = roles
        self._beside = beside
        self._stopping = asyncio.Event()
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self) -> None:
        """Start everything, keep it running, and stop it when a signal says so; a second signal does not wait."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._told_to_stop)
        beside = [asyncio.ensure_future(work()) for work in self._beside]
        keepers = [asyncio.create_task(self._keep(role)) for role in self._roles]
        try:
            await asyncio.gather(*keepers)
        finally:
            self._stopping.set()
            for task in beside:
                task.cancel()
            await asyncio.gather(*keepers, *beside, return_exceptions=True)

    def _told_to_stop(self) -> None:
        if self._stopping.is_set():
            for process in self._running:
                _signal(process, signal.SIGKILL)
        self._stopping.set()

    async def _keep(self, role: Role) -> None:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            began = loop.time()
            await self._live(role)
            if self._stopping.is_set():
                return
            if loop.time() - began > SETTLED_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            log.warning("a process died and is started again", role=role.name, pause_seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _live(self, role: Role) -> None:
        """Run the process of ``role`` once, to its end or to ours."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "samovar", *role.arguments),
            env={**os.environ, **name_parent()},
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=role.descriptors,
            # A group of its own: what is typed at the terminal reaches us only, and a stuck role ends whole.
            start_new_session=True,
        )
        self._running.add(process)
        end = asyncio.create_task(process.wait())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({end, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not end.done():
                process.terminate()
                await asyncio.wait({end}, timeout=role.stop_seconds)
            # Whatever the role itself left behind, also when it was killed.
            _signal(process, signal.SIGKILL)
            await end
        finally:
            stop.cancel()
            self._running.discard(process)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)

"""Keeping the processes of an installation running: started together, restarted when they die, stopped together."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence

import structlog

from samovar.operations.nursery import Child, Nursery, Role

# How long to wait before a role that died is started again: longer each time, short again after it has lived a while.
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 4.0
SETTLED_SECONDS = 30.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = structlog.get_logger("samovar.operations")


class Supervisor:
    """Runs the roles of ``nursery`` until it is told to stop; ``beside`` is work of its own that goes on meanwhile."""

    def __init__(self, nursery: Nursery, beside: Sequence[Callable[[], Awaitable[None]]] = ()) -> None:
        self._nursery = nursery
        self._beside = beside
        self._stopping = asyncio.Event()
        self._running: set[Child] = set()
        self._gone = {role.name: asyncio.Event() for role in nursery.roles}

    async def run(self) -> None:
        """Start everything, keep it running, and stop it when a signal says so; a second signal does not wait."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._told_to_stop)
        beside = [asyncio.ensure_future(work()) for work in self._beside]
        for task in beside:
            task.add_done_callback(self._stop_if_failed)
        keepers = [asyncio.create_task(self._keep(role)) for role in self._nursery.roles]
        try:
            await asyncio.gather(*keepers)
        finally:
            self._stopping.set()
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*beside, *keepers, return_exceptions=True)
        for result in ended:
            if isinstance(result, Exception):
                raise result

    def _stop_if_failed(self, task: asyncio.Future[None]) -> None:
        if not task.cancelled() and task.exception():
            self._stopping.set()

    def _told_to_stop(self) -> None:
        if self._stopping.is_set():
            for child in self._running:
                child.signal(signal.SIGKILL)
        self._stopping.set()

    async def _keep(self, role: Role) -> None:
        try:
            if role.begins is not None:
                await self._until(role.begins())
            await self._keep_going(role)
        finally:
            self._gone[role.name].set()

    async def _until(self, moment: Awaitable[object]) -> None:
        """Wait for ``moment``, or for the order to stop."""
        tasks = {asyncio.ensure_future(moment), asyncio.create_task(self._stopping.wait())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()

    async def _keep_going(self, role: Role) -> None:
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
        child = await self._nursery.begin(role)
        self._running.add(child)
        end = asyncio.create_task(child.wait())
        try:
            await self._until(asyncio.shield(end))
            if not end.done():
                if role.outlives in self._gone:
                    await self._gone[role.outlives].wait()
                child.signal(signal.SIGTERM)
                await asyncio.wait({end}, timeout=role.stop_seconds)
            # Whatever the role itself left behind, also when it was killed.
            child.signal(signal.SIGKILL)
            await end
        finally:
            self._running.discard(child)

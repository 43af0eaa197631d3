"""From the log of events to every open screen: read once per process, handed to each."""

import asyncio
import contextlib
from collections.abc import Callable

import psycopg
import structlog

from samovar.events.announcing import CHANNEL
from samovar.live.database import Database
from samovar.live.log import BATCH, Log
from samovar.live.position import Position
from samovar.live.subscriber import Subscriber
from samovar.live.viewers import Doorkeeper

IDLE_SECONDS = 1.0
# How soon to look again for what an older transaction still holds back: most of them are over at once.
FIRST_LOOK_SECONDS = 0.002
LONGEST_LOOK_SECONDS = 0.02
# While much is written, screens are told at this pace, and asked to read their pages anew at most so often.
FULL_BATCH_SECONDS = 0.2
RESET_SECONDS = 30.0
CHECK_SECONDS = 5.0
# Of one session: more than a wall of screens under one name needs, less than what would hurt the others.
MOST_OF_ONE = 200

log = structlog.get_logger("samovar.live")


class Fanout:
    """Reads the log behind one cursor in memory and hands what is new to all subscribers."""

    def __init__(self, database: Database, doorkeeper: Doorkeeper) -> None:
        self.log = Log(database)
        self.position = Position(0, 0)
        self._database = database
        self._doorkeeper = doorkeeper
        # The oldest first.
        self._subscribers: dict[Subscriber, None] = {}
        self._news = asyncio.Event()
        self._reading = asyncio.Lock()
        self._reset_at = float("-inf")

    @property
    def subscribers(self) -> list[Subscriber]:
        """All open screens, the oldest first."""
        return list(self._subscribers)

    @property
    def count(self) -> int:
        """How many screens are open."""
        return len(self._subscribers)

    async def subscribe(self, session_key: str, after: Position | None, drop: Callable[[], None]) -> Subscriber:
        """Return a subscriber who gets everything after the position at which it joins, and after ``after``.

        What lies between the two is the caller's to read. A session that has too many streams loses its oldest.
        Raises psycopg.OperationalError.
        """
        async with self._reading:
            if not self._subscribers:
                self.position = await self.log.present()
            elif after is not None and after > self.position:
                await self._read()
            subscriber = Subscriber(session_key, self.position, after, drop)
            subscriber.closed_inboxes = self._doorkeeper.closed_inboxes(session_key)
            subscriber.user_id = self._doorkeeper.user_id(session_key)
            self._make_room(session_key)
            self._subscribers[subscriber] = None
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Forget a screen."""
        self._subscribers.pop(subscriber, None)

    async def see_to_the_door(self) -> None:
        """Make sure that all who are here may still look; raises psycopg.Error."""
        if not self._doorkeeper.is_up_to_date:
            await self._check()

    def close(self) -> None:
        """End all streams."""
        for subscriber in self._subscribers:
            subscriber.close()

    async def listen(self) -> None:
        """Be woken by notifications; while there are none, the log is looked at each second."""
        while True:
            try:
                async with self._database.listening(CHANNEL) as connection:
                    self._news.set()
                    async for _ in connection.notifies():
                        self._news.set()
            except psycopg.Error as error:
                log.warning("not notified of events", error=type(error).__name__)
            await asyncio.sleep(IDLE_SECONDS)

    async def distribute(self) -> None:
        """Read what is new and hand it on, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._news.wait()
            self._news.clear()
            try:
                await self._hand_on()
            except psycopg.Error as error:
                log.warning("the log of events cannot be read", error=type(error).__name__)
                await asyncio.sleep(IDLE_SECONDS)

    async def watch_the_door(self) -> None:
        """End the streams of those who signed out, or may not sign in any more."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._check()
            except psycopg.Error as error:
                log.warning("sessions cannot be checked", error=type(error).__name__)

    def _make_room(self, session_key: str) -> None:
        own = [one for one in self._subscribers if one.session_key == session_key and not one.is_closed]
        for oldest in own[: max(0, len(own) + 1 - MOST_OF_ONE)]:
            oldest.close()

    async def _check(self) -> None:
        if not self._subscribers:
            return
        # Those who come while we ask have just been let in.
        asked = list(self._subscribers)
        allowed = await self._doorkeeper.check({subscriber.session_key for subscriber in asked})
        for subscriber in asked:
            if subscriber.session_key not in allowed:
                subscriber.close()
            subscriber.closed_inboxes = self._doorkeeper.closed_inboxes(subscriber.session_key)

    async def _hand_on(self) -> None:
        pause = FIRST_LOOK_SECONDS
        while self._subscribers:
            async with self._reading:
                is_full = await self._read()
            if is_full:
                await self._give_way()
            elif await self.log.has_more_soon():
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_LOOK_SECONDS)
            else:
                return

    async def _read(self) -> bool:
        """Read a batch and hand it on; returns whether there may be more."""
        await self.see_to_the_door()
        entries = await self.log.news(self.position)
        if entries:
            self.position = entries[-1].position
        for subscriber in list(self._subscribers):
            subscriber.offer(entries)
        return len(entries) == BATCH

    async def _give_way(self) -> None:
        """After a full batch: do not flood the screens; when too much waits, let them read their pages anew."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(FULL_BATCH_SECONDS)
        if not await self.log.is_far_behind(self.position):
            return
        await asyncio.sleep(max(0.0, self._reset_at + RESET_SECONDS - loop.time()))
        async with self._reading:
            self.position = await self.log.present()
            for subscriber in list(self._subscribers):
                subscriber.push(reset(self.position))
        self._reset_at = loop.time()


def here(position: Position) -> bytes:
    """Return the frame that tells a browser where it is, and a proxy that somebody is still there."""
    return f"id: {position}\n\n".encode()


def reset(position: Position) -> bytes:
    """Return the frame that asks for the page to be read anew."""
    return f"event: reset\nid: {position}\ndata: {{}}\n\n".encode()

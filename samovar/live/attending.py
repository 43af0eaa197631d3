"""From the signs of all open screens to the others: who has a conversation open, who writes there, whose draft moved.

Frames of it have no place in the log: whoever missed one gets the whole again with the next stream.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Collection

import psycopg
import structlog

from samovar.conversations.attending import CHANNEL, Sign
from samovar.live.attendance import Attendance, Changes
from samovar.live.database import Database
from samovar.live.fanout import IDLE_SECONDS, Fanout
from samovar.live.subscriber import Subscriber
from samovar.ui import people

# At most so often anybody is told anything of it, however fast others type.
PACE_SECONDS = 1.0
# Who has written last is told of first; the rest would not fit above an editor.
MOST_WRITERS = 3

log = structlog.get_logger("samovar.live")


class Attending:
    """Hears the signs of all screens, and tells each screen what its reader may see."""

    def __init__(self, database: Database, fanout: Fanout) -> None:
        self.attendance = Attendance()
        self._database = database
        self._fanout = fanout
        self._fresh: set[Subscriber] = set()
        self._news = asyncio.Event()

    def greet(self, subscriber: Subscriber) -> None:
        """Tell a screen that has just come everything."""
        if subscriber.tab:
            self._fresh.add(subscriber)
            self._news.set()

    def lose(self, subscriber: Subscriber) -> None:
        """Take note that a screen is gone, for now at least."""
        self._fresh.discard(subscriber)
        others = [one for one in self._fanout.subscribers if one is not subscriber and one.place == subscriber.place]
        if subscriber.tab and not others:
            self.attendance.lose(subscriber.place, time.monotonic())

    async def listen(self) -> None:
        """Hear what screens tell, for ever; what is told while the database is away is lost, and told again."""
        while True:
            try:
                async with self._database.listening(CHANNEL) as connection:
                    async for told in connection.notifies():
                        self._hear(told.payload)
            except psycopg.Error as error:
                log.warning("not notified of open screens", error=type(error).__name__)
            await asyncio.sleep(IDLE_SECONDS)

    async def distribute(self) -> None:
        """Tell what is new, for ever, at a calm pace."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._news.wait()
            self._news.clear()
            self.attendance.lapse(time.monotonic())
            changes = self.attendance.changes()
            if self._fresh or not changes.are_none:
                await self._tell(changes)
                await asyncio.sleep(PACE_SECONDS)

    def _hear(self, payload: str) -> None:
        if sign := Sign.read(payload):
            self.attendance.take(sign, time.monotonic())
            self._news.set()

    async def _tell(self, changes: Changes) -> None:
        try:
            await self._fanout.see_to_the_door()
        except psycopg.Error:
            # To nobody before it is known who may look.
            self.attendance.keep(changes)
            return
        fresh, self._fresh = self._fresh, set()
        frames = Frames(self.attendance, changes, time.monotonic())
        for subscriber in self._fanout.subscribers:
            if subscriber.tab and subscriber.user_id:
                subscriber.push(frames.for_one(subscriber, subscriber in fresh))


class Frames:
    """What each screen is told of some changes; what many are told is written once."""

    def __init__(self, attendance: Attendance, changes: Changes, now: float) -> None:
        self._attendance, self._changes, self._now = attendance, changes, now
        self._viewers = attendance.viewers()
        self._written: dict[tuple[frozenset[int], bool], bytes] = {}

    def for_one(self, subscriber: Subscriber, is_fresh: bool) -> bytes:
        """Return what one screen is told; one that has just come is told all."""
        shown = self._attendance.shown_on(subscriber.place)
        if self._attendance.inbox_of(shown) in subscriber.closed_inboxes:
            shown = 0
        return (
            self._of_viewers(subscriber.closed_inboxes, is_fresh)
            + (self._of_writers(shown, subscriber) if shown else b"")
            + self._of_drafts(shown, subscriber)
        )

    def _of_viewers(self, closed: frozenset[int], is_fresh: bool) -> bytes:
        if (closed, is_fresh) not in self._written:
            told = self._viewers if is_fresh else self._changes.conversations
            seen = [one for one in told if self._attendance.inbox_of(one) not in closed]
            self._written[closed, is_fresh] = self._viewers_in(seen, is_fresh) if seen or is_fresh else b""
        return self._written[closed, is_fresh]

    def _viewers_in(self, conversations: Collection[int], is_whole: bool) -> bytes:
        present = {str(one): [self._person(pk) for pk in self._viewers.get(one, [])] for one in conversations}
        return _frame("attending", {"is_whole": is_whole, "open": present})

    def _of_writers(self, shown: int, subscriber: Subscriber) -> bytes:
        others = {pk for conversation_id, pk in self._changes.writers if conversation_id == shown}
        has_come = subscriber.place in self._changes.opened
        found = [one for one in self._attendance.writers(shown) if one.sign.user_id != subscriber.user_id]
        if not (others - {subscriber.user_id} or (has_come and found)):
            return b""
        latest = sorted(found, key=lambda one: one.until, reverse=True)[:MOST_WRITERS]
        told = [
            self._person(one.sign.user_id)
            | {"mode": one.sign.mode, "words": one.sign.words, "for_ms": int((one.until - self._now) * 1000)}
            for one in latest
        ]
        return _frame("writing", {"conversation_id": shown, "writers": told})

    def _of_drafts(self, shown: int, subscriber: Subscriber) -> bytes:
        """Tell the other screens of the same person that what they show is not what was typed last."""
        own = {
            sign.mode
            for sign in self._changes.drafts
            if (sign.conversation_id, sign.user_id) == (shown, subscriber.user_id) and sign.tab != subscriber.tab
        }
        return b"".join(_frame("draft", {"name": f"{subscriber.user_id}-{shown}-{mode}"}) for mode in sorted(own))

    def _person(self, user_id: int) -> dict[str, object]:
        name = self._attendance.name_of(user_id)
        return {"id": user_id, "name": name, "initials": people.initials(name), "tone": people.tone(user_id)}


def _frame(event: str, told: dict[str, object]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(told, separators=(',', ':'))}\n\n".encode()

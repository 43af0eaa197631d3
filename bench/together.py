"""Many people at once: the list while fifty type, an event on two hundred screens, and screens on a bad line."""

import asyncio
import json
import re
import statistics
from collections.abc import Coroutine
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, percentile
from bench.serving import Screens, Visitor, clear_away, server
from samovar.accounts.models import User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations.models import Conversation
from samovar.live.position import LAST_ID
from samovar.operations import readiness
from tests.live.lossy import lossy

TYPISTS = 50
RUNS = 5
RUN_SECONDS = 20
# As a browser saves what is typed without a pause.
SAVE_SECONDS = 2.0
# A reader looks at the list so often; one after another would only show how much the machine can do.
LOOK_SECONDS = 0.15
SCREENS = 200
BAD_SCREENS = 40
BAD_LINE_SECONDS = 3.0
TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')
TEXT = "Good afternoon, I have looked into it: the driver comes on Thursday and takes the old top back. "


@dataclass
class Typist:
    """Somebody with one conversation open, who types without a pause."""

    conversation: Conversation
    tab: str
    cookies: str
    token: str
    saves: list[float] = field(default_factory=list)

    async def type(self, port: int, delay: float) -> None:
        """Hold a stream open, say where the page is, and save the draft again and again; never returns."""
        stream, writer = await connect(port, self._head("GET", f"/stream/?tab={self.tab}"))
        reading = asyncio.create_task(_swallow(stream))
        address = f"/conversations/{self.conversation.pk}"
        try:
            await self._post(port, f"{address}/attendance/", {})
            await asyncio.sleep(delay)
            for turn in range(1_000_000):
                start = perf_counter()
                await self._post(port, f"{address}/drafts/reply/", {"text": TEXT + "x" * (turn % 500)})
                self.saves.append(perf_counter() - start)
                await asyncio.sleep(max(0.0, SAVE_SECONDS - self.saves[-1]))
        finally:
            reading.cancel()
            writer.close()

    async def _post(self, port: int, path: str, fields: dict[str, str]) -> None:
        body = urlencode(fields)
        more = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        status = await ask(port, self._head("POST", path, *more) + body)
        assert status == 204, f"{path}: {status}"

    def _head(self, method: str, path: str, *more: str) -> str:
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            f"Cookie: {self.cookies}",
            f"X-CSRFToken: {self.token}",
        ]
        lines += [f"X-Tab: {self.tab}", "X-By-Itself: 1", "Sec-Fetch-Site: same-origin", "Connection: close"]
        return "\r\n".join([*lines, *more, "", ""])


async def connect(port: int, request: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    return reader, writer


async def ask(port: int, request: str) -> int:
    """Return the status of an answer, once it is whole."""
    reader, writer = await connect(port, request)
    status = int((await reader.readline()).split()[1])
    await _swallow(reader)
    writer.close()
    return status


async def _swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


def typists() -> list[Typist]:
    """Sign in so many people, each with a conversation of their own."""
    users = list(User.objects.filter(is_active=True, role__in=ANSWERING).order_by("pk"))
    conversations = Conversation.objects.filter(resolved_at=None, deleted_at=None, merged_at=None).order_by("-pk")
    found = []
    for number, conversation in enumerate(conversations[:TYPISTS]):
        client = Client(headers={"Host": "localhost"})
        client.force_login(users[number % len(users)])
        page = client.get("/profile/").content.decode()
        token = TOKEN.findall(page)[0]
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        found.append(Typist(conversation, f"bench{number}", cookies, token))
    return found


async def look(port: int, visitor: Visitor) -> list[float]:
    """Read the list for a while, at a person's pace times many, and return how long each page took."""
    took = []
    head = ["GET / HTTP/1.1", "Host: localhost", f"Cookie: {visitor.cookie}", "X-By-Itself: 1", "Connection: close"]
    until = perf_counter() + RUN_SECONDS
    while perf_counter() < until:
        start = perf_counter()
        assert await ask(port, "\r\n".join([*head, "", ""])) == 200
        took.append(perf_counter() - start)
        await asyncio.sleep(LOOK_SECONDS)
    return took


async def beside(port: int, people: list[Typist], work: Coroutine[object, object, list[float]]) -> list[float]:
    """Return what ``work`` finds while ``people`` type."""
    step = SAVE_SECONDS / max(1, len(people))
    typing = [asyncio.create_task(one.type(port, step * number)) for number, one in enumerate(people)]
    await asyncio.sleep(SAVE_SECONDS + 1)
    try:
        found = await work
        for one in typing:
            assert not one.done(), one.exception()
    finally:
        for one in typing:
            one.cancel()
        await asyncio.gather(*typing, return_exceptions=True)
    return found


def list_while_others_type(figures: Figures, visitor: Visitor) -> None:
    """Read the list while nobody and while fifty people type, turn by turn."""
    people, quiet, busy = typists(), [], []
    with server("samovar", "start") as (port, _):
        asyncio.run(look(port, visitor))
        for _ in range(RUNS):
            quiet.append(percentile(asyncio.run(beside(port, [], look(port, visitor))), 0.95) * 1000)
            busy.append(percentile(asyncio.run(beside(port, people, look(port, visitor))), 0.95) * 1000)
    saves = [took for one in people for took in one.saves]
    shares = [one / other for one, other in zip(busy, quiet, strict=True)]
    figures.add("list while nobody types, 95 %, median of the runs", statistics.median(quiet), "ms")
    figures.add(f"list while {TYPISTS} type, 95 %, median of the runs", statistics.median(busy), "ms")
    figures.add("list while they type, share of the quiet one", statistics.median(shares) * 100, "%", "≤ 130 %")
    figures.add("drafts saved a second", len(saves) / (RUNS * (RUN_SECONDS + SAVE_SECONDS + 1)), "/s")
    figures.add("saving a draft, 95 %", percentile(saves, 0.95) * 1000, "ms")


def many_screens(figures: Figures, visitor: Visitor) -> None:
    """Announce to two hundred screens, and to some on a line that loses a third and is three seconds late."""
    with server("samovar", "start") as (port, _):
        screens = Screens(SCREENS)
        asyncio.run(screens.watch(port, visitor))
        expected = len(screens.committed) * SCREENS
        figures.add(f"event to {SCREENS} screens, 95 %", percentile(screens.took, 0.95) * 1000, "ms", "≤ 500 ms")
        figures.add(f"events that arrived on {SCREENS} screens", len(screens.took) / expected * 100, "%", "100 %")
        with lossy(port, 1, BAD_LINE_SECONDS) as line:
            bad = BadScreens(BAD_SCREENS, patience_seconds=60.0)
            asyncio.run(bad.watch(line.port, visitor))
        missed = bad.missed()
        figures.add("cuts on the bad line", line.cuts, "")
        figures.add(f"events missed on {BAD_SCREENS} screens on a bad line", missed, "", "0")
        figures.add("events out of order or told twice there", bad.wrong, "", "0")
        figures.add("event to a screen on a bad line, median", percentile(bad.took, 0.5), "s")


def present() -> str:
    """Return the place in the log after all that can be read now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_horizon() - 1")
        [(horizon,)] = cursor.fetchall()
    return f"{horizon}-{LAST_ID}"


class BadScreens(Screens):
    """Screens that come back whenever they are cut off, with the place where they were."""

    def __init__(self, count: int, patience_seconds: float) -> None:
        super().__init__(count, patience_seconds)
        self.wrong = 0
        # As its page says it; without a place a screen begins when it gets through.
        self._begin = present()
        self._last: dict[int, tuple[int, int]] = {}
        self._seen: dict[int, set[int]] = {}

    def missed(self) -> int:
        """Return how many events did not reach a screen."""
        return sum(len(self.committed) - len(self._seen.get(number, ())) for number in range(self.count))

    async def stream(self, port: int, visitor: Visitor, number: int) -> None:
        """Read, and come back after each break, as a browser does."""
        last = self._begin
        while True:
            head = [*self.head(visitor), f"Last-Event-ID: {last}"]
            try:
                reader, writer = await connect(port, "\r\n".join([*head, "", ""]))
                place = told = ""
                while line := await reader.readline():
                    text = line.decode().strip()
                    if not line.endswith(b"\n"):
                        break
                    if text.startswith("id: "):
                        place = text[4:]
                    elif text.startswith("data: {"):
                        told = text[6:]
                    elif not text and place:
                        # Only what is whole counts.
                        self._note(number, told, place)
                        last, place, told = place, "", ""
                writer.close()
            except (ConnectionError, ValueError):
                pass
            await asyncio.sleep(0.2)

    def _note(self, number: int, text: str, place: str) -> None:
        actor = json.loads(text)["actor_id"] if text else None
        if actor not in self.committed:
            return
        tx, _, pk = place.partition("-")
        here = (int(tx), int(pk))
        self.wrong += here <= self._last.get(number, (0, 0))
        self._last[number] = here
        self._seen.setdefault(number, set()).add(actor)
        self.took.append(perf_counter() - self.committed[actor])


if __name__ == "__main__":
    noted = Figures("Together")
    readiness.ensure()
    somebody = Visitor()
    many_screens(noted, somebody)
    list_while_others_type(noted, somebody)
    clear_away()
    noted.finish()

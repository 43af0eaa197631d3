"""An IMAP server that does what real ones do on bad days; what it holds and how it behaves is set by the test."""

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

OPENING = "* FLAGS (\\Seen)\r\n* {count} EXISTS\r\n* OK [UIDVALIDITY {validity}]\r\n* OK [UIDNEXT {next}]\r\n"
FORM = '"%d-%b-%Y %H:%M:%S %z"'
CAME_AT = datetime(2026, 11, 21, 9, tzinfo=timezone(timedelta(hours=3)))


@dataclass
class Strange:
    """The mailbox of the server by UID, and its bad habits.

    ``dates`` says when mails came, if not at CAME_AT.
    ``withheld`` are there but never handed over, ``shy`` only when asked for alone; ``cut_after`` breaks off the
    connection in the middle of a mail, ``goodbye`` ends it politely instead of an answer; ``says_uid_last`` puts the
    number behind the bytes; ``news`` is said before the server goes idle, ``early_news``
    with the answer to what is asked before that.
    """

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    dates: dict[int, datetime] = field(default_factory=dict)
    folders: dict[str, dict[int, bytes]] = field(default_factory=dict)
    listing: str = ""
    validity: int = 1
    withheld: set[int] = field(default_factory=set)
    shy: set[int] = field(default_factory=set)
    cut_after: int | None = None
    goodbye: bool = False
    says_uid_last: bool = False
    stalls_seconds: float = 0
    news: str = ""
    early_news: str = ""
    refuses_idle: bool = False
    login: str = "OK welcome"
    refuses_to_open: str = ""
    commands: list[str] = field(default_factory=list)

    def answer(self, command: str, words: str) -> bytes | None:
        """Return the untagged part of an answer; None breaks off the connection."""
        if command == "LIST":
            return self.listing.encode()
        if command == "EXAMINE":
            highest = max(self.mails, default=0) + 1
            return OPENING.format(count=len(self.mails), validity=self.validity, next=highest).encode()
        if command == "UID":
            return self._fetched(words)
        if command == "CAPABILITY":
            return f"* CAPABILITY IMAP4rev1 IDLE\r\n{self.early_news}".encode()
        return b""

    def _fetched(self, words: str) -> bytes | None:
        if self.goodbye:
            return b"* BYE Server shutting down\r\n"
        verb, numbers, wanted = f"{words} ".split(" ", 2)
        if verb == "SEARCH":
            return self._found(wanted)
        asked = [uid for uid in sorted(self.mails) if _is_in(uid, numbers)]
        if "BODY" not in wanted:
            return b"".join(
                b"* %d FETCH (UID %d RFC822.SIZE %d %b)\r\n" % (uid, uid, len(self.mails[uid]), self._date(uid))
                for uid in asked
            )
        given = [uid for uid in asked if uid not in self.withheld and (uid not in self.shy or len(asked) == 1)]
        return b"".join(self._body(uid) for uid in given)

    def _body(self, uid: int) -> bytes:
        mail = self.mails[uid]
        date = self._date(uid)
        if not mail:
            return b'* %d FETCH (UID %d %b BODY[] "")\r\n' % (uid, uid, date)
        if self.says_uid_last:
            return b"* %d FETCH (BODY[] {%d}\r\n%b %b UID %d)\r\n" % (uid, len(mail), mail, date, uid)
        return b"* %d FETCH (UID %d %b BODY[] {%d}\r\n%b)\r\n" % (uid, uid, date, len(mail), mail)

    def _found(self, wanted: str) -> bytes:
        """Search as SINCE does, by days; what was not dated came on the day of CAME_AT."""
        numbers, _space, since = wanted.strip().partition(" SINCE ")
        first, last = map(int, numbers.split(":"))
        day = datetime.strptime(since or "1-Jan-1970", "%d-%b-%Y").replace(tzinfo=UTC).date()
        uids = [uid for uid in sorted(self.mails) if first <= uid <= last and self.came_at(uid).date() >= day]
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in uids) + b"\r\n"

    def came_at(self, uid: int) -> datetime:
        """Return when a mail came to the server."""
        return self.dates.get(uid) or CAME_AT

    def _date(self, uid: int) -> bytes:
        return f"INTERNALDATE {self.came_at(uid).strftime(FORM)}".encode()


def _is_in(uid: int, numbers: str) -> bool:
    if match := re.fullmatch(r"(\d+):\*", numbers):
        return uid >= int(match[1])
    return str(uid) in numbers.split(",")


class _Talk(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        """Speak with one client."""
        with contextlib.suppress(OSError):
            self._say(b"* OK strange server\r\n")
            while line := self.rfile.readline().decode().strip():
                tag, _space, rest = line.partition(" ")
                command, _space, words = rest.partition(" ")
                self.server.habits.commands.append(rest)
                if not self._obey(tag, command.upper(), words):
                    break

    def _obey(self, tag: str, command: str, words: str) -> bool:
        habits = self.server.habits
        if command == "IDLE":
            self._idle(tag)
            return True
        said = {"LOGIN": habits.login, "EXAMINE": habits.refuses_to_open}.get(command)
        if said:
            self._say(f"{tag} {said}\r\n".encode())
            return True
        if habits.stalls_seconds and "BODY" in words:
            self.server.over.wait(habits.stalls_seconds)
        answer = habits.answer(command, words)
        if answer is None:
            return False
        if habits.cut_after is not None and b"BODY[]" in answer:
            self._say(answer[: habits.cut_after])
            return False
        self._say(answer)
        if answer.startswith(b"* BYE"):
            return False
        self._say(f"{tag} OK done\r\n".encode())
        return command != "LOGOUT"

    def _idle(self, tag: str) -> None:
        habits = self.server.habits
        if habits.refuses_idle:
            self._say(f"{tag} NO not today\r\n".encode())
            return
        self._say(f"{habits.news}+ idling\r\n".encode())
        self.server.idle.set()
        self.rfile.readline()
        self._say(f"{tag} OK idled\r\n".encode())

    def _say(self, text: bytes) -> None:
        self.wfile.write(text)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    habits: Strange
    idle: threading.Event
    over: threading.Event


@contextlib.contextmanager
def strange_server() -> Iterator[Strange]:
    """Run such a server on the loopback address."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.habits = Strange(port=server.server_address[1])
        server.idle, server.over = threading.Event(), threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.habits
        server.over.set()
        server.shutdown()


def silent_port() -> contextlib.closing[socket.socket]:
    """Return a socket that takes connections and never says a word."""
    listening = socket.create_server(("127.0.0.1", 0))
    return contextlib.closing(listening)

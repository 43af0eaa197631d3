"""People at the desk, strangers and a mail server who go on without a pause, and note what does not go well."""

import smtplib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests.channels.mails import mail

SECRET = "a" * 32


@dataclass(frozen=True)
class Seat:
    """A place at the desk: the session of somebody who is signed in, and a conversation of theirs."""

    session: str
    conversation_id: int

    @classmethod
    def of(cls, user: User, conversation: Conversation) -> "Seat":
        """Sign ``user`` in."""
        client = Client()
        client.force_login(user)
        return cls(client.cookies[settings.SESSION_COOKIE_NAME].value, conversation.pk)

    def words(self) -> str:
        """Return it on one line, to be read back by ``read``."""
        return f"{self.session} {self.conversation_id}"

    @classmethod
    def read(cls, words: str) -> "Seat":
        """Return what ``words`` says."""
        session, conversation_id = words.split()
        return cls(session, int(conversation_id))


class Traffic:
    """What goes on at ``address``; a page for strangers that holds ``mark`` is one of the second version.

    Every reader takes the page for signing in, the inbox and a conversation in turn; beside them notes are written into
    the conversation and mails are handed over.
    """

    def __init__(
        self, address: str, mail_port: int, mark: str, seat: Seat, *, pause_seconds: float = 0.05, readers: int = 2
    ) -> None:
        self.answers: Counter[int | str] = Counter()
        self.versions: Counter[bool] = Counter()
        self.taken: list[str] = []
        self.notes: list[str] = []
        self.slowest_seconds = 0.0
        self._address, self._mail_port, self._mark, self._seat = address, mail_port, mark.encode(), seat
        self._pause_seconds = pause_seconds
        self._end = threading.Event()
        works: list[Callable[[], None]] = [*[self._read] * readers, self._note, self._write]
        self._threads = [threading.Thread(target=work) for work in works]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        while not self._end.wait(self._pause_seconds):
            page = self._answer("/accounts/login/", is_known=False)
            if page is not None:
                self.versions[self._mark in page] += 1
            self._answer("/")
            self._answer(f"/conversations/{self._seat.conversation_id}/")

    def _note(self) -> None:
        # Nobody writes as fast as pages are read; and the conversation gets longer with each.
        while not self._end.wait(4 * self._pause_seconds):
            text = f"Note {len(self.notes) + 1} of {id(self)}"
            fields = urlencode({"mode": "note", "text": text}).encode()
            if self._answer(f"/conversations/{self._seat.conversation_id}/messages/", fields) is not None:
                self.notes.append(text)

    def _answer(self, path: str, fields: bytes | None = None, *, is_known: bool = True) -> bytes | None:
        """Ask for a page, and note how it went; None when it did not."""
        cookies = f"{settings.CSRF_COOKIE_NAME}={SECRET}"
        cookies += f"; {settings.SESSION_COOKIE_NAME}={self._seat.session}" if is_known else ""
        request = Request(self._address + path, fields, {"Cookie": cookies, "X-CSRFToken": SECRET})
        began, found = monotonic(), None
        try:
            with urlopen(request, timeout=60) as answer:
                found = bytes(answer.read())
                self.answers[answer.status] += 1
        except HTTPError as error:
            self.answers[error.code] += 1
        except OSError as error:
            self.answers[repr(error)] += 1
        self.slowest_seconds = max(self.slowest_seconds, monotonic() - began)
        return found

    def _write(self) -> None:
        number = 0
        while not self._end.wait(self._pause_seconds):
            number += 1
            name = f"{id(self)}.{number}@upgrade.example"
            content = mail(f"Mail {number} of the upgrade.", Message_ID=f"<{name}>")
            # As a mail server does it: what nobody has taken is handed over again.
            while not self._is_taken(content):
                self._end.wait(self._pause_seconds)
            self.taken.append(name)

    def _is_taken(self, content: bytes) -> bool:
        try:
            with smtplib.LMTP("127.0.0.1", self._mail_port, timeout=60) as line:
                line.sendmail("elena@mail.example", ["help@aurora.example"], content)
        except ConnectionRefusedError as error:
            self.answers[repr(error)] += 1
            return False
        except (smtplib.SMTPException, OSError):
            return False
        return True

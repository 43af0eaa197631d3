"""Readers and a mail server who go on without a pause, and note whatever does not go well."""

import smtplib
import threading
import urllib.request
from collections import Counter
from time import monotonic
from urllib.error import HTTPError

from tests.channels.mails import mail


class Traffic:
    """What comes in from outside; a page that holds ``mark`` is one of the second version."""

    def __init__(self, page: str, mail_port: int, mark: str, pause_seconds: float = 0.05, readers: int = 2) -> None:
        self.answers: Counter[int | str] = Counter()
        self.versions: Counter[bool] = Counter()
        self.taken: list[str] = []
        self.slowest_seconds = 0.0
        self._page, self._mail_port, self._mark, self._pause_seconds = page, mail_port, mark.encode(), pause_seconds
        self._end = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (*[self._read] * readers, self._write)]

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
            began = monotonic()
            try:
                with urllib.request.urlopen(self._page, timeout=60) as answer:
                    self.versions[self._mark in answer.read()] += 1
                    self.answers[answer.status] += 1
            except HTTPError as error:
                self.answers[error.code] += 1
            except OSError as error:
                self.answers[repr(error)] += 1
            self.slowest_seconds = max(self.slowest_seconds, monotonic() - began)

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

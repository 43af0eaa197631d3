"""What stays while versions come and go: the process that was started, which holds the open port and knows no more.

What serves is another process, which it starts (a generation). At SIGUSR2 it starts a second one, with whatever
version lies on the disk by then, hands it the open port, and ends the first as soon as the second serves. A second one
that fails changes nothing. This process loads nothing of Samovar, so that there is nothing in it to become old.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass

from samovar.lib.processes import name_parent

LEGACY = "SAMOVAR_LEGACY"
GENERATION = "SAMOVAR_GENERATION"
SERVES, ALONE = b"serves", b"alone"
MOST_BYTES, MOST_LISTENERS = 4096, 8
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Legacy:
    """What one generation leaves to the next: open ports, and the duty to stop the database."""

    listeners: dict[str, int]
    stops_database: bool = False

    def close(self) -> None:
        """Let go of the ports; others may hold them, too."""
        for descriptor in self.listeners.values():
            os.close(descriptor)


class Generation:
    """One version of Samovar as it runs."""

    def __init__(self, number: int, legacy: Legacy | None) -> None:
        self.number = number
        self.line, theirs = socket.socketpair()
        told = {"line": theirs.fileno(), "listeners": legacy.listeners if legacy else {}}
        told |= {"stops_database": bool(legacy and legacy.stops_database), "is_successor": legacy is not None}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "samovar", "start"],
            env={**os.environ, **name_parent(), LEGACY: json.dumps(told), GENERATION: str(number)},
            pass_fds=[theirs.fileno(), *(legacy.listeners.values() if legacy else ())],
            # What is typed at the terminal reaches us only.
            start_new_session=True,
        )
        theirs.close()

    def heard(self) -> Legacy | None:
        """Return what it leaves, once it says that it serves."""
        said, descriptors, _, _ = socket.recv_fds(self.line, MOST_BYTES, MOST_LISTENERS)
        if not said.startswith(SERVES):
            return None
        told = json.loads(said.removeprefix(SERVES))
        return Legacy(dict(zip(told["listeners"], descriptors, strict=True)), told["stops_database"])

    def tell(self, word: bytes) -> None:
        """Say ``word`` to it, if it still listens."""
        with suppress(OSError):
            self.line.send(word)


class Standing:
    """The process that stands, with at most three generations: one that comes, one that serves, one that goes."""

    def __init__(self) -> None:
        self.legacy: Legacy | None = None
        self.serving: Generation | None = None
        self.going: Generation | None = None
        self.coming: Generation | None = None
        self.is_stopping = False

    def run(self) -> int:
        """Stand until told to stop, or until what serves has ended; returns the code to end with."""
        ends, wakes = socket.socketpair()
        wakes.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        for awaited in (*STOP_SIGNALS, signal.SIGUSR2, signal.SIGCHLD):
            signal.signal(awaited, lambda *_: None)
        self.coming = Generation(0, None)
        while True:
            lines = [self.coming.line] if self.coming else []
            ready, _, _ = select.select([ends, *lines], [], [])
            if lines and lines[0] in ready:
                self._hear()
            if ends in ready:
                for number in ends.recv(MOST_BYTES):
                    self._signalled(signal.Signals(number))
            if (code := self._bury()) is not None:
                return code if code >= 0 else 128 - code

    def _signalled(self, number: signal.Signals) -> None:
        if number in STOP_SIGNALS:
            self.is_stopping = True
            for generation in filter(None, (self.coming, self.serving, self.going)):
                generation.process.terminate()
        elif number == signal.SIGUSR2 and not self.is_stopping:
            if self.coming or self.going or not self.serving:
                _say("There is a change of versions under way already.")
            else:
                self.coming = Generation(1 - self.serving.number, self.legacy)

    def _hear(self) -> None:
        assert self.coming
        legacy = self.coming.heard()
        if legacy is None:
            return
        if self.legacy:
            self.legacy.close()
        self.legacy, self.going, self.serving, self.coming = legacy, self.serving, self.coming, None
        if self.going:
            self.going.process.terminate()

    def _bury(self) -> int | None:
        """Take note of who has ended; returns the code to end with when there is nothing left to stand for."""
        if self.going and self.going.process.poll() is not None:
            self.going = None
            assert self.serving
            self.serving.tell(ALONE)
        if self.coming and (code := self.coming.process.poll()) is not None:
            self.coming = None
            if self.serving is None:
                return code
            if not self.is_stopping:
                _say("The new version did not start; why, stands above. The one before goes on serving.")
        if self.serving and (code := self.serving.process.poll()) is not None:
            for generation in filter(None, (self.coming, self.going)):
                generation.process.terminate()
                generation.process.wait()
            return code
        return None


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()

"""The fence around the reading of mail: it is done by another process, which is stopped when it takes too much.

Whatever a mail does to its reader, it ends after ten seconds of processor time, and the next mail is read by a new one.
How busy the machine is takes nothing from that; only a reader that does nothing at all is waited for no longer than
forty seconds. Readers stay for the next mail, so that an ordinary one costs no start.
"""

import atexit
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from samovar.channels.mail.reader import MOST_PROCESSOR_SECONDS, OUT_OF_MEMORY, READY
from samovar.channels.mail.reading import Circumstances, Reading
from samovar.lib.processes import cores

WAIT_SECONDS = 40
START_SECONDS = 60
ENDING_SECONDS = 5
# In bytes. What a reader took for a larger mail it may not give back, so it is let go.
LARGE = 4_000_000
COMMAND = (sys.executable, "-m", "samovar.channels.mail.reader")
FOLDER = Path(__file__).resolve().parents[2]


class Unfit(Exception):
    """A mail takes more than any mail may; the text says of what. It is not tried again."""


class TookTooLong(Unfit):
    """A mail took longer than all mails may."""

    def __init__(self) -> None:
        super().__init__(f"took longer than {MOST_PROCESSOR_SECONDS} s to read")


class TookTooMuch(Unfit):
    """A mail took more memory than all mails may."""


class ReaderDied(Exception):
    """The reader did not survive the mail, or somebody ended it meanwhile."""


class CouldNotRead(Exception):
    """The reader stumbled over the mail; the text is its reason."""


class NoReader(Exception):
    """No reader could be started: the machine is at its end, which says nothing about the mail."""


class _Gone(Exception):
    """The reader had gone home before it heard of the mail."""


class Reader:
    """A process that reads mails one by one."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=FOLDER)
        except OSError as error:
            raise NoReader(str(error)) from error
        assert self._process.stdin and self._process.stdout
        self._questions, self._answers = self._process.stdin, self._process.stdout
        self._is_new = True
        if not self._hears_within(START_SECONDS) or self._answers.read(1) != READY:
            raise NoReader(f"It ended with {self.end()} at once.")

    def read(self, content: bytes, circumstances: Circumstances) -> Reading:
        """Return what stands in a mail. Only after CouldNotRead can the reader be asked again."""
        try:
            self._ask(content, circumstances)
            if not self._hears_within(WAIT_SECONDS):
                raise TookTooLong
            answer = pickle.load(self._answers)
        except (EOFError, pickle.UnpicklingError) as error:
            raise self._cause() from error
        self._is_new = False
        if isinstance(answer, Reading):
            return answer
        raise CouldNotRead(answer)

    def end(self) -> int:
        """End the process, whatever it is doing; return its exit code."""
        self._process.kill()
        code = self._process.wait()
        with suppress(BrokenPipeError):
            self._questions.close()
        self._answers.close()
        return code

    def _ask(self, content: bytes, circumstances: Circumstances) -> None:
        # A reader that dies of a mail before it has heard all of it leaves its reason in its exit code, too.
        with suppress(BrokenPipeError):
            pickle.dump((content, circumstances), self._questions, pickle.HIGHEST_PROTOCOL)
            self._questions.flush()

    def _hears_within(self, seconds: int) -> bool:
        waiting = select.poll()
        waiting.register(self._answers, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def _cause(self) -> Exception:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING_SECONDS)
        code = self.end()
        if code == OUT_OF_MEMORY:
            return TookTooMuch("took more memory to read than a mail may")
        if code == -signal.SIGXCPU:
            return TookTooLong()
        if code == 0 and not self._is_new:
            return _Gone()
        return ReaderDied(f"the reader ended with {code}")


idle: deque[Reader] = deque()
"""Readers that wait for the next mail."""
_places = threading.BoundedSemaphore(max(2, cores()))


def read_fenced(content: bytes, circumstances: Circumstances) -> Reading:
    """Return what stands in a mail, read by another process.

    Raises Unfit when it takes too long or too much memory, ReaderDied, CouldNotRead, and NoReader.
    """
    with _places:
        with suppress(_Gone):
            return _read(_reader(), content, circumstances)
        return _read(Reader(), content, circumstances)


def _reader() -> Reader:
    try:
        return idle.pop()
    except IndexError:
        return Reader()


def _read(reader: Reader, content: bytes, circumstances: Circumstances) -> Reading:
    is_of_use = False
    try:
        found = reader.read(content, circumstances)
        is_of_use = len(content) <= LARGE
        return found
    except CouldNotRead:
        is_of_use = True
        raise
    finally:
        # Whatever else happened here, a reader that was interrupted has an answer on its tongue to a question past.
        if is_of_use:
            idle.append(reader)
        else:
            reader.end()


@atexit.register
def let_go() -> None:
    """End the readers that wait for the next mail."""
    while idle:
        idle.pop().end()


# A process that was forked off must not talk to the readers of its parent.
os.register_at_fork(after_in_child=idle.clear)

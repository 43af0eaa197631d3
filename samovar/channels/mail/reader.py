"""The process behind the fence: it reads one mail after another, and may be stopped at any of them.

It is started by ``channels/fencing.py`` as ``python -m samovar.channels.mail.reader``, gets questions on its standard
input and answers on its standard output. It knows no database and no secret of the installation, has limits of its
own on memory and on processor time, and ends when nobody needs it any more.
"""

import os
import pickle
import resource
import select
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from samovar.channels.mail.reading import read
from samovar.lib import faults
from samovar.lib.fence import Fence, reason

# Above what the process itself needs; a mail of the largest size takes about half of it.
MOST_BYTES = 300_000_000
# For one mail; the system ends a reader that needs more.
MOST_PROCESSOR_SECONDS = 10
IDLE_SECONDS = 600
OUT_OF_MEMORY = 97
READY = b"."


def main() -> None:
    """Answer until the input ends or nobody has asked for long."""
    # Who presses Ctrl-C means our parent, and we end with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever is printed while a mail is read must not stand among the answers.
    os.dup2(2, 1)
    _limit_memory()
    # What it leaves behind when it dies would be somebody's mail.
    _limit(resource.RLIMIT_CORE, 0)
    answers.write(READY)
    answers.flush()
    try:
        while select.select([questions], [], [], IDLE_SECONDS)[0] and _answer(questions, answers):
            pass
    except MemoryError:
        # There may be none left to say so in any other way.
        os._exit(OUT_OF_MEMORY)


def _answer(questions: BinaryIO, answers: BinaryIO) -> bool:
    """Read one mail and say what stands in it, or in words why it could not be read; False at the end."""
    try:
        content, circumstances = pickle.load(questions)
    except EOFError:
        return False
    _limit_processor()
    with Fence() as fence:
        faults.point("read")
        answer = read(content, circumstances)
    if isinstance(fence.error, MemoryError):
        raise fence.error
    pickle.dump(reason(fence.error) if fence.error else answer, answers, pickle.HIGHEST_PROTOCOL)
    answers.flush()
    return True


def _limit_memory() -> None:
    # Other systems than Linux neither say how large a process is nor keep it small.
    statm = Path("/proc/self/statm")
    if statm.exists():
        _limit(resource.RLIMIT_AS, int(statm.read_text().split()[0]) * resource.getpagesize() + MOST_BYTES)


def _limit_processor() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + MOST_PROCESSOR_SECONDS)


def _limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()

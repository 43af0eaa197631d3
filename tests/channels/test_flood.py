"""A flood of mail holds up nobody: what agents write leaves meanwhile, what is short is done, and memory stays flat."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from samovar.channels.jobs import forget_trials, take_in_left
from samovar.channels.models import ChannelAccount, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.jobs.models import Task
from samovar.jobs.queue import enqueue
from tests import make
from tests.channels.mails import mail, reply
from tests.channels.mailserver import Outbox
from tests.patience import until
from tests.postgres import ROOT, START

MAILS = 2000
# The worker has met everything by the first, and is far from done at the second.
EARLY, LATE = 200, 1200
MOST_GROWTH_KB = 30_000


@contextmanager
def working(database_url: str) -> Iterator[int]:
    """Let a worker run; give its process id."""
    environment = {**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", START, "tests.channels.working"], env=environment) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def memory_kb(pid: int) -> int:
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0])


def understood() -> int:
    return RawMail.objects.exclude(understood_at=None).count()


@pytest.mark.slow
def test_a_reply_leaves_while_two_thousand_mails_wait(
    database_url: str, account: ChannelAccount, outbox: Outbox, record_property: Callable[[str, object], None]
) -> None:
    conversation = make.conversation(sender=make.sender("elena@mail.example", "Elena"))
    flood = [mail(f"Letter {number}.", sender=("", f"c{number % 300}@mail.example")) for number in range(MAILS)]
    keep_all(Source(account.inbox_id), [Arrival(content, timezone.now()) for content in flood])
    enqueue(take_in_left)

    with working(database_url) as pid:
        until(lambda: understood() >= EARLY)
        early = memory_kb(pid)
        reply(conversation)
        enqueue(forget_trials)
        until(lambda: bool(outbox.taken))
        until(lambda: not Task.objects.filter(job=forget_trials.name, every_seconds=None).exists())
        behind = MAILS - understood()
        until(lambda: understood() >= LATE)
        grown = memory_kb(pid) - early

    record_property("mails still waiting when the reply had left", behind)
    record_property("memory grown by, in kB", grown)
    assert behind > MAILS - LATE
    assert grown < MOST_GROWTH_KB

"""Whatever is killed, and wherever: no mail is lost or doubled, and no reply is lost or doubled unmarked."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import psycopg
import pytest

from samovar.lib.postgres.processes import is_alive
from tests.channels.mails import mail
from tests.channels.mailserver import Dovecot, Outbox
from tests.installation import ROOT, Installation
from tests.patience import until
from tests.postgres import START

SEED = 20_261_121
# The long run: SAMOVAR_KILLS=100 SAMOVAR_MAILS=5000.
KILLS = int(os.environ.get("SAMOVAR_KILLS", "30"))
MAILS_A_ROUND = int(os.environ.get("SAMOVAR_MAILS", "300")) // KILLS
INTAKE = ("fetch.stored", "fetch.marked", "take.begun", "take.received", "take.done")
SENDING = ("send.begun", "send.taken", "send.settled")
POSTGRESQL, BLIND, ANSWERER = "postgresql", "blind", "answerer"


@dataclass
class Scene:
    """One installation, its mailbox, its customers, and what they were promised."""

    installation: Installation
    dovecot: Dovecot
    words: subprocess.Popen[str]
    chance: random.Random
    poured: list[str] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)

    def say(self, *words: object) -> list[str]:
        """Give an order to the processes; return what they say."""
        assert self.words.stdin and self.words.stdout
        self.words.stdin.write(" ".join(map(str, words)) + "\n")
        self.words.stdin.flush()
        said = [self.words.stdout.readline().strip()]
        while words[0] != "work" and said[-1] != "done":
            said.append(self.words.stdout.readline().strip())
        return said

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query; nothing while the database is away."""
        try:
            return self.installation.ask(query)
        except psycopg.OperationalError:
            return []

    def write(self) -> None:
        """Let customers write."""
        first = len(self.poured)
        ids = [f"{number}@mail.example" for number in range(first, first + MAILS_A_ROUND)]
        self.dovecot.pour(
            "help",
            (
                mail(f"Mail {name}.", sender=("", f"customer{number % 7}@mail.example"), **{"Message_ID": f"<{name}>"})
                for number, name in enumerate(ids, first)
            ),
        )
        self.poured += ids

    def answer(self, wanted: str = "") -> int:
        """Let an agent answer two conversations; what was said to be stored is a promise. Return how many were."""
        rows = self.ask("SELECT id FROM conversations_conversation ORDER BY id DESC LIMIT 20")
        chosen = ",".join(str(row[0]) for row in self.chance.sample(rows, 2))
        stored = [word for word in self.say("answer", chosen, wanted) if word != "done"]
        self.promised += stored
        return len(stored)

    def taken_in(self) -> int:
        """Return how many mails are messages by now."""
        rows = self.ask("SELECT count(*) FROM conversations_message WHERE direction = 'in'")
        return int(str(rows[0][0])) if rows else -1

    def unsettled(self) -> int:
        """Return how many replies are on their way."""
        rows = self.ask("SELECT count(*) FROM channels_delivery WHERE sent_at IS NULL AND failed_at IS NULL")
        return int(str(rows[0][0])) if rows else -1

    def is_quiet(self) -> bool:
        """Whether everything that can be done at once is done."""
        due = self.ask("SELECT count(*) FROM jobs_task WHERE run_at <= now() AND claimed_until IS NULL")
        return self.taken_in() == len(self.poured) and due == [(0,)]

    def round(self, what: str) -> None:
        """Let a worker work until it, or what it stands on, is killed as ``what`` says."""
        self.write()
        answered = self.answer("send.queued:2" if what == ANSWERER else "")
        most = {"fetch": 1, "take": MAILS_A_ROUND, "send": 2}.get(what.partition(".")[0], 0)
        fault = f"{what}:{self.chance.randint(1, most)}" if most else ""
        pid = int(self.say("work", fault)[0])
        if fault:
            # Each point lies on the way of what was written just now: no worker comes past it.
            until(lambda: not is_alive(pid))
        elif what == ANSWERER:
            assert answered == 1
            until(self.is_quiet)
        else:
            enough = len(self.poured) - self.chance.randint(1, MAILS_A_ROUND)
            until(lambda: self.taken_in() >= enough)
            assert is_alive(pid)
        if what == POSTGRESQL:
            self.kill_postgresql()
            until(self.is_quiet)
        # It may die by itself at any moment.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        until(lambda: not is_alive(pid))
        self.kills[what] += 1

    def kill_postgresql(self) -> None:
        """Kill the database and start it again, as its supervisor does."""
        postmaster = self.installation.cluster.pid()
        assert postmaster
        os.kill(postmaster, signal.SIGKILL)
        until(lambda: not is_alive(postmaster))
        self.installation.cluster.start()

    def finish(self) -> None:
        """Let the minutes pass after which the work of the dead is taken up, and work until all is done."""
        pid = int(self.say("work")[0])
        self.installation.ask(
            "UPDATE channels_delivery SET next_try_at = now() - interval '2 minutes' WHERE sent_at IS NULL RETURNING id"
        )
        self.say("sweep")
        until(lambda: self.taken_in() == len(self.poured) and self.unsettled() == 0)
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def scene(home: Path, dovecot: Dovecot, outbox: Outbox) -> Iterator[Scene]:
    """An installation with a connected mailbox, to which the first customers have written; its database is durable."""
    installation = Installation(home)
    anna = ("anna@aurora.example", "--name", "Anna", "--role", "agent", "--password-stdin")
    installation.run("user", "create", *anna, given="warm oak table 7")
    environment = {**installation.environment, "SAMOVAR_ROLE": "work", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START, "tests.channels.victims"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as words:
        set_up = Scene(installation, dovecot, words, random.Random(SEED))
        set_up.say("mailbox", dovecot.port, outbox.port)
        set_up.write()
        set_up.write()
        pid = int(set_up.say("work")[0])
        until(set_up.is_quiet)
        os.kill(pid, signal.SIGKILL)
        yield set_up
        words.kill()


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_is_killed(scene: Scene, outbox: Outbox) -> None:
    once = [*INTAKE * 3, *SENDING * 3, *[POSTGRESQL] * 2, *[BLIND] * 2, *[ANSWERER] * 2]
    points = list(islice(cycle(once), KILLS))
    scene.chance.shuffle(points)

    for what in points:
        scene.round(what)
    scene.finish()

    unread = "SELECT r.problem FROM channels_rawmail r JOIN conversations_message m ON m.id = r.message_id WHERE"
    assert scene.ask(f"{unread} m.mail_class = 'unreadable'") == []
    ids = "SELECT external_id FROM conversations_message WHERE direction = "
    stored = Counter(str(row[0]) for row in scene.ask(f"{ids} 'in'"))
    assert stored == Counter(scene.poured)
    assert scene.ask("SELECT count(*) FROM channels_rawmail WHERE understood_at IS NULL") == [(0,)]
    assert scene.ask("SELECT count(*) FROM conversations_conversation WHERE kind <> 'human'") == [(0,)]
    assert scene.kills == Counter(points)

    received = Counter(received["Message-ID"].strip("<>") for received in outbox.mails)
    written = {str(row[0]) for row in scene.ask(f"{ids} 'out'")}
    marked = {
        str(row[0])
        for row in scene.ask(
            "SELECT m.external_id FROM channels_delivery d JOIN conversations_message m ON m.id = d.message_id"
            " WHERE d.may_be_twice"
        )
    }
    assert set(scene.promised) <= written == received.keys()
    assert {name for name, times in received.items() if times > 1} <= marked
    told = f"{sum(scene.kills.values())} kills, {len(scene.poured)} mails: 0 lost, 0 doubled;"
    # What the run has shown.
    print(f"{told} {len(scene.promised)} replies: 0 lost, {len(marked)} marked as perhaps sent twice")  # noqa: T201

"""Processes of Samovar that a test kills: one process has everything loaded and forks the others at a word.

Words come one a line: ``mailbox IMAP SMTP``, ``work FAULTS`` (a worker, until it is killed), ``answer CONVERSATIONS
FAULTS`` (a web process to which an agent sends replies; it says each that was accepted), ``sweep``. The answer to
each is one line; those of ``answer`` end with one that says ``done``.
"""

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus

from django.test import Client

from samovar.accounts.models import User
from samovar.channels.jobs import take_up_deliveries
from samovar.channels.models import ChannelAccount
from samovar.conversations.models import Message
from samovar.jobs import worker
from samovar.lib import faults, processes
from tests import make
from tests.channels.mailserver import PASSWORD


def main() -> None:
    """Obey until the input ends."""
    os.environ[processes.PARENT] = str(os.getpid())
    for line in sys.stdin:
        word, *arguments = line.split()
        pid = os.fork()
        if pid == 0:
            processes.die_with_parent(signal.SIGKILL)
            random.seed()
            WORDS[word](*arguments)
            os._exit(0)
        if word == "work":
            threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
            say(pid)
        else:
            os.waitpid(pid, 0)
            say("done")


def say(word: object) -> None:
    """Say one word on a line of its own."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _mailbox(imap_port: str, smtp_port: str) -> None:
    account = ChannelAccount(imap_host="127.0.0.1", imap_port=int(imap_port), imap_security="none", user_name="help")
    account.smtp_host, account.smtp_port, account.smtp_security = "127.0.0.1", int(smtp_port), "none"
    account.password = PASSWORD
    # No letter waits for its turn: what is written in a round is sent in it.
    account.most_a_minute = 10_000
    account.connect(make.inbox(), None)


def _work(wanted: str = "") -> None:
    os.environ[faults.VARIABLE] = wanted
    worker.run(threading.Event(), threads=3)


def _answer(conversations: str, wanted: str = "") -> None:
    os.environ[faults.VARIABLE] = wanted
    anna = User.objects.get()
    # What she sends leaves at once.
    anna.change_ways(undo_seconds=0)
    client = Client(SERVER_NAME="localhost")
    client.force_login(anna)
    for pk in conversations.split(","):
        text = f"Answer of process {os.getpid()}."
        answer = client.post(
            f"/conversations/{pk}/messages/", {"mode": "reply", "text": text}, headers={"HX-Request": "true"}
        )
        if answer.status_code == HTTPStatus.OK:
            say(Message.objects.get(conversation=int(pk), text=text).external_id)


def _sweep() -> None:
    take_up_deliveries()


WORDS: dict[str, Callable[..., None]] = {"mailbox": _mailbox, "work": _work, "answer": _answer, "sweep": _sweep}

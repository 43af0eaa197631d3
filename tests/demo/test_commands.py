"""``samovar demo`` with its real processes: it fills in once, can be stopped, and goes on."""

import os
import re
import signal
import subprocess
import sys

import pytest
from django.db import connection, transaction

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Message
from samovar.demo.models import FilledPart, Filling
from tests import make
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)
COMMAND = [sys.executable, "-m", "samovar", "demo"]


def _run(url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    variables = {**os.environ, "DATABASE_URL": url}
    return subprocess.run([*COMMAND, *words], env=variables, capture_output=True, text=True, timeout=300, check=False)


def test_the_command_fills_in_once_and_says_how_to_sign_in(database_url: str) -> None:
    first = _run(database_url, "--messages", "700", "--seed", "3")
    assert first.returncode == 0, first.stderr
    assert "anna@aurora.example" in first.stdout
    assert "aurora-home-demo" in first.stdout
    conversations, messages = Conversation.objects.count(), Message.objects.count()
    assert conversations == 130

    again = _run(database_url)

    assert again.returncode == 0, again.stderr
    assert (Conversation.objects.count(), Message.objects.count()) == (conversations, messages)
    assert "Another demo company is here" in _run(database_url, "--seed", "4").stderr


def test_in_an_installation_in_use_the_password_is_a_new_one_and_shown_once(database_url: str) -> None:
    make.admin("boss")
    with transaction.atomic():
        make.customer("Elena Sokolova")

    first = _run(database_url, "--messages", "300", "--mix-with-real-data")
    again = _run(database_url)

    assert first.returncode == 0, first.stderr
    shown = re.search(r"It is shown this once: (\S+)", first.stdout)
    assert shown and User.objects.get(email="oksana@aurora.example").check_password(shown[1])
    assert "oksana@aurora.example" in again.stdout
    assert "aurora-home-demo" not in first.stdout + again.stdout
    assert shown[1] not in again.stdout


def test_stopped_by_ctrl_c_it_goes_on_when_it_is_called_again(database_url: str) -> None:
    variables = {**os.environ, "DATABASE_URL": database_url}
    words = [*COMMAND, "--messages", "4000"]
    already_here = _backends()
    running = subprocess.Popen(
        words, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=_hear_ctrl_c
    )
    until(lambda: FilledPart.objects.filter(name__startswith="conversations").exists())
    running.send_signal(signal.SIGINT)
    _output, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "goes on with the rest" in said
    until(lambda: _backends() <= already_here)
    begun = Conversation.objects.count()
    assert 0 < begun < Filling.objects.get().conversations

    finished = _run(database_url)

    assert finished.returncode == 0, finished.stderr
    assert Conversation.objects.count() == Filling.objects.get().conversations
    assert Filling.objects.get().finished_at is not None


def _hear_ctrl_c() -> None:
    # What the tests run in may be deaf to it, and a child inherits that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _backends() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}

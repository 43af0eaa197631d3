"""A new version takes over from the one that serves: nobody who reads or writes meanwhile is turned away."""

import contextlib
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from samovar.lib.postgres.processes import is_alive
from tests.installation import Installation
from tests.live.serving import PATIENCE_SECONDS, wait_until
from tests.operations.test_serving import address, descendants, free_port, on_a_port
from tests.operations.traffic import Seat, Traffic
from tests.sources import PACKAGE

SECOND = "This is the second version"
MIGRATION = f"""
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("jobs", "{max(PACKAGE.glob("jobs/migrations/0*.py")).stem}")]
    operations = [migrations.RunSQL("CREATE TABLE second_version ()", "DROP TABLE second_version")]
"""


SIT_DOWN = """
from tests import make
from tests.operations.traffic import Seat
make.inbox()
print(Seat.of(make.agent(), make.conversation()).words())
"""


class Served:
    """An installation whose code the test may change, and the command that serves it."""

    def __init__(self, installation: Installation, code: Path, seat: Seat) -> None:
        self.installation, self.code, self.seat = installation, code, seat
        self.process = installation.begin("start")
        self.said = ""
        # Who does not listen stops whoever speaks.
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def end(self) -> int:
        """Stop it; return the code with which it ended."""
        assert self.process.stdout is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE_SECONDS)
        self._listener.join()
        self.process.stdout.close()
        return code

    def traffic(self) -> Traffic:
        """Return readers and a mail server."""
        mail_port = int(self.installation.variables["SAMOVAR_LMTP"].rpartition(":")[2])
        return Traffic(address(self.installation), mail_port, SECOND, self.seat)

    def change_version(self, words: str) -> str:
        """Have the version that lies there take over; return what was said until ``words``."""
        before = len(self.said)
        self.process.send_signal(signal.SIGUSR2)
        wait_until(lambda: words in self.said[before:])
        return self.said[before:]

    def put_second_version(self) -> None:
        """Put another version where the first one lies: other pages, other tables."""
        page = self.code / "accounts" / "templates" / "account" / "login.html"
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("{% block main %}", f"{{% block main %}}<p>{SECOND}</p>"), encoding="utf-8")
        (self.code / "jobs" / "migrations" / "9999_second.py").write_text(MIGRATION, encoding="utf-8")

    def messages(self) -> set[str]:
        """Return the ids of all mails that arrived."""
        found = self.installation.ask("SELECT external_id FROM conversations_message")
        return {str(row[0]) for row in found}

    def notes(self) -> set[str]:
        """Return all notes that were written."""
        found = self.installation.ask("SELECT text FROM conversations_message WHERE direction = 'note'")
        return {str(row[0]) for row in found}

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line


@pytest.fixture
def served(installation: Installation, tmp_path: Path) -> Iterator[Served]:
    """Return what serves pages and takes mail."""
    words = ("user", "create", "anna@aurora.example", "--name", "Anna", "--role", "admin", "--password-stdin")
    installation.run(*words, given="warm oak table 7\n")
    said = installation.run("manage", "shell", "-c", SIT_DOWN).stdout
    # Whoever starts the database has to stop it, also after several versions.
    installation.cluster.stop()
    shutil.copytree(PACKAGE, tmp_path / "samovar", ignore=shutil.ignore_patterns("__pycache__"))
    copied = on_a_port(installation.home)
    variables = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(tmp_path), "SAMOVAR_LMTP": f"127.0.0.1:{free_port()}"}
    copied = replace(copied, variables={**copied.variables, **variables})
    found = Served(copied, tmp_path / "samovar", Seat.read(said.splitlines()[-1]))
    try:
        wait_until(lambda: "Samovar is ready" in found.said)
        yield found
    finally:
        found.end()


def test_a_new_version_takes_over_without_turning_anybody_away(served: Served) -> None:
    postmaster = served.installation.cluster.pid()
    before = [pid for pid in descendants(served.process.pid) if "postgres" not in name_of(pid)]
    with served.traffic() as traffic:
        wait_until(lambda: len(traffic.taken) > 3 and traffic.versions[False] > 3)
        served.put_second_version()
        said = served.change_version("Samovar is ready")
        wait_until(lambda: not any(map(is_alive, before)))
        old, written = traffic.versions[False], len(traffic.taken)
        wait_until(lambda: len(traffic.taken) > written + 3 and traffic.versions[True] > 3)

    assert set(traffic.answers) == {200}, traffic.answers
    # What the two readers had in hand when the old version ended, and no more.
    assert traffic.versions[False] <= old + 2
    assert "Making a backup before the upgrade" in said
    assert served.installation.ask("SELECT to_regclass('second_version')::text") == [("second_version",)]
    wait_until(lambda: served.messages() >= set(traffic.taken))
    assert served.notes() >= set(traffic.notes) != set()
    assert served.installation.cluster.pid() == postmaster

    assert served.end() == 0
    assert not served.installation.cluster.is_ready()


def test_a_version_that_does_not_start_leaves_the_one_before_and_says_why(served: Served) -> None:
    sound = (served.code / "wsgi.py").read_text(encoding="utf-8")
    with served.traffic() as traffic:
        (served.code / "wsgi.py").write_text("raise RuntimeError('the second version is broken')\n", encoding="utf-8")
        said = served.change_version("goes on serving")
        read = traffic.versions[False]
        wait_until(lambda: traffic.versions[False] > read + 3)

        # Put right, it takes over.
        (served.code / "wsgi.py").write_text(sound, encoding="utf-8")
        served.put_second_version()
        served.change_version("Samovar is ready")
        wait_until(lambda: traffic.versions[True] > 3)

    assert "RuntimeError" in said
    assert set(traffic.answers) == {200}, traffic.answers


def name_of(pid: int) -> str:
    """Return the name of a process; one that has ended has none."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    return ""

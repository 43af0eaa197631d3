"""An upgrade while people read and mail comes in: who was turned away, and who waited for whom.

The second version is a copy of this one that changes the table of messages and builds an index on it.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import monotonic, sleep

from django.conf import settings
from django.db import connection

import bench.ready  # noqa: F401 - first of all, because the settings must be there
from bench.figures import Figures
from bench.serving import free_port, wait_for
from samovar.accounts.models import Role, User
from samovar.conversations.models import Inbox, Message
from samovar.operations import readiness
from tests import make
from tests.operations.traffic import Seat, Traffic

PACKAGE = Path(__file__).resolve().parent.parent / "samovar"
# Together 20 requests a second and more, as long as an answer takes less than a tenth of a second.
READERS, PAUSE_SECONDS = 6, 0.2
AROUND_SECONDS = 5
LOOK_SECONDS = 0.05
MARK = "This is the second version"
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "{last}")]
    operations = [
        migrations.RunSQL("ALTER TABLE conversations_message ADD COLUMN bench_rank integer NOT NULL DEFAULT 0"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY bench_ranks ON conversations_message (bench_rank)"),
    ]
"""
LEFT = (
    "ALTER TABLE conversations_message DROP COLUMN IF EXISTS bench_rank",
    "DELETE FROM django_migrations WHERE name = '9999_bench'",
)
WAITS = (
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - w.waitstart)), 0) FROM pg_locks w"
    " WHERE NOT w.granted AND w.locktype IN ('relation', 'tuple', 'transactionid')"
    " AND w.pid <> ALL (SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%')"
)


class Watch(threading.Thread):
    """Looks again and again how long anybody has been waiting for a lock."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_seconds = 0.0
        self.end = threading.Event()

    def run(self) -> None:
        """Look until the end is said."""
        with connection.cursor() as cursor:
            while not self.end.wait(LOOK_SECONDS):
                cursor.execute(WAITS)
                self.longest_seconds = max(self.longest_seconds, float(cursor.fetchone()[0]))
        connection.close()


def second_version(code: Path) -> None:
    """Turn the copy into the version that takes over."""
    page = code / "accounts" / "templates" / "account" / "login.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("{% block main %}", f"{{% block main %}}<p>{MARK}</p>"), encoding="utf-8")
    migrations = code / "conversations" / "migrations"
    last = max(path.stem for path in migrations.glob("0*.py"))
    (migrations / "9999_bench.py").write_text(MIGRATION.format(last=last), encoding="utf-8")


def measure(figures: Figures, folder: Path) -> None:
    """Serve a copy, change it under load, and count."""
    shutil.copytree(PACKAGE, folder / "samovar", ignore=shutil.ignore_patterns("__pycache__"))
    port, mail_port = free_port(), free_port()
    own = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(folder), "SAMOVAR_PORT": str(port)}
    variables = {**os.environ, **own, "SAMOVAR_LMTP": f"127.0.0.1:{mail_port}"}
    variables.pop("SAMOVAR_ROLE")
    address, watch = f"http://localhost:{port}", Watch()
    with subprocess.Popen([sys.executable, "-m", "samovar", "start"], env=variables, stdout=sys.stderr) as process:
        wait_for(address + "/accounts/login/")
        watch.start()
        traffic = Traffic(address, mail_port, MARK, seat(), pause_seconds=PAUSE_SECONDS, readers=READERS)
        began = monotonic()
        with traffic:
            took = upgrade(process, folder / "samovar", traffic)
        seconds = monotonic() - began
        lost = lost_mails(traffic)
        watch.end.set()
        watch.join()
        process.terminate()
    wrong = traffic.answers.total() - traffic.answers[200]
    figures.add("requests a second meanwhile", traffic.answers.total() / seconds, "/s", "≥ 20 /s")
    figures.add("answers of class 5xx, and refused connections", wrong, "", "0")
    figures.add("slowest answer", traffic.slowest_seconds * 1000, "ms")
    figures.add("notes a second meanwhile", len(traffic.notes) / seconds, "/s")
    figures.add("notes lost", lost_notes(traffic), "", "0")
    figures.add("mails a second meanwhile", len(traffic.taken) / seconds, "/s")
    figures.add("mails lost", lost, "", "0")
    figures.add("longest wait for a lock", watch.longest_seconds * 1000, "ms", "≤ 2,000 ms")
    figures.add("until the new version answers", took, "s")


def seat() -> Seat:
    """Return a place at the desk of somebody who may see everything."""
    boss = User.objects.filter(is_active=True, role=Role.ADMIN).order_by("pk")[0]
    return Seat.of(boss, make.conversation())


def upgrade(process: subprocess.Popen[bytes], code: Path, traffic: Traffic) -> float:
    """Let the second version take over, with some time around; return the seconds until it answers."""
    sleep(AROUND_SECONDS)
    second_version(code)
    began = monotonic()
    process.send_signal(signal.SIGUSR2)
    while not traffic.versions[True] and process.poll() is None:
        sleep(LOOK_SECONDS)
    took = monotonic() - began
    # Until the version before is gone, too.
    sleep(AROUND_SECONDS * 3)
    return took


def lost_mails(traffic: Traffic) -> int:
    """Return how many mails are no messages after a minute."""
    for _ in range(60):
        found = Message.objects.filter(external_id__in=traffic.taken).count()
        if found == len(traffic.taken):
            break
        sleep(1)
    return len(traffic.taken) - found


def lost_notes(traffic: Traffic) -> int:
    """Return how many notes are not in the conversation."""
    return len(traffic.notes) - Message.objects.filter(text__in=traffic.notes).count()


def clear_away() -> None:
    """Take the second version's marks out of the data set."""
    with connection.cursor() as cursor:
        for statement in LEFT:
            cursor.execute(statement)


if __name__ == "__main__":
    noted = Figures("Upgrading")
    readiness.ensure()
    clear_away()
    if not Inbox.objects.filter(address="help@aurora.example").exists():
        make.inbox()
    try:
        with tempfile.TemporaryDirectory(prefix="samovar-bench-upgrading-", dir=settings.HOME) as place:
            measure(noted, Path(place))
    finally:
        readiness.reach()
        clear_away()
    noted.finish()

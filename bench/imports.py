"""Importing mail: mails a second by the bulk path and one by one, and the processor time of a mail."""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from django.db import connection

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench import processor
from bench.figures import Figures
from samovar.channels import fencing
from samovar.channels.importing import import_mails
from samovar.conversations.models import Inbox
from samovar.lib import env
from samovar.lib.postgres import place

HEADS = re.compile(rb"^(?:message-id|in-reply-to|references):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
ROUNDS = 2
SINGLE = 600
STORE = """
INSERT INTO bench_mail (raw, words)
SELECT raw, to_tsvector('samovar', convert_from(raw, 'LATIN1')) FROM unnest(%s::bytea[]) AS given(raw)
"""


def corpus() -> list[bytes]:
    """Return the mails of the public mailbox, or letters of our own where the public data are not at hand."""
    folder = os.environ.get("SAMOVAR_DATA")
    if not folder:
        return [letter(number) for number in range(3000)]
    found = []
    for path in sorted((Path(folder) / "public-mailbox").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            found += [archive.read(name) for name in sorted(archive.namelist())]
    return found


def letter(number: int) -> bytes:
    """Return a mail of about 4 kB."""
    text = f"Good day, my order {20000 + number} has not come. Where is it?\n" * 60
    sender = f"From: C{number} <c{number % 700}@mail.example>\nMessage-ID: <{number}@mail.example>\n"
    return f"{sender}Subject: Order {number}\nDate: Mon, 02 Mar 2026 12:00:00 +0300\n\n{text}".encode()


def with_new_ids(mails: list[bytes], mark: bytes) -> Iterator[bytes]:
    """Yield the mails under ids of their own, related among each other as before."""
    for mail in mails:
        head, blank, body = mail.partition(b"\n\n")
        yield HEADS.sub(lambda found: found[0].replace(b"<", b"<" + mark), head) + blank + body + b"\n" + mark


def measure(figures: Figures) -> None:
    """Import, and note the figures."""
    data = place.data(env.home())
    inbox = Inbox.objects.get_or_create(name="Bench")[0]
    mails, run = corpus(), str(os.getpid()).encode()
    bulk = [mail for number in range(ROUNDS) for mail in with_new_ids(mails, run + b"-%d-" % number)]
    before = processor.own_seconds() + processor.database_seconds(data)
    start = perf_counter()
    counts = import_mails(inbox, bulk)
    seconds = perf_counter() - start
    connection.close()
    # Only of processes that have ended is it known what they took.
    fencing.let_go()
    spent = processor.own_seconds() + processor.database_seconds(data) - before
    figures.add("bulk import", counts.stored / seconds, "mails/s", "≥ 250/s; large ≥ 80 % of empty", limit(bulk))
    figures.add("processor time of a mail", spent / counts.stored * 1000, "ms", "≤ 5 ms")
    single = list(with_new_ids(mails[:SINGLE], run + b"-single-"))
    start = perf_counter()
    for mail in single:
        import_mails(inbox, [mail], processes=1)
    figures.add("one mail a transaction", len(single) / (perf_counter() - start), "mails/s", "≥ 60/s")


def limit(mails: list[bytes]) -> str:
    """Return how many of these mails PostgreSQL alone stores and indexes in a second, in batches of 64."""
    safe = [mail.replace(b"\0", b" ") for mail in mails]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_mail (id bigserial PRIMARY KEY, raw bytea, words tsvector)")
        cursor.execute("CREATE INDEX ON bench_mail USING gin (words)")
        start = perf_counter()
        for first in range(0, len(safe), 64):
            cursor.execute(STORE, [safe[first : first + 64]])
        seconds = perf_counter() - start
        cursor.execute("DROP TABLE bench_mail")
    return f"{len(mails) / seconds:,.0f} rows/s"


if __name__ == "__main__":
    noted = Figures("Importing mail")
    measure(noted)
    noted.finish()

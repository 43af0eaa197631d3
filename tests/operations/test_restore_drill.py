"""What the manual says of the day after a disaster, done word by word while mail comes in and pages are served."""

import re
import shlex
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from tests.installation import ROOT, Installation
from tests.live.serving import wait_until
from tests.operations.test_serving import answers_at, free_port, on_a_port, said_until, status

PAGE = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
FILE = "/mnt/backup/samovar.backup"
INBOX = "from tests import make; make.inbox('help@aurora.example')"
# What is never changed after it was written, as texts that can be compared.
NEVER_CHANGED = (
    "SELECT t::text FROM events_event t",
    "SELECT t::text FROM files_chunk t",
    "SELECT id || ':' || md5(content) FROM channels_rawmail",
    "SELECT id || ':' || md5(text) FROM conversations_message",
    "SELECT id || ':' || file_id || name FROM conversations_attachment",
)


def _commands(heading: str) -> list[list[str]]:
    """Return the words of each ``samovar …`` of the first block below ``heading`` in the manual."""
    block = re.search(rf"^### {heading}\n.*?^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert block, f"the manual says nothing of {heading}"
    lines = [shlex.split(line, comments=True) for line in block[1].splitlines()]
    return [words[1:] for words in lines if words and words[0] == ".venv/bin/samovar"]


class Load:
    """Mail that comes in and pages that are asked for, by threads of their own, until told to stop."""

    def __init__(self, served: Installation) -> None:
        self.taken: list[str] = []
        self.pages: set[int] = set()
        self._served = served
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._write, self._read)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        host, _colon, port = self._served.variables["SAMOVAR_LMTP"].partition(":")
        with smtplib.LMTP(host, int(port), timeout=120) as line:
            while not self._over.is_set():
                number = f"{len(self.taken)}@mail.example"
                # Refused, it raises.
                line.send_message(_mail(number))
                self.taken.append(number)
            line.quit()

    def _read(self) -> None:
        while not self._over.is_set():
            self.pages.add(status(self._served, "/"))


def _mail(number: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "Anna <anna@mail.example>", "help@aurora.example", f"<{number}>"
    mail["Subject"] = "A scratch"
    mail.set_content(f"The table came with a scratch: {number}")
    mail.add_attachment(number.encode() * 100, maintype="image", subtype="x-scratch", filename="scratch.bin")
    return mail


def test_the_manual_brings_everything_back_from_a_backup_made_while_all_went_on(home: Path, tmp_path: Path) -> None:
    served = on_a_port(home)
    served = replace(served, variables={**served.variables, "SAMOVAR_LMTP": f"127.0.0.1:{free_port()}"})
    other, file = Installation(home.parent / "other"), str(tmp_path / "samovar.backup")
    try:
        with _serving(served):
            served.run("manage", "shell", "--command", INBOX)
            wait_until(lambda: answers_at(served.variables["SAMOVAR_LMTP"]) == b"220")
            with Load(served) as load:
                wait_until(lambda: len(load.taken) >= 5)
                before = list(load.taken)
                for words in _commands("Backup"):
                    served.run(*(word.replace(FILE, file) for word in words))
                assert len(load.taken) > len(before), "mail came in meanwhile"
            assert load.pages == {200}
            kept = [{row for (row,) in served.ask(query)} for query in NEVER_CHANGED]

        done = {}
        for words in _commands("Restore"):
            done[words[0]] = other.run(*(word.replace(FILE, file) for word in words), code=None)

        assert {name: one.returncode for name, one in done.items()} == {
            "check-backup": 0,
            "restore": 0,
            "doctor": 0,
            # Nothing leaves until somebody says so.
            "sending": 3,
        }
        assert "✗" not in done["doctor"].stdout
        assert "samovar sending resume" in done["sending"].stdout
        for query, all_of_them in zip(NEVER_CHANGED, kept, strict=True):
            back = {row for (row,) in other.ask(query)}
            assert back and back <= all_of_them
        arrived = {number for (number,) in other.ask("SELECT external_id FROM conversations_message")}
        assert set(before) - arrived == set(), "what was confirmed before the backup is in it"
        assert _keys(other) == _keys(served)
        assert "agrees" in other.run("rebuild", "--check").stderr
    finally:
        other.cluster.stop()


@contextmanager
def _serving(installation: Installation) -> Iterator[None]:
    """Serve; what is said is read to its end, or it would fill the pipe and hold everything up."""
    process = installation.begin("start")
    assert process.stdout is not None
    said_until(process, "Setup code")
    reader = threading.Thread(target=process.stdout.readlines)
    reader.start()
    try:
        yield
    finally:
        process.terminate()
        reader.join(120)
        process.wait(120)
        process.stdout.close()


def _keys(installation: Installation) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (installation.home / "secrets").iterdir()}

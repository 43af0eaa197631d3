"""No mail can hurt a worker: whatever reading one does, its bytes stay, a person sees why, and the next one is read."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from samovar.channels import fencing, taking_in
from samovar.channels.fencing import NoReader, read_fenced
from samovar.channels.mail.reading import Circumstances
from samovar.channels.models import RawMail
from samovar.channels.reading_again import read_again, why_unread
from samovar.conversations.models import Message
from samovar.lib import clock, faults
from tests import make
from tests.channels.mails import mail
from tests.channels.poison import HEAD, POISON, attached, header_of_100_mb
from tests.postgres import ROOT, START

# Of a worker with all that is loaded in it; each of its readers has a limit of its own.
MOST_KB = 300_000

Harm = Callable[[str], None]


@pytest.fixture
def harm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harm]:
    """Call it to have the reader of mail come to harm: "1:hang" at its first mail, "*:crash" at every one."""

    def do(what: str) -> None:
        fencing.let_go()
        monkeypatch.setenv(faults.VARIABLE, f"read:{what}")

    yield do
    monkeypatch.delenv(faults.VARIABLE, raising=False)
    fencing.let_go()


def three_mails() -> list[RawMail]:
    return [make.raw_mail(mail(f"Letter {number}.")) for number in range(3)]


def take_in() -> None:
    taking_in.take_in_each(RawMail.objects.all())


def found(raw: RawMail) -> Message:
    raw.refresh_from_db()
    assert raw.message is not None
    return raw.message


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["kill", "crash", "abort", "leave", "fail", "stop", "recurse", "stumble"])
def test_a_mail_at_which_its_reader_died_once_is_read_the_next_time_behind_its_neighbours(
    how: str, harm: Harm, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = three_mails()
    harm(f"1:{how}")
    taking_in.take_in_each(RawMail.objects.filter(pk=first.pk))
    first.refresh_from_db()
    assert (first.tries, first.understood_at) == (1, None)

    monkeypatch.delenv(faults.VARIABLE)
    take_in()

    assert [found(raw).text.strip() for raw in (first, *others)] == ["Letter 0.", "Letter 1.", "Letter 2."]


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["kill", "crash", "leave", "recurse", "stumble"])
def test_a_mail_that_always_breaks_its_reader_is_set_aside_after_three_tries(how: str, harm: Harm) -> None:
    raw = make.raw_mail(content := mail("Boom."))
    harm(f"*:{how}")

    for _round in range(4):
        take_in()

    assert found(raw).mail_class == "unreadable"
    assert raw.tries == 3
    assert bytes(raw.content) == content
    assert why_unread(raw)
    assert make.inbox().pk == raw.inbox_id


# No transaction may be open while a mail is read: the database would end it.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("how", "reason", "words"),
    [
        ("hang", "TookTooLong: took longer than 10 s to read", "longer than ten seconds"),
        ("sleep", "TookTooLong: took longer than 10 s to read", "longer than ten seconds"),
        ("fill", "TookTooMuch: took more memory to read than a mail may", "more memory"),
    ],
)
def test_a_mail_that_takes_too_much_is_set_aside_at_once_and_the_next_is_read(
    how: str, reason: str, words: str, harm: Harm, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, *others = three_mails()
    content = bytes(poison.content)
    monkeypatch.setattr(fencing, "WAIT_SECONDS", 10 if how == "sleep" else fencing.WAIT_SECONDS)
    harm(f"1:{how}")
    taking_in.take_in_each(RawMail.objects.filter(pk=poison.pk))
    monkeypatch.delenv(faults.VARIABLE)

    take_in()

    assert found(poison).mail_class == "unreadable"
    assert poison.problem == reason
    assert words in why_unread(poison)
    assert bytes(poison.content) == content
    assert [found(raw).text.strip() for raw in others] == ["Letter 1.", "Letter 2."]


@pytest.mark.django_db
def test_reading_again_is_behind_the_fence_as_well(harm: Harm) -> None:
    harm("*:fill")
    message = make.unread_mail(mail("Boom."))

    assert read_again(message, by=make.agent()) is None

    assert "more memory" in why_unread(RawMail.objects.get())


def test_a_reader_serves_many_mails() -> None:
    fencing.let_go()
    read_fenced(mail("One."), Circumstances(clock.now()))
    [reader] = fencing.idle

    assert read_fenced(mail("Two."), Circumstances(clock.now())).mail.text.strip() == "Two."
    assert list(fencing.idle) == [reader]


def test_a_mail_never_hears_of_a_reader_that_went_home_meanwhile(harm: Harm) -> None:
    harm("2:leave")
    read_fenced(mail("One."), Circumstances(clock.now()))

    assert read_fenced(mail("Two."), Circumstances(clock.now())).mail.text.strip() == "Two."


def test_a_mail_waits_when_no_reader_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    fencing.let_go()
    monkeypatch.setattr(fencing, "COMMAND", ("/nowhere/python",))

    with pytest.raises(NoReader):
        read_fenced(mail("One."), Circumstances(clock.now()))


@pytest.mark.parametrize(
    "content",
    [
        lambda: attached("a.bin", "application/octet-stream", bytes(42_000_000)),
        lambda: HEAD + b"\r\n" + b"ab\n" * 17_000_000,
        header_of_100_mb,
    ],
)
def test_the_largest_mails_are_read_within_the_limits(content: Callable[[], bytes]) -> None:
    assert read_fenced(content(), Circumstances(clock.now())).sender.address == "elena@mail.example"


@pytest.mark.slow
def test_what_is_made_to_hurt_stays_small_and_lets_the_next_one_through(database_url: str) -> None:
    """One worker takes in all of it, and opens each page and file; behind each comes an ordinary mail."""
    make.agent()
    raws = {}
    for name, make_mail in POISON.items():
        raws[name] = make.raw_mail(make_mail()).pk
        raws[f"behind {name}"] = make.raw_mail(mail("An ordinary letter.")).pk
    environment = {**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}

    # As in a run of tests, pages are drawn without the static files that an installation collects.
    command = [sys.executable, "-c", f"import pytest; {START}", "tests.channels.swallowing"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stderr
    said = {line["raw"]: line for line in map(json.loads, done.stdout.splitlines())}
    classes = dict(RawMail.objects.values_list("pk", "message__mail_class"))
    assert [name for name, pk in raws.items() if classes[pk] != "human"] == []
    assert max(line["most_kb"] for line in said.values()) < MOST_KB
    assert {code for line in said.values() for code in line["codes"]} <= {200, 404}

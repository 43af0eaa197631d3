"""No bytes make the reading of mail raise, and no mail makes it run away."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.channels.mail.explain import explain
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.sources import mails_in
from samovar.lib.text import storable
from tests.channels.shapes import SHAPES

ROOT = Path(__file__).resolve().parents[2]
PIECES = [
    b"From: a@b.c\n",
    b"From: \xd0\xff<\n",
    b"To: a:b;,<x@y>;\n",
    b"Subject: =?utf-8?q?=D0?= =?x?b?A?=\n",
    b"Date: Sat, 99 Foo 20261 25:61:61 +9999\n",
    b"Message-ID: <<>\n",
    b"References: <a@b> <",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: multipart/alternative; boundary*0*=''%62\n",
    b"Content-Type: text/html; charset=utf-16\n",
    b"Content-Type: message/delivery-status\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"Content-Disposition: attachment; filename*=koi8-r''%ff\n",
    b"Authentication-Results: x; dmarc=(((\n",
    b"Thread-Index: ====\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"--b\n",
    b"--b--\n",
    b"begin 644 a\n",
    b"<div style='display:none'><p>&#xD800;<blockquote type=cite>",
    b"On 1 Jan 2026 at 10:00, a <b@c.de> wrote:\n> x\n",
    b"Final-Recipient: rfc822;\nAction: failed\n",
    b"\x00\xff\xfe",
    b" folded\n",
]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_read(raw: bytes) -> None:
    assert explain(raw)["problems"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_mixed_up_pieces_of_mails_are_read(pieces: list[bytes]) -> None:
    mail = parse(b"".join(pieces))

    assert mail.message_id
    assert all(
        storable(text) == text for text in (mail.subject, mail.text, mail.html, mail.from_.name, mail.from_.address)
    )
    explain(b"".join(pieces))


@pytest.mark.data
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_real_mails_that_were_damaged_are_read(data: st.DataObject, real_mails: list[bytes]) -> None:
    raw = bytearray(data.draw(st.sampled_from(real_mails)))
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, max(0, len(raw) - 1)))
        length = data.draw(st.integers(0, 40))
        raw[position : position + length] = data.draw(st.sampled_from([b"", b"\n", b"\x00", b"=", b"--", b"\r", b"<"]))

    explain(bytes(raw))


@pytest.fixture(scope="session")
def real_mails(samovar_data: Path) -> list[bytes]:
    """Some small mails of each collection."""
    folders = ["mail-messages", "bounces-and-auto-replies"]
    return [found.raw for folder in folders for found in mails_in(samovar_data / folder) if len(found.raw) < 8000][::3]


SIZE = 1_500_000
LARGE = {
    "lines": "b'From: a@b.c\\n\\n' + b'ab\\n' * 18_000_000",
    "blank lines": "b'From: a@b.c\\n\\n' + b'\\n' * 55_000_000",
    "parts": "b'From: a@b.c\\nContent-Type: multipart/mixed; boundary=b\\n\\n'"
    " + (b'--b\\n\\n' + b'a\\n' * 30_000 + b'\\n') * 900",
    "pages": "b'From: a@b.c\\nContent-Type: multipart/mixed; boundary=b\\n\\n'"
    " + (b'--b\\nContent-Type: text/html\\n\\n' + b'a<br>' * 12_000 + b'\\n') * 900",
    "wide letters": "b'From: a@b.c\\n\\n' + '\\U0001f600'.encode() * 13_000_000",
    "uuencode": "b'From: a@b.c\\nContent-Transfer-Encoding: uuencode\\n\\nbegin 644 a\\n' + b'!80\\n' * 13_000_000",
}
SECONDS, BYTES = 20, 1_200_000_000
LONG_SECONDS, MANY_BYTES = 60, 700_000_000


@pytest.mark.parametrize("name", SHAPES)
def test_no_mail_of_a_megabyte_runs_away(name: str) -> None:
    """The operating system stops what passes a generous limit; anything quadratic would need many times that."""
    code = (
        "from tests.channels.shapes import SHAPES, steps\n"
        f"for _name, step in steps(SHAPES[{name!r}]({SIZE})):\n    step()"
    )

    run_limited(code, SECONDS, BYTES)


@pytest.mark.parametrize("name", LARGE)
def test_a_mail_of_the_largest_size_takes_a_few_times_its_own(name: str) -> None:
    """The text of a mail is cut, however many lines and parts it has, and the mail says so."""
    code = (
        "from samovar.channels.mail.explain import explain\n"
        f"assert any('cut' in problem for problem in explain({LARGE[name]})['problems'])"
    )

    run_limited(code, LONG_SECONDS, MANY_BYTES)


def run_limited(code: str, seconds: int, most_bytes: int) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))

    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, preexec_fn=limit, timeout=600)

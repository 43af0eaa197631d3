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


RUNAWAYS = {
    "quotes": "b'From: a@b.c\\n\\n' + b'>\\n' * 1_000_000",
    "questions and answers": "b'From: a@b.c\\n\\n' + b'> x\\ny\\n' * 300_000",
    "attributions": "b'From: a@b.c\\n\\n' + b'On 5 May 2020 at 10:00 a <b@c.de> wrote:\\n' * 40_000",
    "colons": "b'From: a@b.c\\n\\n' + b'x 5:\\n' * 300_000",
    "signatures": "b'From: a@b.c\\n\\n' + b'x\\n--\\n' * 300_000",
    "pasted headers": "b'From: a@b.c\\n\\nx\\n' + b'To: y\\nSent: z\\n' * 100_000",
    "one line": "b'From: a@b.c\\n\\n' + b'a:@<' * 400_000",
    "boundaries": "b'From: a@b.c\\nContent-Type: multipart/mixed; boundary=b\\n\\n' + b'--b' * 500_000",
    "parts": "b'From: a@b.c\\nContent-Type: multipart/mixed; boundary=b\\n\\n' + b'--b\\n\\nx\\n' * 200_000",
    "levels": "b'From: a@b.c\\n' + b''.join(b'Content-Type: multipart/mixed; boundary=%d\\n\\n--%d\\n' % (i, i)"
    " for i in range(30_000))",
    "messages in messages": "b'From: a@b.c\\n' + b'Content-Type: message/rfc822\\n\\n' * 50_000",
    "fields": "b'A: b\\n' * 400_000",
    "folds": "b'From: a\\n' + b' b\\n' * 500_000",
    "addresses": "b'To: ' + b'a <b@c>,\\n ' * 150_000",
    "comments": "b'To: ' + b'(' * 1_000_000",
    "encoded words": "b'Subject: ' + b'=?utf-8?q?a?= ' * 100_000",
    "open encoded words": "b'Subject: ' + b'=?a?q?' * 200_000",
    "parameters": "b'Content-Type: a/b' + b';a*0*=x' * 150_000",
    "ids": "b'References: ' + b'<a' * 500_000",
    "results": "b'Authentication-Results: x' + b';dkim=pass (' * 100_000",
    "tags": "b'From: a@b.c\\nContent-Type: text/html\\n\\n' + b'<a ' * 400_000",
    "open attributes": "b'From: a@b.c\\nContent-Type: text/html\\n\\n' + b'<a x=\"' * 200_000",
    "nested elements": "b'From: a@b.c\\nContent-Type: text/html\\n\\n' + b'<div><b>x' * 130_000",
    "open comments": "b'From: a@b.c\\nContent-Type: text/html\\n\\n' + b'<!--' * 300_000",
    "report fields": "b'From: a@b.c\\nContent-Type: message/delivery-status\\n\\n' + b'Action: failed\\n\\n' * 80_000",
    "bounce text": "b'From: mailer-daemon@b.c\\n\\n' + b'<a@b 550 5.1.1 x to ' * 60_000",
    "uuencode": "b'From: a@b.c\\nContent-Transfer-Encoding: uuencode\\n\\nbegin 644 a\\n' + b'#86)C\\n' * 150_000",
    "dashes in a quote": "b'From: a@b.c\\n\\nhi\\n> ' + b'-' * 1_000_000 + b'a\\n> x\\n'",
    "blanks in a line": "b'From: a@b.c\\n\\na' + b' ' * 1_000_000 + b'b'",
    "blank lines": "b'From: a@b.c\\n\\na' + b'\\n ' * 500_000 + b'b'",
    "brackets behind a link": "b'From: a@b.c\\n\\nhttp://a' + b')' * 1_000_000",
    "marks of a quote": "b'From: a@b.c\\n\\nx\\n' + b'        >' * 110_000 + b'a:'",
    "words for writing": "b'From: a@b.c\\n\\n' + (b'x wrote ' + b'a' * 100 + b'@' + b'.' * 150 + b':\\n') * 4_000",
    "brackets before an address": "b'From: a@b.c\\n\\n' + (b'x> wrote ' + b'(' * 280 + b'a@b.cd:\\n') * 3_400",
    "dates": "b'From: a@b.c\\n\\n' + ('2020-01-01 GMT+01:00 x' + '\\u2003' * 250 + 'y\\n').encode() * 1_300",
    "one date": "b'From: a@b.c\\n\\n' + ('2020-01-01 GMT+01:00 x' + '\\u2003' * 330_000 + 'y').encode()",
    "escaped quotation marks": "b'To: \"' + b'\\\\\"' * 500_000",
    "escaped brackets": "b'To: (' + b'\\\\(' * 500_000",
    "many fields of marks": "(b'To: \"' + b'\\\\\"' * 20_000 + b'\\n') * 25",
    "no address": "(b'To: ' + b'a' * 90_000 + b'\\n') * 11",
    "marks around a name": "(b'To: ' + b'\\'' * 90_000 + b' <a@b>\\n') * 11",
    "quoted results": "b'Authentication-Results: x; ' + b'\"\\\\(' * 300_000",
    "report without an id": "b'From: mailer-daemon@b.c\\n\\nMessage-ID:' + b' ' * 500_000 + b'\\n' + b' ' * 500_000",
    "report without a recipient": "b'From: mailer-daemon@b.c\\n\\n' + b'Recipient: ;' * 20 + b' \\n' * 400_000",
    "endless number": "b'From: a@b.c\\nContent-Type: text/html\\n\\n<a title=\"&#' + b'1' * 5000 + b'\">&#'"
    " + b'1' * 900_000",
    "marked elements": "b'From: a@b.c\\nContent-Type: text/html\\n\\n<div quote ' + b'class=' * 160_000 + b'>x'",
    "ampersands": "b'From: a@b.c\\nContent-Type: text/html\\n\\n<table>' + b'&' * 1_000_000",
    "punycode": "b'From: a@b.c\\nContent-Type: text/plain; charset=punycode\\n\\n' + b'a-b' * 400_000",
}
READ_AND_SHOWN = """
from samovar.channels.mail.explain import explain
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import visible_text
from samovar.conversations.folding import pieces_of
from samovar.conversations.pieces import passages
from samovar.lib.html import sanitise
from samovar.lib.text import digits_in

raw = {raw}
explain(raw)
mail = parse(raw)
reply = visible_text(mail.text, mail.html)
parts = list(pieces_of(reply.full, reply.hidden_ranges))
for most in (8_000, 1_000_000):
    passages(parts, most, most)
digits_in(reply.full)
sanitise(mail.html)
"""
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


@pytest.mark.parametrize("name", RUNAWAYS)
def test_no_mail_of_a_megabyte_runs_away(name: str) -> None:
    """The operating system stops what passes a generous limit; anything quadratic would need many times that."""
    run_limited(READ_AND_SHOWN.format(raw=RUNAWAYS[name]), SECONDS, BYTES)


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

    subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=limit, timeout=600)

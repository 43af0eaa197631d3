"""Mails of any size that were made to keep a careless reader busy for ever, each by repeating one thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from samovar.channels.mail.explain import explain
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import visible_text
from samovar.conversations.folding import pieces_of
from samovar.conversations.pieces import passages
from samovar.lib.html import sanitise
from samovar.lib.text import digits_in

HEAD = b"From: a@b.c\n\n"
PAGE = b"From: a@b.c\nContent-Type: text/html\n\n"
MIXED = b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n"
REPORT = b"From: a@b.c\nContent-Type: message/delivery-status\n\n"
UUENCODED = b"From: a@b.c\nContent-Transfer-Encoding: uuencode\n\nbegin 644 a\n"
BOUNCE = b"From: mailer-daemon@b.c\n\n"
WIDE_BLANK = "\u2003".encode()


@dataclass(frozen=True)
class Shape:
    """``before``, then ``unit`` again and again, then ``after``; all of it in ``fields`` equal parts."""

    before: bytes
    unit: bytes
    after: bytes = b""
    fields: int = 1

    def of(self, size_bytes: int) -> bytes:
        """Return a mail of about ``size_bytes``."""
        room = size_bytes // self.fields - len(self.before) - len(self.after)
        return (self.before + self.unit * max(1, room // len(self.unit)) + self.after) * self.fields


@dataclass(frozen=True)
class Levels:
    """Parts in parts, each with a boundary of its own."""

    def of(self, size_bytes: int) -> bytes:
        """Return a mail of about ``size_bytes``."""
        level = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n"
        return b"From: a@b.c\n" + b"".join(level % (number, number) for number in range(size_bytes // 55))


@dataclass(frozen=True)
class TwoRuns:
    """Two runs of equal length behind two beginnings."""

    first: bytes
    second: bytes
    unit: bytes

    def of(self, size_bytes: int) -> bytes:
        """Return a mail of about ``size_bytes``."""
        run = self.unit * (size_bytes // 2 // len(self.unit))
        return self.first + run + self.second + run


def _named(value: bytes) -> Callable[[int], bytes]:
    return Shape(HEAD, value).of


SHAPES: dict[str, Callable[[int], bytes]] = {
    "quotes": _named(b">\n"),
    "questions and answers": _named(b"> x\ny\n"),
    "attributions": _named(b"On 5 May 2020 at 10:00 a <b@c.de> wrote:\n"),
    "colons": _named(b"x 5:\n"),
    "signatures": _named(b"x\n--\n"),
    "pasted headers": Shape(HEAD + b"x\n", b"To: y\nSent: z\n").of,
    "one line": _named(b"a:@<"),
    "boundaries": Shape(MIXED, b"--b").of,
    "parts": Shape(MIXED, b"--b\n\nx\n").of,
    "levels": Levels().of,
    "messages in messages": Shape(b"From: a@b.c\n", b"Content-Type: message/rfc822\n\n").of,
    "fields": Shape(b"", b"A: b\n").of,
    "folds": Shape(b"From: a\n", b" b\n").of,
    "addresses": Shape(b"To: ", b"a <b@c>,\n ").of,
    "comments": Shape(b"To: ", b"(").of,
    "encoded words": Shape(b"Subject: ", b"=?utf-8?q?a?= ").of,
    "open encoded words": Shape(b"Subject: ", b"=?a?q?").of,
    "parameters": Shape(b"Content-Type: a/b", b";a*0*=x").of,
    "ids": Shape(b"References: ", b"<a").of,
    "results": Shape(b"Authentication-Results: x", b";dkim=pass (").of,
    "tags": Shape(PAGE, b"<a ").of,
    "open attributes": Shape(PAGE, b'<a x="').of,
    "nested elements": Shape(PAGE, b"<div><b>x").of,
    "open comments": Shape(PAGE, b"<!--").of,
    "report fields": Shape(REPORT, b"Action: failed\n\n").of,
    "bounce text": Shape(BOUNCE, b"<a@b 550 5.1.1 x to ").of,
    "uuencode": Shape(UUENCODED, b"#86)C\n").of,
    "dashes in a quote": Shape(HEAD + b"hi\n> ", b"-", b"a\n> x\n").of,
    "blanks in a line": Shape(HEAD + b"a", b" ", b"b").of,
    "blank lines": Shape(HEAD + b"a", b"\n ", b"b").of,
    "brackets behind a link": Shape(HEAD + b"http://a", b")").of,
    "marks of a quote": Shape(HEAD + b"x\n", b"        >", b"a:").of,
    "words for writing": _named(b"x wrote " + b"a" * 100 + b"@" + b"." * 150 + b":\n"),
    "brackets before an address": _named(b"x> wrote " + b"(" * 280 + b"a@b.cd:\n"),
    "dates": _named(b"2020-01-01 GMT+01:00 x" + WIDE_BLANK * 250 + b"y\n"),
    "one date": Shape(HEAD + b"2020-01-01 GMT+01:00 x", WIDE_BLANK, b"y").of,
    "escaped quotation marks": Shape(b'To: "', b'\\"').of,
    "escaped brackets": Shape(b"To: (", b"\\(").of,
    "many fields of marks": Shape(b'To: "', b'\\"', b"\n", fields=25).of,
    "no address": Shape(b"To: ", b"a", b"\n", fields=11).of,
    "marks around a name": Shape(b"To: ", b"'", b" <a@b>\n", fields=11).of,
    "quoted results": Shape(b"Authentication-Results: x; ", b'"\\(').of,
    "report without an id": TwoRuns(BOUNCE + b"Message-ID:", b"\n", b" ").of,
    "report without a recipient": Shape(BOUNCE + b"Recipient: ;" * 20, b" \n").of,
    "endless number": TwoRuns(PAGE + b'<a title="&#', b'">&#', b"1").of,
    "marked elements": Shape(PAGE + b"<div quote ", b"class=", b">x").of,
    "ampersands": Shape(PAGE + b"<table>", b"&").of,
    "punycode": Shape(b"From: a@b.c\nContent-Type: text/plain; charset=punycode\n\n", b"a-b").of,
}


def steps(raw: bytes) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is done with a mail until somebody reads it: every parser that strangers feed takes part."""
    yield "understood", lambda: explain(raw)
    mail = parse(raw)
    reply = visible_text(mail.text, mail.html)
    parts = list(pieces_of(reply.full, reply.hidden_ranges))
    yield "shown in short", lambda: passages(parts, 8_000, 8_000)
    yield "shown whole", lambda: passages(parts, 1_000_000, 1_000_000)
    yield "searched for numbers", lambda: digits_in(reply.full)
    yield "sanitised", lambda: sanitise(mail.html)

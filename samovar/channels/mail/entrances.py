"""What a mail holds that lets somebody in here: the links of our letters to the staff, and the marks of such letters.

Looked for wherever they can stand: quoted, in a part or a mail that is attached, wrapped, escaped, or in the link of a
server that checks links. Whether one still opens anything is for the accounts to say.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from samovar.channels.mail.parsed import Attachment, ParsedMail
from samovar.channels.mail.parsing import parse

LETTER_FIELD = "X-Samovar-Letter"
SLASH = r"(?:/|%2F|%252F)"
INVITATION = re.compile(rf"invitation{SLASH}([\w-]{{43}})", re.ASCII | re.IGNORECASE)
NEW_PASSWORD = re.compile(
    rf"password{SLASH}new{SLASH}([0-9a-z]{{1,13}}){SLASH}([0-9a-z]{{1,13}}-[0-9a-f]{{32}})", re.IGNORECASE
)
LETTER = re.compile(rf"{LETTER_FIELD}:[ \t]*<?([^\s<>]{{1,300}})", re.IGNORECASE)
# Ids of letters to the staff are random; those of other mails are left alone, nearly all of them.
LETTER_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}@\S+")
# Soft ends of lines, and what programs put before lines that they quote.
WRAPPING = re.compile(r"=?\r?\n[> \t|]{0,20}")
DEEPEST, MOST_ENCLOSED = 3, 10
# What is looked at at once, and the longest link with all that can wrap it, both in characters.
PIECE, LONGEST = 1_000_000, 2_000
ENCLOSED = ("message/rfc822", "message/global")


@dataclass(frozen=True)
class Entrances:
    """What was found: tokens of invitations, pairs of person and key of new passwords, ids of letters."""

    invitations: frozenset[str] = frozenset()
    new_passwords: frozenset[tuple[str, str]] = frozenset()
    letters: frozenset[str] = frozenset()

    @property
    def has_links(self) -> bool:
        """Whether there is a link that may open something."""
        return bool(self.invitations or self.new_passwords)

    def __bool__(self) -> bool:
        return self.has_links or bool(self.letters)


def find_entrances(mail: ParsedMail, reported_id: str = "") -> Entrances:
    """Return what a mail holds; ``reported_id`` is the id of the mail that it says did not arrive."""
    named = (mail.message_id, *mail.in_reply_to, *mail.references, reported_id)
    letters = {found for found in named if LETTER_ID.fullmatch(found)}
    return _found(_texts(mail, DEEPEST), letters)


def entrances_in_bytes(content: bytes) -> Entrances:
    """Return what stands in bytes that cannot be read as a mail."""
    return _found([content], set())


def _found(texts: Iterable[str | bytes], letters: set[str]) -> Entrances:
    invitations: set[str] = set()
    new_passwords: set[tuple[str, str]] = set()
    for piece in (one for text in texts for one in _pieces(text)):
        for form in (piece, unescape(WRAPPING.sub("", piece))):
            # Looking for a word is a hundred times faster than for a pattern.
            low = form.lower()
            if "invitation" in low:
                invitations.update(INVITATION.findall(form))
            if "password" in low:
                new_passwords.update((person.lower(), key.lower()) for person, key in NEW_PASSWORD.findall(form))
        if LETTER_FIELD.lower() in piece.lower():
            letters.update(LETTER.findall(piece))
    return Entrances(frozenset(invitations), frozenset(new_passwords), frozenset(letters))


def _pieces(text: str | bytes) -> Iterator[str]:
    """Cut what may have fifty megabytes, so that the copies made of it stay small; what lies on a cut is in both."""
    for start in range(0, len(text), PIECE - LONGEST):
        piece = text[start : start + PIECE]
        yield piece.decode("latin-1") if isinstance(piece, bytes) else piece


def _texts(mail: ParsedMail, depth: int) -> Iterator[str | bytes]:
    yield mail.headers.raw(LETTER_FIELD.lower()) and f"{LETTER_FIELD}: {mail.headers.raw(LETTER_FIELD.lower())}"
    yield from (mail.subject, mail.text, mail.html)
    enclosed = 0
    for part in mail.attachments:
        if _is_mail(part) and depth and enclosed < MOST_ENCLOSED:
            enclosed += 1
            yield from _texts_within(part, mail.date, depth - 1)
        elif part.media_type.startswith(("text/", "message/")):
            yield part.content


def _texts_within(part: Attachment, at: datetime, depth: int) -> Iterator[str | bytes]:
    yield part.content
    yield from _texts(parse(part.content, at), depth)


def _is_mail(part: Attachment) -> bool:
    return part.media_type in ENCLOSED or part.name.lower().endswith(".eml")

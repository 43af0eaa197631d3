"""Mails that we send, as bytes."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime

from samovar.channels.mail.addresses import Address
from samovar.lib.text import tidy

KEPT_REFERENCES = 20
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
PLAIN_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\\]{1,64}@[^\s<>()\[\],;:\"@\\]{1,255}")
PLAIN_ID = re.compile(r"[^\s<>]{1,996}")
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
MEDIA_TYPE = re.compile(r"([\w.+-]{1,100})/([\w.+-]{1,100})")
PLAIN_NAME = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]+", re.ASCII)


class CannotCompose(ValueError):
    """What was given cannot stand in a mail."""


@dataclass(frozen=True)
class OutgoingFile:
    """A file to be sent; with a content id, one that the HTML text shows."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Draft:
    """Everything that a mail is made of. Ids are without brackets; the Message-ID is ours, and was fixed before."""

    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    message_id: str
    date: datetime = field(default_factory=lambda: datetime.now(UTC))
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    html: str = ""
    attachments: tuple[OutgoingFile, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
    """Further fields, such as Auto-Submitted: of automatic mails only, for people's answers carry none."""


class _Policy(EmailPolicy):
    """The standard's policy, except that our own fields are written as we give them.

    The library would decode names and write them anew, some of them wrongly, and would break long ids in two.
    """

    # The library's knows strings only.
    def header_store_parse(self, name: str, value: object) -> tuple[str, object]:  # type: ignore[override]
        if name.lower().startswith(LEFT_TO_LIBRARY):
            return super().header_store_parse(name, value)
        return name, value

    def fold_binary(self, name: str, value: object) -> bytes:
        if name.lower().startswith(LEFT_TO_LIBRARY):
            # What is left to the library, the library has made.
            return super().fold_binary(name, value)  # type: ignore[arg-type]
        return _folded(f"{name}: {value}").encode("ascii")


LEFT_TO_LIBRARY = ("content-", "mime-version")
POLICY = _Policy(linesep="\r\n", cte_type="7bit")
LONGEST_LINE = 76
LONGEST_FIELD = 900
"""In characters, so that no line can be longer than a server takes."""


def compose(draft: Draft) -> bytes:
    """Return the mail as bytes, with CRLF at line ends; the same draft gives the same bytes.

    Line ends and control characters in names, subjects and other fields become blanks. Raises CannotCompose for an
    address, an id or a field name that cannot stand in a mail.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _people((draft.from_,))
    message["To"] = _people(draft.to)
    for name, people in (("Cc", draft.cc), ("Reply-To", draft.reply_to)):
        if people:
            message[name] = _people(people)
    message["Subject"] = _words(draft.subject)
    message["Date"] = format_datetime(draft.date.astimezone(UTC))
    message["Message-ID"] = _id(draft.message_id)
    if draft.in_reply_to:
        message["In-Reply-To"] = _id(draft.in_reply_to)
    if draft.references:
        message["References"] = " ".join(_id(found) for found in kept_references(draft.references))
    _add_extra(message, draft.extra)
    _add_body(message, draft)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{number}_{hashlib.sha256(draft.message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()


def kept_references(references: tuple[str, ...]) -> tuple[str, ...]:
    """Return the references that are passed on: the first, which names the thread, and the last 20."""
    unique = tuple(dict.fromkeys(references))
    return unique if len(unique) <= KEPT_REFERENCES + 1 else (unique[0], *unique[-KEPT_REFERENCES:])


def one_line(text: str) -> str:
    """Return ``text`` as it may stand in a header: no line ends, no control characters, not too long."""
    return tidy(CONTROL.sub(" ", text))[:LONGEST_FIELD]


def _add_extra(message: EmailMessage, extra: dict[str, str]) -> None:
    for name, value in extra.items():
        if not FIELD_NAME.fullmatch(name) or name in message:
            raise CannotCompose(f"no such header field can be added: {name[:80]!r}")
        message[name] = _words(value)


def _add_body(message: EmailMessage, draft: Draft) -> None:
    message.set_content(_text(draft.text), charset="utf-8", cte=_encoding(draft.text))
    shown = [file for file in draft.attachments if file.content_id and draft.html]
    if draft.html:
        message.add_alternative(_text(draft.html), subtype="html", charset="utf-8", cte=_encoding(draft.html))
        html_part = list(message.iter_parts())[-1]
        for file in shown:
            _attach(html_part, file, is_shown=True)
    for file in draft.attachments:
        if file not in shown:
            _attach(message, file, is_shown=False)


def _attach(part: MIMEPart, file: OutgoingFile, is_shown: bool) -> None:
    media = MEDIA_TYPE.fullmatch(file.media_type)
    kind, subtype = media.groups() if media else ("application", "octet-stream")
    if kind in {"multipart", "message"}:
        kind, subtype = "application", "octet-stream"
    name = one_line(file.name) or "attachment"
    if is_shown:
        part.add_related(file.content, kind, subtype, cid=f"<{file.content_id}>", filename=name, disposition="inline")
    else:
        part.add_attachment(file.content, kind, subtype, filename=name)


def _text(text: str) -> str:
    """Return a body with one kind of line end, which the policy turns into the right one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    return text if text.endswith("\n") else f"{text}\n"


def _encoding(text: str) -> str:
    """Return how a text travels: readable where most of it is ASCII."""
    if text.isascii():
        return "7bit" if all(len(line) < 900 for line in text.split("\n")) else "quoted-printable"
    above = sum(ord(character) > 127 for character in text)
    return "base64" if above * 6 > len(text) else "quoted-printable"


def _folded(line: str) -> str:
    """Return a header field with line ends before some of its blanks, none of them inside an id."""
    first, *words = line.split(" ")
    lines = [first]
    for word in words:
        if len(lines[-1]) + len(word) >= LONGEST_LINE and lines != [first]:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _words(text: str) -> str:
    """Return a free text as it travels in a header: in encoded words (RFC 2047) if need be."""
    text = one_line(text)
    if text.isascii() and "=?" not in text and all(len(word) < LONGEST_LINE for word in text.split()):
        return text
    return " ".join(Header(text, "utf-8", maxlinelen=LONGEST_LINE).encode().split())


def _people(people: tuple[Address, ...]) -> str:
    return ", ".join(_person(one_line(person.name), _address(person.address)) for person in people)


def _person(name: str, address: str) -> str:
    if not name:
        return address
    if not name.isascii() or "=?" in name:
        return f"{_words(name)} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f"{name} <{address}>" if PLAIN_NAME.fullmatch(name) else f'"{quoted}" <{address}>'


def _address(address: str) -> str:
    """Return an address in ASCII: a domain in other letters has such a form, a name before the @ has none."""
    address = address.strip()
    if not PLAIN_ADDRESS.fullmatch(address):
        raise CannotCompose(f"this is no address: {address[:100]!r}")
    local, _, domain = address.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        local.encode("ascii")
    except UnicodeError as error:
        raise CannotCompose(f"this address cannot be written to: {address[:100]!r}") from error
    return f"{local}@{domain}"


def _id(found: str) -> str:
    bare = found.strip().strip("<>")
    if not PLAIN_ID.fullmatch(bare) or not bare.isascii():
        raise CannotCompose(f"this is no Message-ID: {found[:100]!r}")
    return f"<{bare}>"

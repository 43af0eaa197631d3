"""From the bytes of a mail to what the conversations need: pure, so that many processes can do it side by side."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from samovar.channels.mail.addresses import Address
from samovar.channels.mail.bounces import find_bounce
from samovar.channels.mail.classes import MailClass, classify
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import visible_text
from samovar.channels.mail.subjects import normalised_subject
from samovar.channels.mail.verdicts import Verdict, verdict
from samovar.conversations.inbound import UNREADABLE, InboundFile, InboundMessage
from samovar.conversations.tokens import Key, ReplyToken, find_reply_token, looks_like_our_message_id, our_message
from samovar.customers.recognition import Sender
from samovar.lib.fence import Fence, reason
from samovar.lib.text import storable

MOST_RECIPIENTS = 100
UNREADABLE_HEAD_BYTES = 4000
# Capital letters only: nobody who searches for a number or a word finds such a mark.
MARK = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


@dataclass(frozen=True)
class Envelope:
    """What is known of a mail besides its bytes.

    ``addresses`` are those of the inbox, ``trusted`` the servers whose verdict on senders we believe, ``keys`` what our
    ids are signed with. A mail that is ``from_archive`` keeps the time that it says itself.
    """

    inbox_id: int
    arrived_at: datetime
    addresses: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    from_archive: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a mail says; ``token`` is a signed address that it was written to, not checked yet."""

    inbound: InboundMessage
    token: ReplyToken | None = None
    problems: tuple[str, ...] = ()


def understand(content: bytes, envelope: Envelope) -> Meaning:
    """Return what a mail says; what is no mail at all is returned as one that could not be read."""
    mail = parse(content, envelope.arrived_at)
    if not mail.headers.fields:
        return Meaning(unreadable(content, envelope), None, mail.problems)
    mail_class = classify(mail, {address.rpartition("@")[2] for address in envelope.addresses})
    reply = visible_text(mail.text, mail.html)
    named = list(_named_ids(mail, mail_class))
    ours = {name: our_message(name, envelope.keys) for name in named}
    domains = {address.rpartition("@")[2] for address in envelope.addresses}
    inbound = InboundMessage(
        inbox_id=envelope.inbox_id,
        external_id=mail.message_id,
        fingerprint=_fingerprint(reply.full, mail),
        at=mail.date if envelope.from_archive else envelope.arrived_at,
        sent_at=mail.date,
        sender=_sender(mail, envelope),
        subject=mail.subject,
        subject_key=normalised_subject(mail.subject),
        text=reply.full,
        hidden=reply.hidden_ranges,
        html=mail.html,
        recipients={"to": _pairs(mail.to), "cc": _pairs(mail.cc)},
        verdict=verdict(mail, envelope.trusted).value,
        mail_class=mail_class.value,
        answered_messages=tuple(pk for pk in ours.values() if pk is not None),
        # An id in our form that we did not sign is a forgery, and no ancestor either.
        named_ids=tuple(name for name in named if ours[name] is None and not looks_like_our_message_id(name, domains)),
        files=tuple(_files(mail)),
        is_live=not envelope.from_archive,
    )
    token = find_reply_token([*(one.address for one in (*mail.to, *mail.cc)), *mail.delivered_to])
    return Meaning(inbound, token, mail.problems)


def understand_safely(content: bytes, envelope: Envelope) -> Meaning:
    """Return what a mail says. Never raises: one that makes us fail is returned as one that could not be read."""
    with Fence() as fence:
        return understand(content, envelope)
    assert fence.error is not None
    return Meaning(unreadable(content, envelope), None, (reason(fence.error),))


def unreadable(content: bytes, envelope: Envelope) -> InboundMessage:
    """Return the message that stands for a mail which cannot be read: its beginning, as far as it is text."""
    digest = hashlib.sha256(content).digest()
    return InboundMessage(
        inbox_id=envelope.inbox_id,
        external_id=f"{digest.hex()}@generated",
        fingerprint=UUID(bytes=digest[:16]),
        at=envelope.arrived_at,
        sent_at=envelope.arrived_at,
        sender=_unknown_sender(digest.hex(), "", envelope.arrived_at),
        text=storable(content[:UNREADABLE_HEAD_BYTES].decode("utf-8", "replace")),
        mail_class=UNREADABLE,
    )


def _sender(mail: ParsedMail, envelope: Envelope) -> Sender:
    at = mail.date if envelope.from_archive else envelope.arrived_at
    if not mail.from_.address:
        return _unknown_sender(mail.sha256, mail.from_.name, at)
    is_verified = verdict(mail, envelope.trusted) is Verdict.VERIFIED
    return Sender("email", mail.from_.address, mail.from_.name, at, is_verified)


def _unknown_sender(sha256: str, name: str, at: datetime) -> Sender:
    """Return who wrote a mail without an address of its sender: nobody whom we know, and nobody else either."""
    return Sender("external", "", name, at, mark=sha256.translate(MARK))


def _named_ids(mail: ParsedMail, mail_class: MailClass) -> Iterator[str]:
    seen: set[str] = set()
    bounce = find_bounce(mail, mail_class)
    reported = (bounce.original_message_id,) if bounce else ()
    thread = (f"thread-index:{mail.thread_root}",) if mail.thread_root else ()
    for name in (*mail.in_reply_to, *reversed(mail.references), *reported, *thread):
        if name and name not in seen:
            seen.add(name)
            yield name


def _fingerprint(text: str, mail: ParsedMail) -> UUID:
    digest = hashlib.sha256(f"{text}\0{mail.html}".encode("utf-8", "surrogatepass"))
    for attachment in mail.attachments:
        digest.update(attachment.content)
    return UUID(bytes=digest.digest()[:16])


def _files(mail: ParsedMail) -> Iterator[InboundFile]:
    for attachment in mail.attachments:
        yield InboundFile(
            name=attachment.name,
            media_type=attachment.media_type,
            content=attachment.content,
            content_id=attachment.content_id,
            is_inline=attachment.is_inline,
        )


def _pairs(addresses: tuple[Address, ...]) -> list[list[str]]:
    return [[one.name, one.address] for one in addresses[:MOST_RECIPIENTS]]

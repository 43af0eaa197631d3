"""From the bytes of a mail to what the conversations need: without a database, behind a fence (``fencing.py``)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from samovar.channels.fencing import CouldNotRead, NoReader, ReaderDied, read_fenced
from samovar.channels.mail.addresses import NOBODY, Address, addresses
from samovar.channels.mail.classes import MailClass
from samovar.channels.mail.conversation_rules import tagged_number
from samovar.channels.mail.entrances import Entrances, entrances_in_bytes
from samovar.channels.mail.forwards import forwarded_sender
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.reading import Circumstances, Reading, read
from samovar.channels.mail.senders import OwnPlaces
from samovar.channels.mail.verdicts import Verdict
from samovar.conversations.inbound import UNREADABLE, InboundFile, InboundMessage, Named
from samovar.conversations.models.block import SpamReason
from samovar.conversations.tokens import (
    BounceToken,
    Key,
    ReplyToken,
    Token,
    find_bounce_token,
    find_forward_token,
    find_marker,
    find_reply_tokens,
    looks_like_our_message_id,
    our_message,
)
from samovar.customers.models.identity import normalised
from samovar.customers.recognition import Sender
from samovar.lib.fence import Fence, reason
from samovar.lib.text import storable

TRIES = 3
MOST_RECIPIENTS = 100
MOST_NAMED = 30
LONGEST_FIELD = 2000
UNREADABLE_HEAD_BYTES = 4000
# Capital letters only: nobody who searches for a number or a word finds such a mark.
MARK = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


@dataclass(frozen=True)
class Envelope:
    """What is known of a mail besides its bytes.

    ``addresses`` are those of the inbox, ``relays`` those of its web forms, ``trusted`` the servers whose verdict on
    senders we believe, ``keys`` what our ids are signed with. A mail that is ``from_archive`` keeps the time that it
    says itself; so does what ``is_history``, which was read and settled before we came. What ``is_sent`` was written by
    us in another program; what ``is_junk`` lay among spam. Within ``joins_by_subject`` a known subject of a known
    sender is enough.
    """

    inbox_id: int
    arrived_at: datetime
    addresses: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    from_archive: bool = False
    is_history: bool = False
    is_sent: bool = False
    is_junk: bool = False
    relays: tuple[str, ...] = ()
    joins_by_subject: timedelta | None = None

    @property
    def keeps_time(self) -> bool:
        """Whether a mail stands at the time that it says itself."""
        return self.from_archive or self.is_history

    @cached_property
    def own(self) -> OwnPlaces:
        """What stands for this inbox."""
        return OwnPlaces.of(self.addresses, self.relays)

    @property
    def circumstances(self) -> Circumstances:
        """What the reader of its bytes has to know."""
        return Circumstances(self.arrived_at, self.own, self.trusted)


@dataclass(frozen=True)
class Meaning:
    """What a mail says.

    ``tokens`` are the signed addresses that it was written to, ``returned_to`` the one that a letter of ours was sent
    from, ``entrances`` what may let somebody in here; none is checked yet. ``passed_on`` is what it becomes if a member
    of staff, whose address ``forward`` claims to be, has passed it on.
    """

    inbound: InboundMessage
    tokens: tuple[ReplyToken, ...] = ()
    forward: Token | None = None
    passed_on: InboundMessage | None = None
    problems: tuple[str, ...] = ()
    returned_to: BounceToken | None = None
    entrances: Entrances = Entrances()


def understand(content: bytes, envelope: Envelope) -> Meaning:
    """Return what a mail says; what is no mail at all is returned as one that could not be read."""
    return _meaning(read(content, envelope.circumstances), content, envelope)


def understand_fenced(content: bytes, envelope: Envelope) -> Meaning:
    """Return the same, read by another process, so that no mail can hold up or break this one; see read_fenced()."""
    return _meaning(read_fenced(content, envelope.circumstances), content, envelope)


def understand_safely(content: bytes, envelope: Envelope) -> Meaning:
    """Return the same; a mail that cannot be read is returned as such. Raises only NoReader."""
    for _try in range(TRIES):
        with Fence() as fence:
            return understand_fenced(content, envelope)
        if isinstance(fence.error, NoReader):
            raise fence.error
        if not isinstance(fence.error, ReaderDied):
            break
    assert fence.error is not None
    return unread(content, envelope, why_not(fence.error))


def unread(content: bytes, envelope: Envelope, *problems: str) -> Meaning:
    """Return what is known of a mail that cannot be read."""
    return Meaning(unreadable(content, envelope), problems=problems, entrances=entrances_in_bytes(content))


def why_not(error: Exception) -> str:
    """Return in one line why a mail could not be read: what its reader said of it, if that survived."""
    return str(error) if isinstance(error, CouldNotRead) else reason(error)


def _meaning(reading: Reading, content: bytes, envelope: Envelope) -> Meaning:
    mail = reading.mail
    if not mail.headers.fields:
        return unread(content, envelope, *mail.problems)
    sender = _other_side(reading, envelope)
    inbound = replace(_said(reading, envelope), sender=sender, verdict=_verdict(reading, sender).value)
    if reading.mail_class is MailClass.HUMAN:
        inbound = replace(inbound, named=tuple(_named(mail, envelope, sender)))
    delivered = [*(one.address for one in (*mail.to, *mail.cc)), *mail.delivered_to]
    found, forward = tuple(find_reply_tokens(delivered)), find_forward_token(delivered)
    passed_on, returned_to = _passed_on(inbound, mail) if forward else None, find_bounce_token(delivered)
    return Meaning(inbound, found, forward, passed_on, mail.problems, returned_to, reading.entrances)


def _said(reading: Reading, envelope: Envelope) -> InboundMessage:
    """Return what a mail says, whoever it is from."""
    mail, reply = reading.mail, reading.reply
    ours = {name: our_message(name, envelope.keys) for name in _named_ids(reading)}
    mark = find_marker(mail.text) or find_marker(mail.html)
    is_marked = mark is not None and mark.is_signed("marker", envelope.keys)
    return InboundMessage(
        inbox_id=envelope.inbox_id,
        external_id=mail.message_id,
        fingerprint=_fingerprint(reply.full, mail),
        at=_moment(mail, envelope),
        sent_at=mail.date,
        sender=_unknown_sender(mail.sha256, "", envelope.arrived_at),
        subject=mail.subject,
        subject_key=reading.subject_key,
        text=reply.full,
        hidden=reply.hidden_ranges,
        html=mail.html,
        recipients={"to": _pairs(mail.to), "cc": _pairs(mail.cc)},
        mail_class=reading.mail_class.value,
        answered_messages=tuple(pk for pk in ours.values() if pk is not None),
        # An id in our form that we did not sign is a forgery, and no ancestor either.
        named_ids=tuple(
            name for name in ours if ours[name] is None and not looks_like_our_message_id(name, envelope.own.id_domains)
        ),
        marked_conversation=mark.number if mark and is_marked else None,
        tagged_conversation=tagged_number(mail.subject),
        joins_by_subject=envelope.joins_by_subject,
        own_message=our_message(mail.message_id, envelope.keys),
        files=tuple(_files(mail)),
        is_live=not envelope.keeps_time,
        is_history=envelope.is_history,
        is_sent=envelope.is_sent,
        writer=Named(mail.from_.address, mail.from_.name) if envelope.is_sent else None,
        is_spam=not envelope.is_sent and (envelope.is_junk or reading.is_marked_as_spam),
        spam_reason=SpamReason.JUNK if envelope.is_junk else SpamReason.PROVIDER,
        senders=_senders(mail),
    )


def _senders(mail: ParsedMail) -> tuple[str, ...]:
    """Return from whom a mail says to be: in its head, and on its envelope as the server nearest to us wrote it."""
    envelope = addresses(mail.headers.raw("return-path")[:LONGEST_FIELD]) if "return-path" in mail.headers else []
    return tuple(one.address for one in (mail.from_, *envelope[:1]) if one.address)


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


def _moment(mail: ParsedMail, envelope: Envelope) -> datetime:
    return mail.date if envelope.keeps_time else envelope.arrived_at


def _other_side(reading: Reading, envelope: Envelope) -> Sender:
    """Return whom the conversation is with: who wrote to us, or of what we sent, whom we wrote to first."""
    mail, at = reading.mail, _moment(reading.mail, envelope)
    if envelope.is_sent:
        written_to = [one for one in (*mail.to, *mail.cc) if one.address and not envelope.own.has(one.address)]
        found = written_to[0] if written_to else NOBODY
    else:
        found = reading.sender
    if not found.address:
        return _unknown_sender(mail.sha256, found.name, at)
    is_verified = not envelope.is_sent and found == mail.from_ and reading.verdict is Verdict.VERIFIED
    return Sender("email", found.address, found.name, at, is_verified)


def _verdict(reading: Reading, sender: Sender) -> Verdict:
    """Return what is known of the sender; about one whom only the mail's own fields name, nothing is."""
    is_from = sender.shown == reading.mail.from_.address
    return Verdict.CLAIMED if reading.verdict is Verdict.VERIFIED and not is_from else reading.verdict


def _named(mail: ParsedMail, envelope: Envelope, sender: Sender) -> Iterator[Named]:
    """Yield those to whom a mail was written besides us and the other side."""
    seen = {sender.key[1]}
    for one in (*mail.to, *mail.cc)[:MOST_NAMED]:
        address = normalised("email", one.address)
        if "@" in address and address not in seen and not envelope.own.has(address):
            seen.add(address)
            yield Named(one.address[:320], one.name)


def _passed_on(inbound: InboundMessage, mail: ParsedMail) -> InboundMessage | None:
    """Return the mail that stands in another one as from whom it was written first, None when nothing says who."""
    found = forwarded_sender(mail)
    if found is None:
        return None
    sender = Sender("email", found.address, found.name, inbound.at)
    return replace(inbound, sender=sender, verdict=Verdict.CLAIMED.value, named=(), hidden=(), is_passed_on=True)


def _unknown_sender(sha256: str, name: str, at: datetime) -> Sender:
    """Return who wrote a mail without an address of its sender: nobody whom we know, and nobody else either."""
    return Sender("external", "", name, at, mark=sha256.translate(MARK))


def _named_ids(reading: Reading) -> Iterator[str]:
    seen: set[str] = set()
    mail = reading.mail
    thread = f"thread-index:{mail.thread_root}" if mail.thread_root else ""
    for name in (*mail.in_reply_to, *reversed(mail.references), reading.reported_id, thread):
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

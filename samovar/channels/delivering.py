"""Mail that a mail server hands over: kept and committed first, for whichever inbox its recipient names.

The envelope is written in front of the bytes, as every final delivery does: a signed answer address may stand nowhere
else. A recipient that is none of ours is kept in an inbox of its own, never refused in silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from samovar.channels.models import RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Inbox
from samovar.lib import faults
from samovar.lib.fence import Fence

LARGEST_BYTES = 60_000_000
UNROUTED = "Unrouted"
# What stands on an envelope: one word, or nothing in the case of a sender.
ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]{1,320}")
# Some mail servers put the line of a mail folder before a mail that they pipe.
FOLDER_LINE = re.compile(rb"\AFrom [^\r\n]*\r?\n")


@dataclass(frozen=True)
class Envelope:
    """To whom a mail was handed over, and from whom: None when nobody said, empty when it must never come back."""

    recipient: str = ""
    sender: str | None = None


def envelope_from(environment: Mapping[str, str], recipient: str = "", sender: str | None = None) -> Envelope:
    """Return the envelope as mail servers tell it to programs (Postfix, Exim), unless it was given."""
    given = environment.get("ORIGINAL_RECIPIENT") or environment.get("RECIPIENT", "")
    if not given and environment.get("LOCAL_PART") and environment.get("DOMAIN"):
        suffix = environment.get("LOCAL_PART_SUFFIX", "")
        given = f"{environment['LOCAL_PART']}{suffix}@{environment['DOMAIN']}"
    return Envelope(recipient or given, environment.get("SENDER") if sender is None else sender)


def inbox_of(address: str) -> Inbox | None:
    """Return the inbox that an address leads to, ``name+anything@`` included; None when it is none of ours."""
    if not ADDRESS.fullmatch(address.strip().strip("<>")):
        return None
    name, _at, domain = address.strip().strip("<>").rpartition("@")
    plain = f"{name.partition('+')[0]}@{domain}"
    found = {inbox.pk: inbox for inbox in Inbox.objects.reached_by([f"{name}@{domain}", plain])}
    # An inbox that has the whole address is meant before one that has only its beginning.
    exact = Inbox.objects.reached_by([f"{name}@{domain}"]).first()
    return exact or next(iter(found.values()), None)


@transaction.atomic
def unrouted() -> Inbox:
    """Return the inbox for mail to addresses that nobody has, made at first use."""
    return Inbox.objects.filter(name=UNROUTED, address="").first() or Inbox.objects.create(name=UNROUTED)


def keep(content: bytes, envelope: Envelope, inbox: Inbox | None = None) -> list[int]:
    """Store a mail; when this returns, it is committed. Returns the ids of the new raw mails, none of one known before.

    Raises an error of the database when it could not be stored.
    """
    target = inbox or inbox_of(envelope.recipient) or unrouted()
    kept = keep_all(Source(target.pk), [Arrival(with_envelope(content, envelope), timezone.now())])
    faults.point("deliver.stored")
    return list(kept.values())


def understand_now(raw_ids: list[int]) -> None:
    """Take in what was just kept, if that is possible now: a worker does it a minute later otherwise."""
    with Fence():
        take_in_each(RawMail.objects.filter(pk__in=raw_ids, account=None))


def with_envelope(content: bytes, envelope: Envelope) -> bytes:
    """Return a mail with its envelope in front; what cannot stand there is left out."""
    lines = []
    if envelope.sender is not None and (not envelope.sender or ADDRESS.fullmatch(envelope.sender)):
        lines.append(f"Return-Path: <{envelope.sender}>")
    if ADDRESS.fullmatch(envelope.recipient):
        lines.append(f"Delivered-To: {envelope.recipient}")
    head = "".join(f"{line}\r\n" for line in lines)
    return head.encode("utf-8", "replace") + FOLDER_LINE.sub(b"", content)

"""Understanding stored mail again: what a message says must follow from its raw bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from samovar.channels.models import RawMail
from samovar.channels.taking_in import envelope_of
from samovar.channels.understanding import Meaning, understand
from samovar.conversations.inbound import PASSED_ON, UNREADABLE
from samovar.conversations.models import Message
from samovar.conversations.models.message import names_foreign_pictures
from samovar.conversations.own_addresses import own_addresses
from samovar.lib.text import digits_in

BATCH = 200
FIELDS = (
    "subject",
    "text",
    "hidden",
    "html",
    "has_foreign_pictures",
    "numbers",
    "mail_class",
    "verdict",
    "sender_name",
    "sender_address",
)


@dataclass(frozen=True)
class Difference:
    """A field of a message that does not say what its raw mail says."""

    message_id: int
    field: str
    derived: object


def batches() -> Iterator[list[int]]:
    """Yield the ids of raw mails that became messages, in pieces."""
    # The mails of those who are erased say nothing any more.
    ids = (
        RawMail.objects.exclude(message=None)
        .exclude(content=b"", size_bytes__gt=0)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    last = 0
    while piece := list(ids.filter(pk__gt=last)[:BATCH]):
        last = piece[-1]
        yield piece


def differences(raw_ids: Sequence[int]) -> Iterator[Difference]:
    """Yield where messages differ from what their raw mail says now.

    A message that could not be read says nothing that could be compared; it is read again when somebody asks for it.
    A mail that came several times is one message, which the first of them made.
    """
    seen: set[int] = set()
    own = own_addresses()
    raws = RawMail.objects.filter(pk__in=raw_ids).select_related("inbox", "account", "folder", "message").order_by("pk")
    for raw in raws:
        message = raw.message
        if message is None or message.pk in seen or message.mail_class == UNREADABLE or _is_repeated(raw):
            continue
        seen.add(message.pk)
        meaning = understand(bytes(raw.content), envelope_of(raw, own))
        if meaning.inbound.own_message == message.pk:
            # One of ours that came back: what it says was written here.
            continue
        for field, derived in _derived(meaning, message.rule).items():
            if getattr(message, field) != derived:
                yield Difference(message.pk, field, derived)


@transaction.atomic
def mend(raw_ids: Sequence[int]) -> int:
    """Make messages say what their raw mail says; return how many fields were wrong."""
    wrong = list(differences(raw_ids))
    rows = Message.objects.in_bulk({one.message_id for one in wrong})
    for one in wrong:
        setattr(rows[one.message_id], one.field, one.derived)
    Message.objects.bulk_update(rows.values(), FIELDS)
    return len(wrong)


def _is_repeated(raw: RawMail) -> bool:
    return RawMail.objects.filter(message=raw.message_id, pk__lt=raw.pk).exists()


def _derived(meaning: Meaning, rule: str) -> dict[str, object]:
    # Who passed it on was checked when it came, by an address that is believed for a while only.
    inbound = (meaning.passed_on if rule == PASSED_ON else None) or meaning.inbound
    return {
        "subject": inbound.subject[:1000],
        "text": inbound.text,
        "hidden": [list(span) for span in inbound.hidden],
        "html": inbound.html,
        "has_foreign_pictures": names_foreign_pictures(inbound.html),
        "numbers": digits_in(f"{inbound.subject} {inbound.text}"),
        "mail_class": inbound.mail_class,
        "verdict": inbound.verdict,
        "sender_name": inbound.shown_writer.name[:300],
        "sender_address": inbound.shown_writer.address[:320],
    }

"""What follows when a letter is refused or comes back: for its recipient's address, and for what we may still send."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Coalesce

from samovar.channels.errors import RecipientRefused
from samovar.channels.mail import reasons
from samovar.channels.models import Delivery
from samovar.channels.models.delivery import COMPLAINT, LONGEST_DIAGNOSTIC, LONGEST_STATUS
from samovar.conversations.models import Message
from samovar.conversations.models.message import Direction
from samovar.customers.models import Identity
from samovar.customers.models.identity import IdentityKind, normalised
from samovar.lib import clock

# What came back counts this much, for so long, and stops automatic mail at so much.
HARD_POINTS, SOFT_POINTS, MOST_POINTS = 2, 1, 4
COUNTS_FOR = timedelta(days=30)
MOST_COUNTED = 20
BLOCKED_FOR = timedelta(days=7)
LOST_AT = Coalesce("bounced_at", "failed_at")


def note_refusal(delivery: Delivery, refusal: RecipientRefused) -> str:
    """Set on ``delivery`` what the server said to its recipient, not stored yet; return why it is lost, to be kept."""
    status = reasons.precise("", refusal.answer)
    delivery.status, delivery.action = status[:LONGEST_STATUS], "failed"
    delivery.diagnostic = refusal.answer[:LONGEST_DIAGNOSTIC]
    note_address(delivery, clock.now())
    return reasons.why_lost(delivery.address, status) if status else refusal.kept


def note_address(delivery: Delivery, at: datetime) -> None:
    """Note that nothing can be delivered to the address of ``delivery``, if its status says so."""
    if reasons.is_hard(delivery.status):
        identities_at(delivery.address).filter(undeliverable_at=None).update(undeliverable_at=at)


def identities_at(address: str) -> QuerySet[Identity]:
    """Return whose address it is."""
    value = normalised(IdentityKind.EMAIL, address)
    return Identity.objects.filter(kind=IdentityKind.EMAIL, value=value)


def is_stopped(address: str) -> bool:
    """Whether no automatic mail may go to an address any more: it cannot be delivered, or it is not wanted."""
    if identities_at(address).filter(undeliverable_at__isnull=False).exists():
        return True
    told = Delivery.objects.to_address(address)
    return told.filter(action=COMPLAINT).exists() or score(address) >= MOST_POINTS


def score(address: str) -> int:
    """Return how much came back from an address of late; what a person writes from there begins anew."""
    since = clock.now() - COUNTS_FOR
    if at := wrote_at(address):
        since = max(since, at)
    told = Delivery.objects.to_address(address).annotate(lost_at=LOST_AT).filter(lost_at__gt=since)
    lost = told.exclude(status="").values_list("status", flat=True)[:MOST_COUNTED]
    return sum(HARD_POINTS if reasons.is_hard(status) else SOFT_POINTS for status in lost)


def revive(message_id: int) -> None:
    """Note that a person has written from an address: something can be delivered there again."""
    written = Message.objects.filter(pk=message_id).values_list("sender_address", "created_at").first()
    if written:
        address, at = written
        identities_at(address).filter(undeliverable_at__lt=at).update(undeliverable_at=None)


def wrote_at(address: str) -> datetime | None:
    """Return when a person last wrote from an address."""
    own = identities_at(address).values("customer")
    written = Message.objects.filter(customer__in=own, direction=Direction.IN, mail_class="human")
    found: datetime | None = written.filter(sender_address__iexact=address).aggregate(at=Max("created_at"))["at"]
    return found


@dataclass(frozen=True)
class Blocked:
    """Mail of one inbox that other servers keep out."""

    inbox_id: int
    inbox_name: str
    count: int
    diagnostic: str


def blocked() -> list[Blocked]:
    """Return the inboxes whose mail was kept out within the last week because of our reputation."""
    since = clock.now() - BLOCKED_FOR
    lost = Delivery.objects.annotate(lost_at=LOST_AT, inbox=F("message__inbox"), name=F("message__inbox__name"))
    kept_out = lost.exclude(status="").filter(status__startswith="5.7.", lost_at__gt=since)
    rows = kept_out.values("inbox", "name").annotate(count=Count("pk"), newest=Max("pk")).order_by("inbox")
    words = dict(kept_out.filter(pk__in=[row["newest"] for row in rows]).values_list("pk", "diagnostic"))
    return [Blocked(row["inbox"], row["name"], row["count"], words.get(row["newest"], "")) for row in rows]

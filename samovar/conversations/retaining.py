"""Removing what was settled long enough ago, as somebody has decided for its inbox: in portions, hour by hour.

What nobody resolves, because no person waits in it (spam, automatic mail, what could not be read), counts from its
last message. What is due is taken out of sight first, in one short transaction under the lock of the setting, so that
whoever takes the setting back stops it at once; then it is emptied as everything that is removed (``removing``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.conversations import removing
from samovar.conversations.events import ConversationDeleted
from samovar.conversations.models import Conversation, ConversationTag, Draft, Inbox, Message, Retention, Tag
from samovar.conversations.models.conversation import CAN_BE_OVER
from samovar.conversations.models.deleting import BY_RETENTION
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.marks import mark, read_mark
from samovar.lib.months import months_before

PORTION, BATCH, PAGE = 1000, 50, 50
MOST_COUNTED = 10_000
LATE = timedelta(hours=3)


@dataclass(frozen=True)
class Preview:
    """What would be removed: how many conversations, counted to just above MOST_COUNTED, and since when one is over."""

    count: int
    oldest_at: datetime | None

    @property
    def is_more(self) -> bool:
        """Whether there are more than are counted."""
        return self.count > MOST_COUNTED


@dataclass(frozen=True)
class DuePage:
    """Conversations that would be removed, the oldest first; ``after`` is where it goes on, "" at the end."""

    rows: Sequence[Conversation]
    after: str


def due(inbox: Inbox, months: int, exempt_tag: Tag | None) -> ConversationQuerySet:
    """Return what is due in an inbox: over for long enough, with all sides of it, without the tag that keeps it.

    A side conversation goes with the one that it is about; where that one is gone already, it is due by itself. Each
    has ``over_at``, from when on its time counts. A tag that was merged keeps all that stands as the other one.
    """
    edge = months_before(clock.now(), months)
    alone = Q(parent=None) | Q(parent__deletion_reason=BY_RETENTION)
    rows = _over(Conversation.objects.all().present().filter(alone, inbox=inbox), edge)
    sides = Conversation.objects.all().present().filter(parent=OuterRef("pk"))
    rows = rows.exclude(Exists(sides.exclude(pk__in=_over(Conversation.objects.all(), edge).values("pk"))))
    if exempt_tag is None:
        return rows
    keeping = ConversationTag.objects.filter(conversation=OuterRef("pk")).of(exempt_tag.now)
    return rows.exclude(Exists(keeping))


def _over(rows: ConversationQuerySet, edge: datetime) -> ConversationQuerySet:
    """Return those that were over before ``edge`` and in which nothing was written since, not even in a draft."""
    later = Message.objects.filter(conversation=OuterRef("pk"), created_at__gte=edge)
    drafts = Draft.objects.filter(conversation=OuterRef("pk"))
    over = rows.filter(CAN_BE_OVER).annotate(over_at=Coalesce("resolved_at", "last_message_at"))
    return over.filter(over_at__lt=edge, waiting_since=None).exclude(Exists(later)).exclude(Exists(drafts))


def preview(inbox: Inbox, months: int, exempt_tag: Tag | None) -> Preview:
    """Return what would be removed now; one question."""
    rows = due(inbox, months, exempt_tag).order_by("over_at", "pk")[: MOST_COUNTED + 1]
    found = rows.aggregate(count=Count("pk"), oldest=Min("over_at"))
    return Preview(found["count"], found["oldest"])


def page(inbox: Inbox, months: int, exempt_tag: Tag | None, after: str = "") -> DuePage:
    """Return the conversations that would be removed; one question."""
    rows = due(inbox, months, exempt_tag).select_related("customer")
    if edge := read_mark(after):
        at, pk = edge
        rows = rows.filter(Q(over_at__gte=at) & ~Q(over_at=at, pk__lte=pk))
    found = list(rows.order_by("over_at", "pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return DuePage(found[:PAGE], mark(vars(last)["over_at"], last.pk) if last else "")


@transaction.atomic
def revive(tag: Tag, by: User) -> None:
    """Offer a tag again, on its own.

    Where others kept what bears it, or it kept what bears others, nothing is removed for 30 days: somebody may have put
    the one on for the other.
    """
    together = Tag.objects.filter(Q(pk=tag.merged_into_id) | Q(merged_into=tag.merged_into_id) | Q(merged_into=tag))
    parted = {tag.pk, *together.values_list("pk", flat=True)} if tag.merged_into_id else set()
    tag.revive(by=by)
    kept_by = Retention.objects.filter(exempt_tag__in=parted)
    Retention.objects.all().wait_again(list(kept_by.values_list("inbox", flat=True)))


def apply_all() -> None:
    """Remove the next portion of every inbox for which somebody has decided so."""
    for retention_id in Retention.objects.in_force().order_by("pk").values_list("pk", flat=True):
        _apply(retention_id)


def late() -> list[Retention]:
    """Return the settings by which something should have been removed by now, and nothing was tried for hours."""
    hours_ago = clock.now() - LATE
    begun = Retention.objects.in_force().filter(begins_at__lt=hours_ago).exclude(ran_at__gte=hours_ago)
    return list(begun.select_related("inbox").order_by("pk"))


def _apply(retention_id: int) -> None:
    taken = 0
    while taken < PORTION and (ids := _take(retention_id)):
        for conversation_id in ids:
            removing.remove(conversation_id)
        taken += len(ids)
    _note(retention_id, taken)


@transaction.atomic
def _take(retention_id: int) -> list[int]:
    """Take the next ones out of sight, if the setting still says so; those that somebody holds come later."""
    setting = Retention.objects.in_force().select_for_update(of=("self",)).filter(pk=retention_id).first()
    if setting is None or setting.months is None:
        return []
    tag = Tag.objects.select_related("merged_into").filter(pk=setting.exempt_tag_id or 0).first()
    rows = due(setting.inbox, setting.months, tag)
    first = rows.order_by("over_at", "pk").select_for_update(skip_locked=True, of=("self",))[:BATCH]
    ids = [conversation.pk for conversation in first]
    # What somebody has written or tagged while we took the rows.
    ids = list(rows.filter(pk__in=ids).values_list("pk", flat=True))
    wanted = Conversation.objects.all().present().filter(Q(pk__in=ids) | Q(parent__in=ids))
    found = list(wanted.order_by("pk").select_for_update(skip_locked=True, of=("self",)))
    for conversation in found:
        conversation.deleted_at, conversation.deletion_reason = clock.now(), BY_RETENTION
        conversation.version += 1
        conversation.save(update_fields=["deleted_at", "deletion_reason", "version"])
        announce(ConversationDeleted(**conversation.heading(None)))
    return [conversation.pk for conversation in found]


@transaction.atomic
def _note(retention_id: int, count: int) -> None:
    setting = Retention.objects.select_related("inbox").select_for_update(of=("self",)).get(pk=retention_id)
    setting.removed, setting.ran_at = setting.removed + count, clock.now()
    setting.save(update_fields=["removed", "ran_at"])
    if count:
        record(Action.RETENTION_APPLIED, None, setting.inbox, after={"conversations": count})

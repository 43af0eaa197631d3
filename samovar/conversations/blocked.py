"""Who is blocked, and what came from them since, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet

from samovar.accounts.models import User
from samovar.conversations.models import Block, Conversation, SpamSign
from samovar.conversations.queries import MOST_COUNTED
from samovar.conversations.recipients import mailbox_key
from samovar.lib.counting import CappedCount
from samovar.lib.marks import mark, read_mark

PAGE = 50


@dataclass(frozen=True)
class BlockedPage:
    """Blocks, the newest first, each with ``mail_count``; ``after`` is where the next page begins, "" at the end."""

    rows: Sequence[Block]
    after: str


@dataclass(frozen=True)
class MailPage:
    """What came from somebody who is blocked, the newest first."""

    rows: Sequence[SpamSign]
    after: str


def page(user: User, text: str = "", after: str = "") -> BlockedPage:
    """Return who is blocked, found by a piece of the address; one query."""
    rows = with_counts(Block.objects.all().visible_to(user).in_force(), user).select_related("blocked_by")
    if text:
        rows = rows.filter(Q(value__icontains=text) | Q(value__contains=_in_latin(text)))
    if edge := read_mark(after):
        at, pk = edge
        rows = rows.filter(Q(blocked_at__lt=at) | Q(blocked_at=at, pk__lt=pk))
    found = list(rows.order_by("-blocked_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return BlockedPage(found[:PAGE], mark(last.blocked_at, last.pk) if last else "")


def with_counts(rows: QuerySet[Block], user: User) -> QuerySet[Block]:
    """Return blocks with ``mail_count``: how many mails came that ``user`` may see, at most MOST_COUNTED."""
    mails = _mails(user).filter(block=OuterRef("pk")).order_by().values("pk")
    return rows.annotate(mail_count=CappedCount(mails[:MOST_COUNTED]))


def mails(block: Block, user: User, after: str = "") -> MailPage:
    """Return what came from somebody who is blocked, as far as ``user`` may see it; one query."""
    rows = _mails(user).filter(block=block).select_related("message__conversation")
    if edge := read_mark(after):
        rows = rows.filter(pk__lt=edge[1])
    found = list(rows.order_by("-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return MailPage(found[:PAGE], mark(last.message.created_at, last.pk) if last else "")


def _mails(user: User) -> QuerySet[SpamSign]:
    return SpamSign.objects.filter(message__conversation__in=Conversation.objects.all().visible_to(user))


def _in_latin(text: str) -> str:
    """Return what was typed as the addresses are kept: domains in Latin letters."""
    return mailbox_key(f"x@{text}").removeprefix("x@") if "@" not in text else mailbox_key(text)

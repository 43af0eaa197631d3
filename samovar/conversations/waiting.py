"""Replies that have not left, as the page of their conversation shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from samovar.accounts.models import User
from samovar.conversations.formatting import Formatted, formatted_text
from samovar.conversations.models import Attachment, Message, PendingReply
from samovar.conversations.models.pending import Held
from samovar.lib.media_types import PICTURES


@dataclass(frozen=True)
class File:
    """A file that goes along."""

    pk: int
    name: str


@dataclass(frozen=True)
class Waiting:
    """A reply that has not left; ``is_handled`` says that the reader decides about it.

    ``newest_id`` is the newest message of its conversation that whoever decides about it has to know.
    """

    pk: int
    author: str
    author_id: int
    text: str
    files: list[File]
    formatted: Formatted | None
    due_at: datetime
    is_scheduled: bool
    why_held: str
    is_handled: bool
    newest_id: int


def waiting_rows(replies: QuerySet[PendingReply]) -> QuerySet[PendingReply, Any]:
    """Return what ``waiting`` needs to know of replies, in the order in which they leave; also as a subquery."""
    files = Attachment.objects.filter(pending=OuterRef("pk")).order_by("pk")
    written = Message.objects.filter(conversation=OuterRef("conversation")).to_be_seen().order_by("-pk")
    found = JSONObject(
        pk="pk",
        author=F("author__name"),
        author_id="author_id",
        text="text",
        files=ArraySubquery(files.values(found=JSONObject(pk="pk", name="name", kind="file__kind"))),
        due_at="due_at",
        is_scheduled="is_scheduled",
        held="held",
        newest=Subquery(written.values("pk")[:1]),
    )
    return replies.order_by("due_at", "pk").values_list(found)


def waiting(rows: Iterable[dict[str, Any]], reader: User) -> list[Waiting]:
    """Return the replies that have not left as ``reader`` sees them."""
    return [_waiting(row, reader) for row in rows]


def waiting_in(conversation_id: int, reader: User) -> list[Waiting]:
    """Return the replies of one conversation that have not left, in one query."""
    return waiting((row for (row,) in waiting_rows(PendingReply.objects.filter(conversation=conversation_id))), reader)


def _waiting(row: dict[str, Any], reader: User) -> Waiting:
    due_at = parse_datetime(row["due_at"])
    assert due_at is not None
    decides = row["author_id"] == reader.pk or row["held"] == Held.LEFT
    leads = reader.can_lead and (row["is_scheduled"] or row["held"])
    return Waiting(
        pk=row["pk"],
        author=row["author"],
        author_id=row["author_id"],
        text=row["text"],
        files=[File(file["pk"], file["name"]) for file in row["files"]],
        formatted=formatted_text(row["text"], [file["pk"] for file in row["files"] if file["kind"] in PICTURES]),
        due_at=due_at,
        is_scheduled=row["is_scheduled"],
        why_held=str(Held(row["held"]).label) if row["held"] else "",
        is_handled=bool(reader.can_answer and (decides or leads)),
        newest_id=row["newest"] or 0,
    )

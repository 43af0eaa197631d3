"""``samovar export DIR``: everything that was written here, in files that any program can read.

One file of JSON lines for each kind of thing, and the bytes of attachments by their SHA-256. A file gets its name only
when it is complete; attachments that are there already are not written again, so a run that was cut off goes on
quickly.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from samovar.accounts.models import Team, User
from samovar.conversations.models import Attachment, Conversation, ConversationTag, Inbox, Message, Participant, Tag
from samovar.customers.models import Customer, Identity, Membership, Organisation
from samovar.events.models import Event
from samovar.files.models import StoredFile

PAGE = 1000
Row = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What goes into one file: the rows of a table, and the fields that are left out or told otherwise."""

    name: str
    model: type[models.Model]
    without: frozenset[str] = frozenset()
    told: Callable[[Row], Row] = dict

    def rows(self) -> Iterator[Row]:
        """Yield all rows by their ids, in pages, so that memory stays flat and no transaction stays open."""
        names = [field.attname for field in self.model._meta.concrete_fields if field.attname not in self.without]
        last = 0
        while page := list(self.model._default_manager.filter(pk__gt=last).order_by("pk").values(*names)[:PAGE]):
            last = page[-1]["id"]
            yield from map(self.told, page)


def _message(row: Row) -> Row:
    return {"id": row.pop("id"), "message_id": row.pop("external_id"), **row}


KINDS = (
    Kind("staff", User, frozenset({"password", "sort_key"})),
    Kind("teams", Team),
    Kind("inboxes", Inbox),
    Kind("organisations", Organisation, frozenset({"sort_key"})),
    Kind("customers", Customer, frozenset({"sort_key", "search_key"})),
    Kind("identities", Identity),
    Kind("memberships", Membership),
    Kind("tags", Tag),
    Kind("conversations", Conversation, frozenset({"subject_key"})),
    Kind("conversation_tags", ConversationTag),
    Kind("participants", Participant),
    Kind("messages", Message, frozenset({"numbers", "fingerprint"}), _message),
    Kind("attachments", Attachment),
    Kind("files", StoredFile),
    Kind("events", Event, frozenset({"tx"})),
)


def write_kind(kind: Kind, folder: Path, advance: Callable[[int], None]) -> int:
    """Write one kind into ``folder``; ``advance`` hears of each row. Returns how many rows there were."""
    count = 0
    draft = folder / f"{kind.name}.jsonl.part"
    with draft.open("w", encoding="utf-8") as file:
        for row in kind.rows():
            json.dump(row, file, cls=DjangoJSONEncoder, ensure_ascii=False)
            file.write("\n")
            count += 1
            advance(1)
    draft.replace(folder / f"{kind.name}.jsonl")
    return count


def write_files(folder: Path, advance: Callable[[int], None]) -> int:
    """Write the bytes of all attachments into ``folder``, each under its SHA-256; return how many there are."""
    folder.mkdir(exist_ok=True)
    count = 0
    for stored in StoredFile.objects.order_by("pk").iterator(PAGE):
        path = folder / stored.sha256
        if not path.exists():
            draft = path.with_suffix(".part")
            with draft.open("wb") as file:
                file.writelines(stored.stream())
            draft.replace(path)
        count += 1
        advance(1)
    return count

"""``samovar export DIR``: everything that was written here, in files that any program can read.

One file of JSON lines for each kind of thing, and the bytes of attachments and of mails as they came by their SHA-256.
A file gets its name only when it is complete; bytes that are there already are not written again, so a run that was cut
off goes on quickly. Everything is for its owner only.
"""

import inspect
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from samovar.accounts.models import (
    AuditEntry,
    Brand,
    Calendar,
    Company,
    Invitation,
    NoticeWays,
    SignOnBinding,
    StaffProvider,
    Team,
    Topic,
    User,
)
from samovar.channels.models import (
    ChannelAccount,
    Delivery,
    Heartbeat,
    MailFolder,
    RawMail,
    SentCopy,
    SignInProvider,
)
from samovar.conversations.models import (
    Attachment,
    Beginning,
    Block,
    Cause,
    Consultation,
    Conversation,
    ConversationLink,
    ConversationRedirect,
    ConversationTag,
    Draft,
    FileLink,
    Inbox,
    InboxAddress,
    LeftBehind,
    Macro,
    MacroKey,
    MacroUse,
    Mention,
    Message,
    NoteEdit,
    Participant,
    PendingReply,
    Promise,
    Reference,
    RegroupedRow,
    Regrouping,
    Reminder,
    Retention,
    SavedView,
    SpamSign,
    Tag,
    Watching,
    Withdrawal,
)
from samovar.customers.models import Consent, Customer, Erasure, Identity, Membership, Merge, Organisation, Restriction
from samovar.events.models import Event
from samovar.files.models import StoredFile

PAGE = 1000
OTHER_NAMES = {"external_id": "message_id"}
ABOUT = """\
Everything that was written in an installation of Samovar.

Every file .jsonl is text in UTF-8 with one JSON object a line. Moments are in UTC (ISO 8601). A name that ends with _id
names a line of another file. files/ holds the bytes of attachments under the "sha256" of files.jsonl, mails/ every mail
as it came, under the "sha256" of raw_mails.jsonl and .eml. Passwords, keys and sessions are left out.
"""
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
        last, key = 0, self.model._meta.pk.attname
        while page := list(self.model._default_manager.filter(pk__gt=last).order_by("pk").values(*names)[:PAGE]):
            last = page[-1][key]
            yield from map(self.told, page)


def _message(row: Row) -> Row:
    return {"id": row.pop("id"), "message_id": row.pop("external_id"), **row}


def _raw_mail(row: Row) -> Row:
    return {**row, "sha256": bytes(row["sha256"]).hex()}


KINDS = (
    Kind("company", Company),
    Kind("brands", Brand),
    Kind("calendars", Calendar),
    Kind("staff", User, frozenset({"password", "sort_key"})),
    Kind("ways_of_being_told", NoticeWays, frozenset({"mailed_at"})),
    Kind("teams", Team),
    Kind("team_memberships", User.teams.through),
    Kind("topics", Topic),
    Kind("topics_of_staff", User.topics.through),
    Kind("staff_providers", StaffProvider, frozenset({"sealed_client_secret"})),
    Kind("staff_bindings", SignOnBinding),
    Kind("invitations", Invitation, frozenset({"token_digest"})),
    Kind("invitation_teams", Invitation.teams.through),
    Kind("inboxes", Inbox),
    Kind("inbox_addresses", InboxAddress),
    Kind("inbox_teams", Inbox.teams.through),
    Kind("sign_in_providers", SignInProvider, frozenset({"sealed_client_secret"})),
    Kind("mailboxes", ChannelAccount, frozenset({"sealed_password", "sealed_access_token", "sealed_refresh_token"})),
    Kind("mail_folders", MailFolder),
    Kind("heartbeats", Heartbeat),
    Kind("organisations", Organisation, frozenset({"sort_key", "search_key"})),
    Kind("customers", Customer, frozenset({"sort_key", "search_key"})),
    Kind("identities", Identity),
    Kind("memberships", Membership),
    Kind("consents", Consent),
    Kind("restrictions", Restriction),
    Kind("merges", Merge),
    Kind("erasures", Erasure, frozenset({"addresses"})),
    Kind("tags", Tag),
    Kind("causes", Cause),
    Kind("retention", Retention),
    Kind("macros", Macro, frozenset({"name_key"})),
    Kind("macro_uses", MacroUse),
    Kind("macro_keys", MacroKey),
    Kind("saved_views", SavedView),
    Kind("conversations", Conversation, frozenset({"subject_key"})),
    Kind("left_behind", LeftBehind),
    Kind("redirects", ConversationRedirect),
    Kind("regroupings", Regrouping),
    Kind("regrouped_rows", RegroupedRow),
    Kind("links", ConversationLink),
    Kind("conversation_tags", ConversationTag),
    Kind("participants", Participant),
    Kind("promises", Promise),
    Kind("messages", Message, frozenset({"numbers", "fingerprint"}), _message),
    Kind("mentions", Mention),
    Kind("watchers", Watching),
    Kind("notes_taken_back", Withdrawal, frozenset({"text", "edits", "file_ids"})),
    Kind("edits_of_notes", NoteEdit),
    Kind("references", Reference),
    Kind("blocks", Block),
    Kind("spam_signs", SpamSign),
    Kind("drafts", Draft),
    Kind("pending_replies", PendingReply),
    Kind("reminders", Reminder),
    Kind("questions_to_experts", Consultation),
    Kind("beginnings", Beginning),
    Kind("deliveries", Delivery),
    Kind("raw_mails", RawMail, frozenset({"content"}), _raw_mail),
    Kind("sent_copies", SentCopy, frozenset({"content"})),
    Kind("attachments", Attachment),
    Kind("file_links", FileLink, frozenset({"nonce"})),
    Kind("files", StoredFile),
    Kind("events", Event, frozenset({"tx"})),
    Kind("audit_log", AuditEntry, frozenset({"tx"})),
)


def write_description(folder: Path, counts: dict[str, int]) -> None:
    """Write README.txt: what each file holds and what its fields mean, for whoever has the files and not Samovar."""
    draft = folder / "README.txt.part"
    parts = [ABOUT, *(_description(kind, counts[kind.name]) for kind in KINDS)]
    with _opened(draft) as file:
        file.write("\n".join(parts).encode())
    draft.replace(folder / "README.txt")


def _description(kind: Kind, count: int) -> str:
    """Return in words what a file holds, from what the model says of itself."""
    words = inspect.getdoc(kind.model) or ""
    # A table that only ties two others together says nothing of its own.
    words = "" if words.startswith(f"{kind.model.__name__}(") else words
    fields = [field for field in kind.model._meta.concrete_fields if field.attname not in kind.without]
    named = {field.attname: field for field in fields}
    lines = [_field(kind.told(dict.fromkeys(named, b"")), name, field) for name, field in named.items()]
    return "\n".join([f"{kind.name}.jsonl: {count} lines", *words.splitlines(), *lines, ""])


def _field(told: Row, name: str, field: "models.Field[Any, Any]") -> str:
    leads_to = next((kind for kind in KINDS if kind.model is field.related_model), None)
    words = str(field.verbose_name)
    if leads_to:
        words += f" ({leads_to.model._meta.pk.attname} in {leads_to.name}.jsonl)"
    return f"  {name if name in told else OTHER_NAMES[name]}: {words}"


def write_kind(kind: Kind, folder: Path, advance: Callable[[int], None]) -> int:
    """Write one kind into ``folder``; ``advance`` hears of each row. Returns how many rows there were."""
    count = 0
    draft = folder / f"{kind.name}.jsonl.part"
    with _opened(draft) as file:
        for row in kind.rows():
            file.write(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n")
            count += 1
            advance(1)
    draft.replace(folder / f"{kind.name}.jsonl")
    return count


def write_files(folder: Path, advance: Callable[[int], None]) -> int:
    """Write the bytes of all attachments into ``folder``, each under its SHA-256; return how many there are."""
    stored = StoredFile.objects.order_by("pk").iterator(PAGE)
    return _write_bytes(folder, ((one.sha256, one.stream()) for one in stored), advance)


def write_mails(folder: Path, advance: Callable[[int], None]) -> int:
    """Write every mail as it came into ``folder``, each under its SHA-256; return how many there are."""
    return _write_bytes(folder, ((f"{bytes(one.sha256).hex()}.eml", [bytes(one.content)]) for one in _mails()), advance)


def _mails() -> Iterator[RawMail]:
    """Yield the mails; a page of them may be large, so they are fetched one by one."""
    for pk in RawMail.objects.order_by("pk").values_list("pk", flat=True).iterator(PAGE):
        yield RawMail.objects.only("sha256", "content").get(pk=pk)


def _write_bytes(folder: Path, named: Iterable[tuple[str, Iterable[bytes]]], advance: Callable[[int], None]) -> int:
    make_folder(folder)
    count = 0
    for name, pieces in named:
        path = folder / name
        if not path.exists():
            draft = path.with_suffix(".part")
            with _opened(draft) as file:
                file.writelines(pieces)
            draft.replace(path)
        count += 1
        advance(1)
    return count


def make_folder(folder: Path) -> None:
    """Make ``folder`` for its owner only; one that is there keeps the rights that it has."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _opened(path: Path) -> IO[bytes]:
    """Open a new file that others cannot read; what an interrupted run left in its place goes away."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")

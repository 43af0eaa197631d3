"""The audit log for administrators: who did what, when, with whom, and what it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.models import Action, AuditEntry, User
from samovar.accounts.models.audit import BY_ITSELF
from samovar.accounts.requests import StaffRequest, admins_only
from samovar.conversations.models import Block
from samovar.desk.audit_words import field_name, numbered, reason, shown
from samovar.lib.marks import mark, read_mark

PAGE = 50
# Where the page of what an entry is about lies, by its kind.
PAGES = {
    "user": "person",
    "team": "team",
    "brand": "brand",
    "customer": "customer",
    "organisation": "organisation",
    "conversation": "conversation",
    "channelaccount": "mailbox",
    "macro": "macro",
    "signinprovider": "sign_in_provider",
}


@dataclass(frozen=True)
class Change:
    """What became of one field."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One entry as it is drawn; ``subject`` is a name, or the number of somebody of whom only that is kept."""

    entry: AuditEntry
    who: str
    subject: str
    url: str
    reason: str
    changes: list[Change]


@vary_on_headers("HX-Request", "HX-History-Restore-Request")
@admins_only
@require_GET
def audit(request: StaffRequest) -> HttpResponse:
    """Show the audit log, newest first, by person and by action."""
    given = {name: value for name in ("by", "action", "kind", "subject") if (value := request.GET.get(name, ""))}
    entries = _chosen(given).order_by("-at", "-pk")
    if found := read_mark(request.GET.get("after", "")):
        at, pk = found
        entries = entries.filter(at__lte=at).exclude(at=at, pk__gte=pk)
    fetched = list(entries[: PAGE + 1])
    rows = fetched[:PAGE]
    after = mark(rows[-1].at, rows[-1].pk) if len(fetched) > PAGE else ""
    blocked = _blocked(rows)
    context = {
        "lines": [_line(entry, blocked) for entry in rows],
        "following": urlencode({**given, "after": after}) if after else "",
        "is_first": "after" not in request.GET,
        "given": given,
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "desk/_audit_rows.html", context)
    context |= {"people": User.objects.all(), "actions": Action.choices}
    return render(request, "desk/audit.html", context)


def _chosen(given: Mapping[str, str]) -> Any:
    entries = AuditEntry.objects.all()
    if given.get("by") == "command":
        entries = entries.filter(by=None).exclude(action__in=BY_ITSELF)
    elif number(given.get("by", "")):
        entries = entries.filter(by=number(given["by"]))
    if given.get("action") in Action.values:
        entries = entries.filter(action=given["action"])
    if number(given.get("subject", "")):
        entries = entries.filter(subject_kind=given.get("kind", ""), subject_id=number(given["subject"]))
    return entries


def number(text: str) -> int:
    """Return the number that stands in an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _blocked(entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Return who was blocked or let in again: an address is personal, so the log keeps the number only."""
    ids = [entry.subject_id for entry in entries if entry.subject_kind == "block" and entry.subject_id]
    return dict(Block.objects.filter(pk__in=ids).values_list("pk", "value")) if ids else {}


def _line(entry: AuditEntry, blocked: Mapping[int, str]) -> Line:
    page = PAGES.get(entry.subject_kind)
    known = blocked.get(entry.subject_id or 0, "") if entry.subject_kind == "block" else entry.subject_name
    subject = known or (numbered(entry.subject_id) if entry.subject_id else "")
    names = sorted({*entry.before, *entry.after})
    return Line(
        entry,
        entry.by_name or ("Samovar" if entry.is_by_itself else _("The command line")),
        subject,
        reverse(page, args=[entry.subject_id]) if page and entry.subject_id else "",
        reason(entry),
        [
            Change(field_name(name), shown(name, entry.before.get(name)), shown(name, entry.after.get(name)))
            for name in names
        ],
    )

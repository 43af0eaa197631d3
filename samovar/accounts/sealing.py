"""Seals on the audit log: each binds an entry to all before it, by a key that is not in the database.

Whoever can write to the database, and to nothing else, cannot change, add or take out an entry without breaking the
chain from there on, and cannot cut off its end, because where it ended is known outside the database too. Entries are
sealed a moment after they were written, in the order of the log, so that those who write do not wait for each other.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Func
from django.db.models.fields import BigIntegerField

from samovar.accounts import log_end
from samovar.accounts.log_end import End
from samovar.accounts.models import AuditEntry
from samovar.lib import clock, secrets

PURPOSE = "audit"
AT_ONCE = 500
# Sealing goes on each minute; only a transaction that lasts holds it up.
SEALED_WITHIN = timedelta(minutes=10)
# Of those who seal at the same time one does it.
LOCK = 5_301
SEALED_FIELDS = (
    "id",
    "at",
    "action",
    "by_id",
    "by_name",
    "subject_kind",
    "subject_id",
    "subject_name",
    "before",
    "after",
    "reason",
)


def seal_all() -> int:
    """Seal every entry that no transaction can still get in front of; returns how many."""
    count = 0
    while sealed := _seal_some():
        count += sealed
    # The end that was cut off stays known, whatever is written after it.
    if count and cut_after() is None:
        log_end.note(_end())
    return count


def cut_after() -> End | None:
    """Return where the log ended when it was last sealed here, if it does not go as far any more."""
    end = log_end.known()
    if end is None or _is_there(end):
        return None
    return end


def waiting() -> AuditEntry | None:
    """Return the oldest entry that should have its seal long since."""
    return AuditEntry.objects.filter(seal="", at__lt=clock.now() - SEALED_WITHIN).order_by("at").first()


def broken_at() -> AuditEntry | None:
    """Return the first entry whose seal does not fit, None when all do. Entries of the last moments have none yet."""
    last = ""
    for entry in _in_order():
        if not entry.seal:
            # What comes later was sealed after this one.
            return entry if _is_sealed_after(entry) else None
        if not hmac.compare_digest(entry.seal, seal(entry, last)):
            return entry
        last = entry.seal
    return None


def seal(entry: AuditEntry, last: str) -> str:
    """Return the seal of ``entry`` after the one sealed with ``last``: 64 hexadecimal digits, HMAC-SHA256."""
    told = {name: getattr(entry, name) for name in SEALED_FIELDS}
    text = json.dumps([last, told], cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hmac.new(secrets.key(PURPOSE).encode(), text.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def _seal_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    newest = AuditEntry.objects.exclude(seal="").order_by("-tx", "-id").first()
    horizon: Func = Func(function="events_horizon", output_field=BigIntegerField())
    rows = list(AuditEntry.objects.filter(seal="", tx__lt=horizon).order_by("tx", "id")[:AT_ONCE])
    last = newest.seal if newest else ""
    for entry in rows:
        entry.seal = last = seal(entry, last)
    AuditEntry.objects.bulk_update(rows, ["seal"])
    return len(rows)


def _end() -> End:
    last = AuditEntry.objects.exclude(seal="").order_by("-tx", "-id")[0]
    return End(last.tx, last.pk, last.seal, _count(last.tx, last.pk))


def _is_there(end: End) -> bool:
    is_kept = AuditEntry.objects.filter(pk=end.pk, tx=end.tx, seal=end.seal).exists()
    return is_kept and _count(end.tx, end.pk) == end.count


def _count(tx: int, pk: int) -> int:
    sealed = AuditEntry.objects.exclude(seal="").filter(tx__lte=tx)
    return sealed.exclude(tx=tx, pk__gt=pk).count()


def _in_order() -> Iterator[AuditEntry]:
    tx, pk = 0, 0
    while page := list(AuditEntry.objects.filter(tx__gte=tx).exclude(tx=tx, pk__lte=pk).order_by("tx", "id")[:AT_ONCE]):
        yield from page
        tx, pk = page[-1].tx, page[-1].pk


def _is_sealed_after(entry: AuditEntry) -> bool:
    later = AuditEntry.objects.filter(tx__gte=entry.tx).exclude(tx=entry.tx, pk__lte=entry.pk)
    return later.exclude(seal="").exists()

"""Writing the audit log, in the transaction of what it tells of, and reading it."""

from datetime import timedelta

from django.db import connection, models

from samovar.accounts.models import User
from samovar.accounts.models.audit import Action, record

__all__ = ["Action", "record", "record_once"]

# Looking at the same card again and again is one look.
ONE_LOOK = timedelta(hours=1)
WRITE_ONCE = """
INSERT INTO accounts_auditentry
    (action, by_id, by_name, subject_kind, subject_id, subject_name, before, after, reason)
SELECT %(action)s, %(by)s, %(by_name)s, %(kind)s, looked_at.pk, '', '{}', '{}', ''
FROM unnest(%(pks)s::bigint[]) AS looked_at(pk)
WHERE NOT EXISTS (
    SELECT FROM accounts_auditentry
    WHERE by_id = %(by)s AND at > now() - %(seconds)s * interval '1 second'
        AND subject_kind = %(kind)s AND subject_id = looked_at.pk AND action = %(action)s
)
"""


def record_once(action: Action, by: User, *subjects: models.Model, within: timedelta = ONE_LOOK) -> None:
    """Write down that ``by`` looked at ``subjects`` of one kind, unless that stands there since ``within``."""
    told: dict[str, str | float | list[int]] = {"action": action.value, "by": by.pk, "by_name": by.name}
    told |= {"kind": subjects[0]._meta.model_name or "", "pks": [subject.pk for subject in subjects]}
    told["seconds"] = within.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ONCE, told)

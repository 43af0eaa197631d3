"""Sort all that people wrote: by the newest or the oldest, and by the nearest promise."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce

YEARS_LATER = "((%(expressions)s AT TIME ZONE 'UTC') + INTERVAL '{} years') AT TIME ZONE 'UTC'"
OF_PEOPLE = models.Q(("deleted_at", None), ("kind", "human"), ("merged_at", None))


def _later(field: str, years: int) -> models.Func:
    template = YEARS_LATER.format(years)
    return models.Func(models.F(field), template=template, output_field=models.DateTimeField())


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0053_saved_views")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_newest", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                condition=OF_PEOPLE,
                name="conversation_newest",
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_by_due", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                Coalesce("promise_due_at", _later("waiting_since", 100), _later("last_message_at", 200)),
                models.F("id"),
                condition=OF_PEOPLE,
                name="conversation_by_due",
            ),
        ),
    ]

"""Sort all that people wrote by who waits longest."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce

OF_PEOPLE = models.Q(("deleted_at", None), ("kind", "human"), ("merged_at", None))
LATER = models.Func(
    models.F("last_message_at"),
    template="((%(expressions)s AT TIME ZONE 'UTC') + INTERVAL '100 years') AT TIME ZONE 'UTC'",
    output_field=models.DateTimeField(),
)


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0058_why_many_were_left")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_by_waiting", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                Coalesce("waiting_since", LATER),
                models.F("id"),
                condition=OF_PEOPLE,
                name="conversation_by_waiting",
            ),
        ),
    ]

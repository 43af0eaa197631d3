"""Sort those who wait by the nearest promise, and find what was promised until a moment."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce

AS_IF_PROMISED = "((%(expressions)s AT TIME ZONE 'UTC') + INTERVAL '100 years') AT TIME ZONE 'UTC'"


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0045_promises")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_by_turn", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                Coalesce(
                    "promise_due_at",
                    models.Func(
                        models.F("waiting_since"), template=AS_IF_PROMISED, output_field=models.DateTimeField()
                    ),
                ),
                models.F("id"),
                condition=models.Q(
                    ("kind", "human"),
                    ("resolved_at", None),
                    ("snoozed_until", None),
                    ("waiting_since__isnull", False),
                ),
                name="conversation_by_turn",
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_promised", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.F("promise_due_at"),
                models.F("id"),
                condition=models.Q(("promise_due_at__isnull", False)),
                name="conversation_promised",
            ),
        ),
        # It finds who waits no quicker than the first of both does.
        RemoveIndexConcurrently(model_name="conversation", name="conversation_needs_reply"),
    ]

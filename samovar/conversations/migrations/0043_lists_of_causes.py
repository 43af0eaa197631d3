"""Find what has no cause yet, what has one, and the ideas, without reading all conversations."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0042_delivered_causes")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_without_cause", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.OrderBy(models.F("resolved_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(
                    ("cause", None),
                    ("deleted_at", None),
                    ("kind", "human"),
                    ("merged_at", None),
                    ("parent", None),
                    ("resolved_at__isnull", False),
                ),
                name="conversation_without_cause",
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_of_cause", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.F("cause"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("cause__isnull", False)),
                name="conversation_of_cause",
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_ideas", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.OrderBy(models.F("idea_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("idea_at__isnull", False)),
                name="conversation_ideas",
            ),
        ),
    ]

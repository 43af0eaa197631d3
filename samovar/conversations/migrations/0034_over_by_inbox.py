"""Find what was over long ago in an inbox without reading all that stands there."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0033_file_links")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_over", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.F("inbox"),
                Coalesce("resolved_at", "last_message_at"),
                models.F("id"),
                condition=models.Q(
                    ("deleted_at", None),
                    models.Q(
                        ("resolved_at__isnull", False), models.Q(("kind", "human"), _negated=True), _connector="OR"
                    ),
                ),
                name="conversation_over",
            ),
        ),
    ]

"""List what is deleted at once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0023_deleted")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_deleted", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                models.OrderBy(models.F("deleted_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("deleted_at__isnull", False), ("removed_at", None)),
                name="conversation_deleted",
            ),
        ),
    ]

"""Find the conversations in which a call or a visit was written down."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0060_edits_of_notes")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS message_written_down", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["way", "conversation"],
                name="message_written_down",
                condition=models.Q(("way", ""), _negated=True),
            ),
        ),
    ]

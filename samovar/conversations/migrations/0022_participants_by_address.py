"""Find at once where somebody takes part, by their address."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0021_merged_tags")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS participant_by_address", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="participant",
            index=models.Index(
                condition=models.Q(("address", ""), _negated=True),
                fields=["address"],
                name="participant_by_address",
            ),
        ),
    ]

"""Find the files of replies that have not left."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0049_what_wakes_it")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS attachment_pending", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="attachment",
            index=models.Index(
                fields=["pending"], condition=models.Q(("pending__isnull", False)), name="attachment_pending"
            ),
        ),
    ]

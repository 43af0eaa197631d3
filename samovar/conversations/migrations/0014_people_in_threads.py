"""Find the newest mail of a person in a thread at once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0013_foreign_pictures")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS message_of_people", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("direction", "in"), ("mail_class", "human")),
                fields=["conversation", "created_at", "id"],
                name="message_of_people",
            ),
        ),
    ]

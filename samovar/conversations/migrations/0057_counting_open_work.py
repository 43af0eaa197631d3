"""Count all views of open work in one pass over an index, and find what bears a tag without looking at the rows."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

COUNTED = ["customer", "inbox", "assignee", "team", "cause", "priority", "is_unread"]
COUNTED += ["waiting_since", "snoozed_until", "promise_due_at"]
OPEN = models.Q(("deleted_at", None), ("kind", "human"), ("merged_at", None), ("resolved_at", None))
# An index spares a look at the row only where the row's page was tidied since it was changed; by itself that is done
# once a fifth of a table has changed, which in a large one is a matter of months.
OFTEN = "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02"
TIDIED_OFTEN = f"ALTER TABLE {{}} SET ({OFTEN})"
AS_ALL_ELSE = "ALTER TABLE {} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)"
TABLES = ("conversations_conversation", "conversations_conversationtag")


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("conversations", "0056_submissions")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS conversation_standing", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(fields=["id"], condition=OPEN, include=COUNTED, name="conversation_standing"),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS tag_on", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversationtag", index=models.Index(fields=["tag", "conversation"], name="tag_on")
        ),
        migrations.AlterField(
            model_name="conversationtag",
            name="tag",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taggings",
                to="conversations.tag",
            ),
        ),
        *(migrations.RunSQL(TIDIED_OFTEN.format(name), AS_ALL_ELSE.format(name)) for name in TABLES),
    ]

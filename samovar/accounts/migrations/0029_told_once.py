"""Gather what is told of no conversation, too, in one row as long as it is unseen."""

from django.db import migrations, models

# Of two the newer one stays, as when it is told anew.
ONE_OF_EACH = """
DELETE FROM accounts_notification AS older USING accounts_notification AS newer
WHERE older.seen_at IS NULL AND newer.seen_at IS NULL
  AND older.conversation_id IS NULL AND newer.conversation_id IS NULL
  AND older.user_id = newer.user_id AND older.kind = newer.kind
  AND (older.made_at, older.id) < (newer.made_at, newer.id)
"""
BUILT = """
CREATE UNIQUE INDEX CONCURRENTLY notification_gathered_once ON accounts_notification (user_id, kind, conversation_id)
NULLS NOT DISTINCT WHERE seen_at IS NULL
"""
# What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
STEPS = (
    "DROP INDEX CONCURRENTLY IF EXISTS notification_gathered_once",
    ONE_OF_EACH,
    BUILT,
    "DROP INDEX CONCURRENTLY IF EXISTS notification_gathered",
    "ALTER INDEX notification_gathered_once RENAME TO notification_gathered",
)


class Migration(migrations.Migration):
    # Built while people go on being told.
    atomic = False
    dependencies = [("accounts", "0028_topics")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(step, migrations.RunSQL.noop) for step in STEPS],
            state_operations=[
                migrations.RemoveConstraint(model_name="notification", name="notification_gathered"),
                migrations.AddConstraint(
                    model_name="notification",
                    constraint=models.UniqueConstraint(
                        fields=["user", "kind", "conversation_id"],
                        name="notification_gathered",
                        condition=models.Q(seen_at=None),
                        nulls_distinct=False,
                    ),
                ),
            ],
        )
    ]

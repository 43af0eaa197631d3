"""Take out of sight what was asked outside about conversations that somebody has deleted, as is done with them now."""

from django.db import migrations

HIDE = """
UPDATE conversations_conversation AS side
SET deleted_at = main.deleted_at, deleted_by_id = main.deleted_by_id, deletion_reason = main.deletion_reason,
    version = side.version + 1
FROM conversations_conversation AS main
WHERE side.parent_id = main.id AND side.deleted_at IS NULL
    AND main.deleted_at IS NOT NULL AND main.deletion_reason <> 'retention'
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0035_what_is_chosen_for_a_letter")]
    operations = [migrations.RunSQL(HIDE, migrations.RunSQL.noop)]

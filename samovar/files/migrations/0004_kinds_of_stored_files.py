"""Look at the beginning of what is stored already."""

from django.db import migrations

from samovar.lib.media_types import HEAD_BYTES, kind_of

BATCH = 500
HEADS = """
SELECT file_id, substring(content from 1 for %s) FROM files_chunk
WHERE number = 0 AND file_id > %s ORDER BY file_id LIMIT %s
"""
NOTE = """
UPDATE files_storedfile SET kind = given.kind
FROM unnest(%s::bigint[], %s::text[]) AS given(id, kind) WHERE files_storedfile.id = given.id
"""


def look(apps, schema_editor):
    """Each batch is a transaction of its own, so that nobody waits."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(HEADS, [HEAD_BYTES, last, BATCH])
            heads = cursor.fetchall()
            if not heads:
                return
            last = heads[-1][0]
            known = [(pk, kind) for pk, head in heads if (kind := kind_of(bytes(head)))]
            cursor.execute(NOTE, [[pk for pk, _ in known], [kind for _, kind in known]])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("files", "0003_kinds_of_files")]

    operations = [migrations.RunPython(look, migrations.RunPython.noop)]

from django.db import migrations

FILL = "UPDATE conversations_tag SET merged_by_hand_into_id = merged_into_id WHERE merged_into_id IS NOT NULL"


class Migration(migrations.Migration):
    """What was merged before was merged into where it stands, as far as anybody knows."""

    dependencies = [
        ('conversations', '0030_tags_merged_by_hand'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

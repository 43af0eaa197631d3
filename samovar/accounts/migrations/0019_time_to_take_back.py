"""Let people choose for how long they can take back what they have sent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0018_notifications"),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='undo_seconds',
            field=models.PositiveSmallIntegerField(db_default=10, default=10, verbose_name='time to take back what was sent'),
        ),
    ]

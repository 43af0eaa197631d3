"""Keys of one's own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0022_quiet_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="keys",
            field=models.JSONField(
                blank=True,
                db_default=models.Value("{}", models.JSONField()),
                default=dict,
                verbose_name="own keys",
            ),
        ),
    ]

"""Whether a person is told of nothing while their team does not work."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_told_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_quiet_with_team",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="quiet while the team does not work"
            ),
        ),
    ]

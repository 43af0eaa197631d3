"""Quiet hours of members of staff."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0021_working_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="quiet_days",
            field=models.CharField(blank=True, db_default="", default="", max_length=7, verbose_name="quiet days"),
        ),
        migrations.AddField(
            model_name="user",
            name="quiet_from",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet from"),
        ),
        migrations.AddField(
            model_name="user",
            name="quiet_to",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet until"),
        ),
    ]

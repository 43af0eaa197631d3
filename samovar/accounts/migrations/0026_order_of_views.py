"""The order of the views of each person, and which of them they hide."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0025_devices_that_are_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="view_order",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="order of the views"),
        ),
        migrations.AddField(
            model_name="user",
            name="views_hidden",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="views that are hidden"),
        ),
    ]

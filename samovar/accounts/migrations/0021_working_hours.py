"""Working hours of the company and of its teams."""

import django.db.models.deletion
import samovar.accounts.working_hours
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0020_ways_of_being_told"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_default", models.BooleanField(default=False, editable=False)),
                ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                ("week", models.JSONField(default=samovar.accounts.working_hours.usual_week, verbose_name="working hours")),
                ("team", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team")),
            ],
            options={
                "verbose_name": "calendar",
                "constraints": [models.UniqueConstraint(condition=models.Q(("is_default", True)), fields=("is_default",), name="one_default_calendar"), models.CheckConstraint(condition=models.Q(("is_default", False), ("team", None), _connector="OR"), name="default_calendar_of_no_team")],
            },
        ),
    ]

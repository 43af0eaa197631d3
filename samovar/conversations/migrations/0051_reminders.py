"""Reminders of one person."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0050_files_of_pending_replies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="reminds at")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("is_exact", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created at")),
                ("told_at", models.DateTimeField(null=True, verbose_name="told at")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                ("conversation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="conversations.conversation")),
                ("user", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "reminder",
                "indexes": [models.Index(models.F("at"), models.F("id"), condition=models.Q(("done_at", None), ("told_at", None)), name="reminder_to_be_told"), models.Index(models.F("user"), models.F("at"), models.F("id"), condition=models.Q(("done_at", None)), name="reminder_of_user")],
            },
        ),
    ]

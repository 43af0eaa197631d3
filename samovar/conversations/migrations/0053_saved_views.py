"""Saved views."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0026_order_of_views"),
        ("conversations", "0052_bulk_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("filters", models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="filters")),
                ("order", models.CharField(blank=True, db_default="", default="", max_length=20, verbose_name="order")),
                ("version", models.IntegerField(db_default=0, default=0)),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created at")),
                ("archived_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted at")),
                ("changed_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("owner", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("team", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team")),
            ],
            options={
                "verbose_name": "saved view",
                "ordering": ["id"],
                "constraints": [models.CheckConstraint(condition=models.Q(("owner", None), ("team", None), _connector="OR"), name="view_of_one")],
            },
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0038_formatted_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="merged_at",
            field=models.DateTimeField(null=True, verbose_name="merged at"),
        ),
        migrations.CreateModel(
            name="Regrouping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("merge", "Merged"), ("split", "Split off"), ("move", "Moved")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone at")),
                ("before", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="conversations.conversation"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="conversations.conversation"
                    ),
                ),
            ],
            options={
                "verbose_name": "merge, split or move",
            },
        ),
        migrations.CreateModel(
            name="RegroupedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=100)),
                ("row_id", models.BigIntegerField()),
                (
                    "regrouping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="conversations.regrouping",
                    ),
                ),
            ],
            options={
                "verbose_name": "regrouped row",
            },
        ),
        migrations.AddConstraint(
            model_name="regrouping",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["merge", "split", "move"])), name="regrouping_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="regroupedrow",
            index=models.Index(fields=["place", "row_id"], name="regrouped_where"),
        ),
        migrations.AddConstraint(
            model_name="regroupedrow",
            constraint=models.UniqueConstraint(fields=("regrouping", "place", "row_id"), name="regrouped_once"),
        ),
    ]

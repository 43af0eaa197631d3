
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_audit_by_action"),
        ("conversations", "0039_regrouping"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="steps",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.CreateModel(
            name="Macro",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_key", models.CharField(editable=False, max_length=300)),
                ("shortcut", models.CharField(blank=True, max_length=20, verbose_name="letters that find it at once")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "steps",
                    models.JSONField(
                        blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="steps"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("ru", "Русский")],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("used_count", models.IntegerField(db_default=0, default=0, verbose_name="used so often")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used at")),
                ("version", models.IntegerField(db_default=0, default=0)),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created at"
                    ),
                ),
                ("archived_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "macro",
                "ordering": ["name_key", "id"],
            },
        ),
        migrations.CreateModel(
            name="MacroKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digit", models.PositiveSmallIntegerField(verbose_name="digit")),
                (
                    "macro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="conversations.macro"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "key of a macro",
            },
        ),
        migrations.CreateModel(
            name="MacroUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month_begins_on", models.DateField(verbose_name="month")),
                ("count", models.IntegerField(default=0, verbose_name="how often")),
                (
                    "macro",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="conversations.macro",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a macro",
            },
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner", None), ("team", None), _connector="OR"), name="macro_of_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(("steps", []), ("text", ""), _negated=True), name="macro_does_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["", "en", "ru"])), name="macro_language_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="macrokey",
            constraint=models.UniqueConstraint(fields=("user", "digit"), name="macro_key_once"),
        ),
        migrations.AddConstraint(
            model_name="macrokey",
            constraint=models.UniqueConstraint(fields=("user", "macro"), name="macro_on_one_key"),
        ),
        migrations.AddConstraint(
            model_name="macrokey",
            constraint=models.CheckConstraint(
                condition=models.Q(("digit__in", [1, 2, 3, 4, 5, 6, 7, 8, 9])), name="macro_key_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="macrouse",
            constraint=models.UniqueConstraint(fields=("macro", "user", "month_begins_on"), name="macro_use_once"),
        ),
    ]

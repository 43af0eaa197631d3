"""How large a company is, what it does without, and how dense a person wants pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0026_order_of_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="parts_off",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                verbose_name="parts switched off",
            ),
        ),
        migrations.AddField(
            model_name="company",
            name="size",
            field=models.CharField(
                blank=True,
                choices=[("small", "Up to five people"), ("medium", "Six to thirty"), ("large", "More than thirty")],
                db_default="",
                default="",
                max_length=8,
                verbose_name="how large it is",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="density",
            field=models.CharField(blank=True, db_default="", default="", max_length=8, verbose_name="density"),
        ),
    ]

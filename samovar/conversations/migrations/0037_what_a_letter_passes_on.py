import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0036_sides_of_what_is_deleted")]
    operations = [
        migrations.AddField(
            model_name="message",
            name="passed_on",
            field=django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), null=True, size=None),
        ),
    ]

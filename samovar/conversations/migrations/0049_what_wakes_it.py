"""Which message of the customer brings back what is snoozed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0048_notes_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="wakes_on",
            field=models.CharField(choices=[("more", "If they write more than thanks"), ("reply", "If they write anything"), ("nothing", "No, whatever they write")], db_default="reply", default="reply", max_length=10, verbose_name="comes back earlier"),
        ),
    ]

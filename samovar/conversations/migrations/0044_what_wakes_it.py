"""Which message of the customer brings back what is snoozed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
<<<<<<<< HEAD:samovar/conversations/migrations/0044_what_wakes_it.py
        ("conversations", "0043_lists_of_causes"),
========
        ("conversations", "0040_macros"),
>>>>>>>> e18dac9 (Let macros snooze by the same working hours):samovar/conversations/migrations/0041_what_wakes_it.py
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="wakes_on",
            field=models.CharField(choices=[("more", "If they write more than thanks"), ("reply", "If they write anything"), ("nothing", "No, whatever they write")], db_default="reply", default="reply", max_length=10, verbose_name="comes back earlier"),
        ),
    ]

"""Remember which server judged the mails to ourselves of a try."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0012_found_at_once")]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="checker",
            field=models.CharField(blank=True, db_default="", max_length=255),
        ),
    ]

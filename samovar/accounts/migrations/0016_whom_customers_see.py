"""The choices of a sender are named without an example, which was somebody else's company."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_sign_on_bindings")]

    operations = [
        migrations.AlterField(
            model_name="brand",
            name="sender_form",
            field=models.CharField(
                choices=[
                    ("brand", "The brand"),
                    ("both", "The first name and the brand"),
                    ("person", "The person"),
                ],
                db_default="brand",
                default="brand",
                max_length=10,
                verbose_name="whom customers see as the sender",
            ),
        ),
    ]

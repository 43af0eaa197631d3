"""Let a mail leave as a hidden copy."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0013_who_judges_senders'),
        ('conversations', '0015_chosen_recipients'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_role_known',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='role',
            field=models.CharField(choices=[('to', 'To'), ('cc', 'Cc'), ('bcc', 'Bcc')], db_default='to', default='to', max_length=3),
        ),
        AddConstraintNotValid(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['to', 'cc', 'bcc'])), name='delivery_role_known'),
        ),
    ]

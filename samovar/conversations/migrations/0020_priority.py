"""Keep how urgent a conversation is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0019_beginnings'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='priority',
            field=models.SmallIntegerField(choices=[(-1, 'Low priority'), (0, 'Normal priority'), (1, 'High priority'), (2, 'Urgent')], db_default=0, default=0, verbose_name='priority'),
        ),
    ]

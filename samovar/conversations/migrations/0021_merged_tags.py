"""Let one tag stand for another."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0020_priority'),
    ]

    operations = [
        migrations.AddField(
            model_name='tag',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='conversations.tag'),
        ),
    ]

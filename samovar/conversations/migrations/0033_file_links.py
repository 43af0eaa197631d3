"""Keep the links to files that are too large for a letter, and from which size they are made."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0032_retention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='inbox',
            name='attach_megabytes',
            field=models.PositiveSmallIntegerField(db_default=15, default=15, verbose_name='megabytes of files in a letter'),
        ),
        migrations.AddField(
            model_name='inbox',
            name='link_days',
            field=models.PositiveSmallIntegerField(db_default=30, default=30, verbose_name='days for which links to files are good'),
        ),
        migrations.CreateModel(
            name='FileLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('expires_at', models.DateTimeField(verbose_name='good until')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='withdrawn at')),
                ('downloads', models.PositiveIntegerField(default=0, verbose_name='downloads')),
                ('attachment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='link', to='conversations.attachment')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'link to a file',
            },
        ),
    ]

"""Keep since when a conversation is deleted, by whom and why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_single_sign_on'),
        ('conversations', '0022_participants_by_address'),
        ('customers', '0006_person_archives'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='deleted_at',
            field=models.DateTimeField(null=True, verbose_name='deleted at'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='deleted_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conversation',
            name='deletion_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='why it was deleted'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='removed_at',
            field=models.DateTimeField(null=True, verbose_name='removed for good at'),
        ),
    ]

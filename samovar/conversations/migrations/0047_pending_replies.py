"""Keep replies that were sent off and have not left."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0046_lists_by_promise"),
        ('files', '0004_kinds_of_stored_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PendingReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True)),
                ('chips', models.JSONField(null=True)),
                ('seen_id', models.BigIntegerField(null=True)),
                ('steps', models.JSONField(blank=True, default=list)),
                ('is_last_word', models.BooleanField(default=False)),
                ('snooze_until', models.DateTimeField(null=True)),
                ('is_scheduled', models.BooleanField(default=False)),
                ('is_sure', models.BooleanField(default=False)),
                ('held', models.CharField(blank=True, choices=[('newer', 'Somebody wrote meanwhile.'), ('left', 'Its author has left.'), ('hidden', 'Its author may not see this conversation any more, or it is deleted.'), ('refused', 'Nobody is left to whom it could go.')], default='', max_length=8)),
                ('due_at', models.DateTimeField(verbose_name='leaves at')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pending', to='conversations.conversation')),
            ],
            options={
                'verbose_name': 'reply that has not left',
            },
        ),
        migrations.AddField(
            model_name='attachment',
            name='pending',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='files', to='conversations.pendingreply'),
        ),
        migrations.AddIndex(
            model_name='pendingreply',
            index=models.Index(condition=models.Q(('held', '')), fields=['due_at'], name='pending_due'),
        ),
        migrations.AddConstraint(
            model_name='pendingreply',
            constraint=models.CheckConstraint(condition=models.Q(('held__in', ['', 'newer', 'left', 'hidden', 'refused'])), name='pending_held_known'),
        ),
    ]

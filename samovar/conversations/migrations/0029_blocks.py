"""Keep who is blocked, and why a message stands among spam."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0028_voices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('address', 'An address'), ('domain', 'Everybody at a domain')], max_length=8, verbose_name='what')),
                ('value', models.CharField(max_length=320, verbose_name='address or domain')),
                ('reason', models.CharField(choices=[('spam', 'Writes what nobody asked for'), ('abuse', 'Insults or threatens'), ('fraud', 'Tries to deceive'), ('other', 'Another reason')], max_length=8, verbose_name='why')),
                ('blocked_at', models.DateTimeField(verbose_name='blocked at')),
                ('lifted_at', models.DateTimeField(null=True, verbose_name='lifted at')),
                ('blocked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'block',
            },
        ),
        migrations.CreateModel(
            name='SpamSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('provider', 'Marked by your mail provider'), ('junk', 'Lay in the spam folder of the mailbox'), ('blocked', 'Its sender is blocked')], max_length=8, verbose_name='why')),
                ('block', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.block')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.message')),
            ],
            options={
                'verbose_name': 'sign of spam',
            },
        ),
        migrations.AddIndex(
            model_name='block',
            index=models.Index(models.OrderBy(models.F('blocked_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='block_newest'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('value',), name='block_once'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['address', 'domain'])), name='block_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['spam', 'abuse', 'fraud', 'other'])), name='block_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='spamsign',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['provider', 'junk', 'blocked'])), name='spam_sign_reason_known'),
        ),
    ]

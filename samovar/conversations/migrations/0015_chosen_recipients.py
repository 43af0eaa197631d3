"""Keep to whom an answer shall go, and who of them is hidden."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0014_people_in_threads'),
        ('customers', '0002_fewer_indexes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='participant',
            name='participant_role_known',
        ),
        migrations.AddField(
            model_name='draft',
            name='chips',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='participant',
            name='is_hidden',
            field=models.BooleanField(db_default=False, default=False, verbose_name='gets hidden copies'),
        ),
        migrations.AlterField(
            model_name='participant',
            name='role',
            field=models.CharField(choices=[('customer', 'The customer'), ('named', 'Named in a copy'), ('writer', 'Wrote without being asked'), ('invited', 'Written to by the team')], max_length=20, verbose_name='role'),
        ),
        AddConstraintNotValid(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['customer', 'named', 'writer', 'invited'])), name='participant_role_known'),
        ),
    ]

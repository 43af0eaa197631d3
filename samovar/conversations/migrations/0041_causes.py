"""Keep why customers turn to us, and in which conversations there is an idea."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

TWO_LEVELS = """
CREATE FUNCTION conversations_two_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND EXISTS (
        SELECT FROM conversations_cause
        WHERE (id = NEW.parent_id AND parent_id IS NOT NULL) OR parent_id = NEW.id OR NEW.parent_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'causes stand on two levels' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conversations_two_levels BEFORE INSERT OR UPDATE OF parent_id ON conversations_cause
FOR EACH ROW EXECUTE FUNCTION conversations_two_levels();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0017_audit_by_action"),
        ("conversations", "0040_macros"),
        ("customers", "0009_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='idea_at',
            field=models.DateTimeField(null=True, verbose_name='noted as an idea at'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='idea_author',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conversation',
            name='idea_title',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='idea in a few words'),
        ),
        migrations.CreateModel(
            name='Cause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='retired at')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('key', models.CharField(blank=True, default='', editable=False, max_length=40)),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the order')),
                ('merged_by_hand_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.cause')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='conversations.cause')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='conversations.cause', verbose_name='below')),
            ],
            options={
                'verbose_name': 'cause',
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='cause',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='conversations.cause'),
        ),
        migrations.AddConstraint(
            model_name='cause',
            constraint=models.CheckConstraint(condition=models.Q(('key', ''), ('name', ''), _negated=True), name='cause_named'),
        ),
        migrations.AddConstraint(
            model_name='cause',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='cause_delivered_once'),
        ),
        migrations.AddConstraint(
            model_name='cause',
            constraint=models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('parent', models.Value(0)), django.db.models.functions.text.Lower('name'), condition=models.Q(('name', ''), _negated=True), name='cause_name_unique'),
        ),
        migrations.RunSQL(TWO_LEVELS, "DROP FUNCTION conversations_two_levels() CASCADE"),
    ]

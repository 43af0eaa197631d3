"""What organisations are found by, the domain of their e-mail, and who was taken out of them."""

from django.db import migrations, models

# As customers.models.Organisation does from now on; there are few of them.
SPELL = r"""
UPDATE customers_organisation
SET search_key = left(replace(lower(btrim(regexp_replace(name, '\s+', ' ', 'g'))), 'ё', 'е'), 300)
WHERE search_key = ''
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_person_archives")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="removed_at",
            field=models.DateTimeField(null=True, verbose_name="removed at"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="domain",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=253, verbose_name="domain of its e-mail"
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="search_key",
            field=models.CharField(db_default="", default="", editable=False, max_length=300),
        ),
        migrations.RunSQL(SPELL, migrations.RunSQL.noop),
    ]

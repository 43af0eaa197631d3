"""Find an organisation at once by a piece of its name, typos included, and by the domain of an address."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("customers", "0007_organisations_kept")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS organisation_by_domain", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("domain", ""), _negated=True), fields=["domain"], name="organisation_by_domain"
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS organisation_name_like", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="organisation",
            index=GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="organisation_name_like"),
        ),
    ]

"""Find customers by the city in which they live."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    # Built while people go on writing.
    atomic = False
    dependencies = [("customers", "0009_consents")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS customer_by_city", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                OpClass(Lower("city"), name="text_pattern_ops"),
                name="customer_by_city",
                condition=models.Q(("city", ""), _negated=True),
            ),
        ),
    ]

"""Find deliveries by address and by what became of them, without keeping anybody from writing meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("channels", "0011_automatic_mail")]

    # What was begun and broken off stands there as an index that nobody uses, in the way of the next try.
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS delivery_to_address", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(Lower("address"), models.F("id").desc(), name="delivery_to_address"),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS delivery_came_back", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", ""), _negated=True), fields=["id"], name="delivery_came_back"
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS delivery_may_be_twice", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("may_be_twice", True)), fields=["id"], name="delivery_may_be_twice"
            ),
        ),
    ]

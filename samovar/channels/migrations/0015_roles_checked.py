"""Look at the roles that stand already, without keeping anybody from writing meanwhile."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("channels", "0014_hidden_copies")]

    operations = [ValidateConstraint("delivery", "delivery_role_known")]

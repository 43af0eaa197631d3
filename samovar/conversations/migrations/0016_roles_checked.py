"""Look at the roles that stand already, without keeping anybody from writing meanwhile."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0015_chosen_recipients")]

    operations = [ValidateConstraint("participant", "participant_role_known")]

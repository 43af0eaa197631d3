"""Look at the kinds that stand already, without keeping anybody from writing meanwhile."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0009_spam")]

    operations = [ValidateConstraint("conversation", "conversation_kind_known")]

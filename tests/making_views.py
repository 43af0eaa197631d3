"""Makes saved views, as ``tests.make`` makes everything else."""

from typing import Any

from samovar.accounts.models import User
from samovar.conversations.models import SavedView
from samovar.conversations.models.saved_view import Naming
from tests import make


def saved_view(name: str = "Refunds", *codes: str, by: User | None = None, order: str = "", **given: Any) -> SavedView:
    """Make a view that everybody has, or of ``owner`` or ``team``."""
    naming = Naming(name=name, **given)
    return SavedView.objects.all().make(naming, codes, order, by=by or given.get("owner") or make.lead())


def saved_view_of_a_leaver() -> SavedView:
    """Make a view of somebody who has left."""
    ivan = make.agent()
    made = saved_view(owner=ivan)
    ivan.deactivate(by=make.admin())
    return made

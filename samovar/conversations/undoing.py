"""Undoing what was brought together or taken apart by hand, whatever it was."""

from samovar.accounts.models import User
from samovar.conversations import merging, splitting
from samovar.conversations.models import Regrouping
from samovar.conversations.models.regrouping import RegroupingKind

WAYS = {
    RegroupingKind.MERGE: merging.undo,
    RegroupingKind.SPLIT: splitting.undo_split,
    RegroupingKind.MOVE: splitting.undo_move,
}


def undo(done: Regrouping, by: User) -> None:
    """Undo it; twice is once. Raises CannotRegroup and MergedAway where it cannot be understood any more."""
    WAYS[RegroupingKind(done.kind)](done, by)

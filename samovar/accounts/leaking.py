"""Links that let somebody in and have come where others can read them: they are shut, and the audit log says so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.http import base36_to_int

from samovar.accounts.models import Action, Invitation, User
from samovar.accounts.models.audit import record
from samovar.accounts.models.invitation import State
from samovar.accounts.reset_keys import ResetKeys
from samovar.lib import clock

# Of one that invited and has lost the right to, it may come back.
STILL_GOOD = (State.OPEN, State.ORPHANED)


@dataclass(frozen=True)
class Letter:
    """A letter of ours: to whom, and when it was written."""

    recipient: str
    written_at: datetime


@transaction.atomic
def shut(invitations: Collection[str], new_passwords: Collection[tuple[str, str]]) -> None:
    """Let these links open nothing more: tokens of invitations, and pairs of person and key of new passwords."""
    for token in sorted(invitations):
        found = Invitation.objects.by_token(token).select_for_update().first()
        if found and found.state in STILL_GOOD:
            _shut_invitation(found)
    for user in _owners_of_keys(new_passwords):
        _void_keys(user)


@transaction.atomic
def shut_letters(letters: Iterable[Letter]) -> None:
    """Let what these letters brought open nothing more, whatever has come later."""
    for letter in letters:
        for invitation in Invitation.objects.brought_by(letter.recipient, letter.written_at).select_for_update():
            _shut_invitation(invitation)
        if letter.written_at > clock.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT):
            for user in User.objects.filter(email=letter.recipient):
                _void_keys(user)


def owners(invitations: Collection[str], new_passwords: Collection[tuple[str, str]]) -> set[str]:
    """Return the addresses of those whom these links let in, as far as they still open anything."""
    found = [Invitation.objects.by_token(token).first() for token in invitations]
    invited = {one.email.lower() for one in found if one and one.state in STILL_GOOD}
    return invited | {user.email for user in _owners_of_keys(new_passwords)}


def _owners_of_keys(pairs: Collection[tuple[str, str]]) -> list[User]:
    found = {}
    for person, key in sorted(pairs):
        user = User.objects.filter(pk=_number(person)).first()
        if user and ResetKeys().check_token(user, key):
            found[user.pk] = user
    return list(found.values())


def _number(person: str) -> int:
    try:
        return base36_to_int(person)
    except ValueError:
        return 0


def _shut_invitation(invitation: Invitation) -> None:
    invitation.shut()
    record(Action.LINK_SHUT, None, invitation)


def _void_keys(user: User) -> None:
    User.objects.filter(pk=user.pk).update(reset_keys_voided=F("reset_keys_voided") + 1)
    record(Action.LINK_SHUT, None, user)

"""Bringing people in: an administrator invites addresses, and whoever reads their mail sets a password and is in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from samovar.accounts import mail
from samovar.accounts.errors import InvitationOver
from samovar.accounts.models import Action, Company, Invitation, Team, User
from samovar.accounts.models.audit import record
from samovar.accounts.models.invitation import State
from samovar.lib import clock
from samovar.lib.rows import lock_keys, number_of

LOCK_SPACE = 5_133


@dataclass(frozen=True)
class Guest:
    """Who is to be invited: an address, and a name if somebody wrote one."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Place:
    """What somebody is invited to."""

    role: str
    teams: Sequence[Team] = ()


@dataclass(frozen=True)
class Invited:
    """An invitation and its link, which nobody can be told again; ``is_mailed`` says that a letter brings it."""

    invitation: Invitation
    link: str
    is_mailed: bool


@transaction.atomic
def invite(guests: Sequence[Guest], place: Place, by: User) -> list[Invited]:
    """Invite addresses, each by a letter if mail can leave; one that is invited already gets a new link."""
    # All of them, in one order, before any row: of two who invite the same people at once, one is simply the second.
    lock_keys(connection, LOCK_SPACE, {number_of(guest.email.lower()) for guest in guests})
    return [_invite(guest, place, by) for guest in guests]


@transaction.atomic
def invite_again(invitation: Invitation, by: User) -> Invited:
    """Give an invitation a new link, good for another 72 hours, in the name of ``by``; raises InvitationOver."""
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update())
    if invitation.state not in (State.OPEN, State.EXPIRED, State.ORPHANED):
        raise InvitationOver(invitation.state)
    invitation.invited_by = by
    token = invitation.give_token(clock.now())
    invitation.save(update_fields=["invited_by", "token_digest", "expires_at", "problem", "shut_at"])
    record(Action.INVITED_AGAIN, by, invitation)
    return _sent(invitation, token, by)


def opened(token: str) -> Invitation:
    """Return the invitation that a link opens; raises InvitationOver."""
    invitation = Invitation.objects.by_token(token).select_related("invited_by").first()
    state = invitation.state if invitation else State.UNKNOWN
    if invitation is None or state != State.OPEN:
        raise InvitationOver(state)
    return invitation


def accept(token: str, name: str, password: str) -> User:
    """Make the member of staff whom a link was meant for; of two who try at once, one. Raises InvitationOver."""
    try:
        with transaction.atomic():
            # Whoever waits here finds it used.
            Invitation.objects.by_token(token).select_for_update().first()
            return _accept(opened(token), name, password)
    except IntegrityError as error:
        # Somebody was given an account with this address at this very moment.
        raise InvitationOver(State.TAKEN) from error


def _accept(invitation: Invitation, name: str, password: str) -> User:
    user = User.objects.create(email=invitation.email, name=name, role=invitation.role, password=password)
    user.teams.set(invitation.teams.all())
    invitation.accepted_at, invitation.accepted_by = clock.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(Action.INVITATION_ACCEPTED, user, invitation, after={"role": user.role})
    return user


def _invite(guest: Guest, place: Place, by: User) -> Invited:
    now = clock.now()
    waiting = Invitation.objects.filter(email__iexact=guest.email, accepted_at=None, revoked_at=None)
    invitation = waiting.select_for_update().first() or Invitation(email=guest.email, created_at=now)
    invitation.name, invitation.role, invitation.invited_by = guest.name, place.role, by
    token = invitation.give_token(now)
    if invitation.pk:
        given = ["name", "role", "invited_by", "token_digest", "expires_at", "problem", "shut_at"]
        invitation.save(update_fields=given)
    else:
        invitation.save(force_insert=True)
    invitation.teams.set(place.teams)
    record(Action.INVITED, by, invitation, after={"role": place.role, "teams": [team.name for team in place.teams]})
    return _sent(invitation, token, by)


def _sent(invitation: Invitation, token: str, by: User) -> Invited:
    link, is_mailed = mail.link(reverse("accepting", args=[token])), mail.can_leave()
    if is_mailed:
        words = {"link": link, "by": by.name, "company": Company.current_name(), "name": invitation.name}
        mail.write(invitation.email, "accounts/letters/invitation", words)
    return Invited(invitation, link, is_mailed)

"""Invitations: the way in for a new member of staff."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from samovar.accounts.errors import InvitationOver
from samovar.accounts.models.audit import Action, record
from samovar.accounts.models.team import Team
from samovar.accounts.models.user import Role, User
from samovar.lib import clock, sayings

GOOD_FOR = timedelta(hours=72)
TOKEN_BYTES = 32


class State(StrEnum):
    """What an invitation is worth; it follows from its moments."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ORPHANED = "orphaned"  # whoever invited may not any more
    TAKEN = "taken"  # somebody signs in with its address already
    UNKNOWN = "unknown"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations."""

    def pending(self) -> "InvitationQuerySet":
        """Return those that nobody has accepted or withdrawn and whose address has no account, expired ones too."""
        owners = User.objects.filter(email__iexact=OuterRef("email"))
        return self.filter(~Exists(owners), accepted_at=None, revoked_at=None)

    def note_undelivered(self, email: str, written_at: datetime, problem: str) -> None:
        """Note why the letter to an address was not delivered (kept), unless a newer one has been written since."""
        self.pending().filter(email__iexact=email, expires_at__lte=written_at + GOOD_FOR).update(problem=problem)

    def brought_by(self, email: str, written_at: datetime) -> "InvitationQuerySet":
        """Return what the letter to an address that was written then lets in, unless a newer one has been written."""
        still_good = self.filter(email__iexact=email, expires_at__gt=clock.now(), accepted_at=None, revoked_at=None)
        return still_good.filter(expires_at__lte=written_at + GOOD_FOR)

    def by_token(self, token: str) -> "InvitationQuerySet":
        """Return the one that a link opens."""
        return self.filter(token_digest=digest(token))


class Invitation(models.Model):
    """An address that somebody was invited at, once; who holds the link of its newest letter becomes a member of staff.

    ``problem`` says why its letter was not delivered (kept); ``shut_at`` is when the link came where others could read
    it, since when it opens nothing. Of the link only a digest is kept, so that who reads the database cannot use it.
    """

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.AGENT)
    teams = models.ManyToManyField(Team, related_name="+", blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("good until"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True)
    shut_at = models.DateTimeField(_("shut at"), null=True)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True, default="", db_default="")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        ordering = ["-expires_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="invitation_open_once", condition=Q(accepted_at=None, revoked_at=None)
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= clock.now()

    @property
    def state(self) -> State:
        """What it is worth now."""
        if self.accepted_at:
            return State.USED
        if self.revoked_at:
            return State.REVOKED
        if User.objects.filter(email__iexact=self.email).exists():
            return State.TAKEN
        if self.is_orphaned:
            return State.ORPHANED
        return State.EXPIRED if self.has_expired else State.OPEN

    @property
    def is_orphaned(self) -> bool:
        """Whether whoever invited has left or is no administrator any more: then it is worth nothing."""
        return not (self.invited_by.is_active and self.invited_by.is_admin)

    def give_token(self, at: datetime) -> str:
        """Make the link by which it is accepted, good from ``at`` for 72 hours; the one before opens nothing more."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.token_digest, self.expires_at, self.problem = digest(token), at + GOOD_FOR, ""
        self.shut_at = None
        return token

    def shut(self) -> None:
        """Let its link open nothing for good; it can be sent again, with another one."""
        self.give_token(clock.now())
        self.expires_at = self.shut_at = clock.now()
        self.save(update_fields=["token_digest", "expires_at", "problem", "shut_at"])

    @property
    def problem_text(self) -> str:
        """Why its letter was not delivered, in the reader's language; empty when nothing is known of that."""
        return sayings.told(self.problem)

    @transaction.atomic
    def revoke(self, by: User) -> None:
        """Withdraw it: its link opens nothing. Raises InvitationOver when it was accepted."""
        self._locked()
        if self.accepted_at:
            raise InvitationOver(self.state)
        if self.revoked_at is None:
            self.revoked_at = clock.now()
            self.save(update_fields=["revoked_at"])
            record(Action.INVITATION_REVOKED, by, self)

    @transaction.atomic
    def restore(self, by: User) -> None:
        """Let its link open again; raises InvitationOver when the same address has been invited anew."""
        self._locked()
        if self.revoked_at is None:
            return
        if Invitation.objects.filter(email__iexact=self.email, accepted_at=None, revoked_at=None).exists():
            raise InvitationOver(State.TAKEN)
        self.revoked_at = None
        self.save(update_fields=["revoked_at"])
        record(Action.INVITATION_RESTORED, by, self)

    def _locked(self) -> None:
        self.refresh_from_db(from_queryset=Invitation.objects.select_for_update())


def digest(token: str) -> str:
    """Return what is kept of a token: it is long and random, so that a plain digest cannot be turned around."""
    return hashlib.sha256(token.encode()).hexdigest()

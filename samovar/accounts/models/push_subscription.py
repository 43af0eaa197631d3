"""Devices on which members of staff are told while no page is open."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.user import User
from samovar.lib import clock

# One person has so many at most; the one that was not heard of for longest goes.
MOST_DEVICES = 20
# Of which nothing was heard for so long is gone.
FORGOTTEN_AFTER = timedelta(days=60)


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    """Devices that are told."""

    def signed_in(self) -> PushSubscriptionQuerySet:
        """Return those whose owner is signed in there still: a device that somebody has left is told nothing."""
        open_there = Session.objects.filter(session_key=models.OuterRef("session_key"), expire_date__gt=clock.now())
        return self.filter(models.Exists(open_there), user__is_active=True)

    def forget_old(self, now: datetime) -> None:
        """Delete those of which nothing was heard for long."""
        self.filter(heard_at__lt=now - FORGOTTEN_AFTER).delete()


class PushSubscription(models.Model):
    """A browser of one member of staff that wants to be told, and how: at which address, sealed for which keys.

    It belongs to the session in which it was asked for. The address is the secret of whoever may write to the device,
    and is no more in the database than what has to be: it leaves no export.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    endpoint = models.TextField()
    endpoint_digest = models.CharField(max_length=64, unique=True, editable=False)
    key = models.CharField(max_length=100)
    secret = models.CharField(max_length=40)
    session_key = models.CharField(max_length=40)
    device = models.CharField(_("device"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    heard_at = models.DateTimeField(default=clock.now)
    # What was told up to here has been handed over, or is too old to be told.
    told_until = models.DateTimeField(default=clock.now)
    succeeded_at = models.DateTimeField(_("last success"), null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("device that is told")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.device}"

    @classmethod
    def keep(cls, user: User, endpoint: str, **facts: str) -> PushSubscription:
        """Tell ``user`` at this address from now on, whoever was told there before."""
        chosen = {"user": user, "endpoint": endpoint, "heard_at": clock.now(), "failures": 0, **facts}
        fresh = {**chosen, "told_until": clock.now()}
        digest = digest_of(endpoint)
        # Whoever else was told here must not have their news told to the new owner, nor the other way round.
        cls.objects.filter(endpoint_digest=digest).exclude(user=user).delete()
        kept, _is_new = cls.objects.update_or_create(endpoint_digest=digest, defaults=chosen, create_defaults=fresh)
        too_many = cls.objects.filter(user=user).order_by("-heard_at", "-pk").values("pk")[MOST_DEVICES:]
        cls.objects.filter(pk__in=list(too_many.values_list("pk", flat=True))).delete()
        return kept

    def still_here(self, session_key: str) -> None:
        """Note that the device is there and its owner signed in, perhaps anew."""
        self.session_key, self.heard_at = session_key, clock.now()
        self.save(update_fields=["session_key", "heard_at"])


def digest_of(endpoint: str) -> str:
    """Return by what an address is found."""
    return hashlib.sha256(endpoint.encode()).hexdigest()

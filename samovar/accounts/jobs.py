"""Timed work on the staff."""

from django.utils import timezone

from samovar.accounts import sessions_of, throttling
from samovar.accounts.models import Notification, PushSubscription
from samovar.accounts.sealing import seal_all
from samovar.jobs.registry import job


@job(every="1 minute")
def seal_audit_log() -> None:
    """Seal what was written to the audit log."""
    seal_all()


@job(every="1 hour")
def forget_old_sessions() -> None:
    """Forget sessions that have run out, and how often passwords were tried."""
    sessions_of.tidy(timezone.now())
    throttling.tidy(timezone.now())


@job(every="1 day")
def forget_old_notices() -> None:
    """Forget what people were told and have seen long ago, and devices of which nothing is heard any more."""
    Notification.objects.all().forget_old(timezone.now())
    PushSubscription.objects.all().forget_old(timezone.now())

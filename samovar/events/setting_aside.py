"""Reacting to one event in such a way that its failure stops no other event, and is tried again."""

import logging
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models.functions import Now

from samovar.events.effects import installed
from samovar.events.models import RETRY_AFTER, TRIES, Cursor, Event, SetAside
from samovar.jobs.attempt import TransactionLost, attempt, check_constraints_at_once, on_new_connection
from samovar.lib.fence import reason

log = logging.getLogger(__name__)


def react(module: str, event: Event) -> None:
    """Run what ``module`` does about ``event``; if it fails, it is undone and tried again a little later."""
    error = _try(module, event, event.pk)
    if error:
        put(module, event.pk, error)


def put(module: str, event_id: int, error: Exception) -> None:
    """Set an event aside for the first time, to be tried again by itself."""
    SetAside.objects.update_or_create(
        module=module,
        event_id=event_id,
        defaults={"reason": reason(error), "tries": 1, "failed_at": Now(), "retry_at": Now() + RETRY_AFTER[0]},
    )


def retry_next(modules: Iterable[str]) -> bool:
    """Try the event again whose time has come the longest ago; returns whether there was one."""
    try:
        with transaction.atomic(durable=True):
            aside = SetAside.objects.due(modules).select_for_update(skip_locked=True).first()
            if aside is None:
                return False
            check_constraints_at_once()
            _retry(aside)
    except TransactionLost as lost:
        cause = lost
        on_new_connection(lambda: _count_lost(cause))
        raise
    return True


def _retry(aside: SetAside) -> None:
    event = Event.objects.filter(pk=aside.event_id).first()
    if event and not Cursor.objects.get(module=aside.module).is_past(event):
        # Its reader has not come by and passed it over; if it were repeated before, the reader would do it again.
        SetAside.objects.filter(pk=aside.pk).update(retry_at=Now() + RETRY_AFTER[0])
        return
    error = _try(aside.module, event, aside.pk) if event else None
    if error is None:
        aside.delete()
    else:
        _failed_again(aside, error)


def _count_lost(lost: TransactionLost) -> None:
    aside = SetAside.objects.filter(pk=lost.row).select_for_update(skip_locked=True).first()
    if aside:
        _failed_again(aside, lost.cause)


def _try(module: str, event: Event, row: int) -> Exception | None:
    error = attempt(lambda: _run(module, event), row)
    if error:
        log.warning("reaction failed", extra={"reader": module, "event": event.pk, "error": type(error).__name__})
    return error


def _run(module: str, event: Event) -> None:
    happened = event.as_event()
    for reaction in installed().later(module, event.kind):
        reaction(happened)


def _failed_again(aside: SetAside, error: Exception) -> None:
    tries = aside.tries + 1
    retry_at = None if tries >= TRIES else Now() + RETRY_AFTER[tries - 1]
    SetAside.objects.filter(pk=aside.pk).update(
        tries=models.F("tries") + 1, reason=reason(error), failed_at=Now(), retry_at=retry_at
    )

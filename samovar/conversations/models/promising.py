"""Promising something in a conversation, and cutting its work into steps."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from samovar.conversations.events import PromiseMade
from samovar.conversations.models.promise import LONGEST_WHAT, Promise, PromiseKind
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import tidy

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.answering import Heading


def later(moment: models.F, years: int) -> models.Func:
    """Return a moment so many years later. Told in UTC it is the same wherever it is asked, which an index needs."""
    template = f"((%(expressions)s AT TIME ZONE 'UTC') + INTERVAL '{years} years') AT TIME ZONE 'UTC'"
    return models.Func(moment, template=template, output_field=models.DateTimeField())


# The order of those who wait: the nearest promise first, then who waits longest; whoever was promised nothing counts as
# if it were for in a hundred years.
TURN = Coalesce("promise_due_at", later(models.F("waiting_since"), 100))
# The same for everything: who neither waits nor was promised anything stands behind all others.
DUE = Coalesce("promise_due_at", later(models.F("waiting_since"), 100), later(models.F("last_message_at"), 200))
# Who waits longest first; who does not wait stands behind all who do.
WAITS = Coalesce("waiting_since", later(models.F("last_message_at"), 100))


class Promising(models.Model):
    """Something in which promises are made: ``promise_due_at`` is the moment of the nearest one still open."""

    promise_due_at = models.DateTimeField(_("next promise"), null=True)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        pk: int
        version: int
        promises: models.Manager[Promise]

        def writable(self) -> None: ...
        def heading(self, by: User | None) -> Heading: ...

    @transaction.atomic
    def promise(
        self, kind: PromiseKind, due_at: datetime, by: User, owner: User | None = None, what: str = ""
    ) -> Promise:
        """Note what was promised to the customer; ``owner`` keeps it, ``by`` without one.

        The same promise a second time, while it is open, is the first one. Raises CustomerErased.
        """
        return self._make(Promise(kind=kind, due_at=due_at, owner=owner or by, what=_short(what), made_by=by))

    @transaction.atomic
    def add_step(self, what: str, by: User, owner: User | None = None, due_at: datetime | None = None) -> Promise:
        """Add a step behind the others; the same one a second time, while it is open, is the first one."""
        step = Promise(kind=PromiseKind.STEP, due_at=due_at, owner=owner or by, what=_short(what), made_by=by)
        return self._make(step)

    def note_promises(self) -> None:
        """Keep on the row when the nearest promise is due; the row is locked."""
        nearest = Promise.objects.filter(conversation=self.pk).open().order_by()
        self.promise_due_at = nearest.aggregate(due=models.Min("due_at"))["due"]
        self.version += 1
        self.save(update_fields=["promise_due_at", "version"])

    def _make(self, made: Promise) -> Promise:
        self.writable()
        own = Promise.objects.filter(conversation=self.pk)
        same = own.open().filter(kind=made.kind, due_at=made.due_at, owner=made.owner, what=made.what).first()
        if same is not None:
            return same
        made.conversation_id, made.made_at = self.pk, clock.now()
        made.set_alarm(made.made_at)
        if made.is_step:
            made.position = (own.aggregate(last=models.Max("position"))["last"] or 0) + 1
        made.save(force_insert=True)
        self.note_promises()
        announce(PromiseMade(**self.heading(made.made_by), at=made.made_at, **made.facts, owner_id=made.owner_id))
        return made


def _short(what: str) -> str:
    return tidy(what)[:LONGEST_WHAT]

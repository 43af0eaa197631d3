"""The log, how far each reader has come in it, and what was set aside."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from samovar.events.domain import KINDS, DomainEvent, Visibility, words
from samovar.events.encoding import restored
from samovar.events.errors import UnknownKind

TRIES = 3
RETRY_AFTER = (timedelta(seconds=1), timedelta(seconds=5))


class Event(models.Model):
    """One thing that happened: a line of a history, and what later reactions and open screens read.

    Rows are only added; erasing a person empties the texts of a row. Ids point at rows that may be gone by now.
    ``tx`` is the number of the writing transaction on the clock of the log (events/clock.py).
    """

    tx = models.BigIntegerField(
        db_default=models.Func(function="events_tx", output_field=models.BigIntegerField()), editable=False
    )
    at = models.DateTimeField(_("when"))
    kind = models.TextField(_("kind"))
    customer_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    conversation_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    visibility = models.SmallIntegerField(_("who may see it"), choices=Visibility.choices)
    title = models.TextField(_("subject"))
    preview = models.TextField(_("beginning of the text"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True)
    score = models.SmallIntegerField(_("score"), null=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        indexes = [
            models.Index("customer_id", models.F("at").desc(), models.F("id").desc(), name="event_customer"),
            models.Index(
                "organisation_id",
                models.F("at").desc(),
                name="event_organisation",
                condition=models.Q(organisation_id__isnull=False),
            ),
            models.Index(
                "conversation_id", "id", name="event_conversation", condition=models.Q(conversation_id__isnull=False)
            ),
            models.Index("tx", "id", name="event_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def line(self) -> str:
        """What happened, in the reader's language; a kind that no class knows any more is put into words."""
        kind = KINDS.get(self.kind)
        text = str(kind.line) if kind else ""
        if "%(" not in text:
            return text or words(self.kind)
        # A name is empty when the person was erased.
        named = {name: _("Somebody") if fact == "" else fact for name, fact in self.data.items()}
        return text % {**vars(self), **named}

    def as_event(self) -> DomainEvent:
        """Return the event that was announced; raises UnknownKind or UnreadableEvent."""
        if self.kind not in KINDS:
            raise UnknownKind(f"{self.kind} is not a kind of event in this version.")
        return restored(KINDS[self.kind], vars(self))


class Cursor(models.Model):
    """How far a wiring module has read the log; it moves in the transaction of the effects."""

    module = models.TextField(_("module"))
    tx = models.BigIntegerField()
    event_id = models.BigIntegerField()
    moved_at = models.DateTimeField(_("moved at"), db_default=Now())

    class Meta:
        verbose_name = _("reading position")
        constraints = [models.UniqueConstraint(fields=["module"], name="cursor_once")]

    def __str__(self) -> str:
        return f"{self.module} {self.tx}-{self.event_id}"

    def is_past(self, event: Event) -> bool:
        """Tell whether the module is done with ``event``, or has set it aside."""
        return (self.tx, self.event_id) >= (event.tx, event.pk)

    def rewind(self) -> None:
        """Let the module read the log again from its beginning."""
        Cursor.objects.filter(pk=self.pk).update(tx=0, event_id=0, moved_at=Now())


class SetAsideQuerySet(models.QuerySet["SetAside"]):
    """Asks which events wait for another try and which for a person."""

    def due(self, modules: Iterable[str]) -> Self:
        """Events that are to be tried again now by one of ``modules``."""
        return self.filter(module__in=modules, retry_at__lte=Now()).order_by("retry_at", "pk")

    def stuck(self) -> Self:
        """Events that failed three times and wait for a person."""
        return self.filter(retry_at__isnull=True).order_by("failed_at", "pk")


class SetAside(models.Model):
    """An event whose reactions failed in one module: tried three times by itself, then when a person says so."""

    module = models.TextField(_("module"))
    event_id = models.BigIntegerField(_("event"))
    reason = models.TextField(_("reason"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    failed_at = models.DateTimeField(_("failed at"), db_default=Now())
    retry_at = models.DateTimeField(_("tried again at"), null=True)

    # The stubs know the manager without what its rows can be asked.
    objects: ClassVar[SetAsideQuerySet] = SetAsideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("event set aside")
        constraints = [models.UniqueConstraint(fields=["module", "event_id"], name="set_aside_once")]
        indexes = [models.Index("retry_at", name="set_aside_retry")]

    def __str__(self) -> str:
        return f"{self.module} {self.event_id}"

    def repeat(self) -> None:
        """Try once more now, with three tries again."""
        SetAside.objects.filter(pk=self.pk).update(tries=0, retry_at=Now())

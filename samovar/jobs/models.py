"""Tasks: work that waits for its time; and holds: work that waits for a person's word."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class TaskQuerySet(models.QuerySet["Task"]):
    """Asks which tasks are due and which wait for a person."""

    def due(self, jobs: Iterable[str]) -> Self:
        """Tasks of ``jobs`` whose time has come and which nobody is at."""
        free = models.Q(claimed_until__isnull=True) | models.Q(claimed_until__lte=Now())
        return self.filter(free, set_aside_at__isnull=True, run_at__lte=Now(), job__in=jobs).order_by("run_at", "pk")

    def set_aside(self) -> Self:
        """Tasks that failed too often and wait for a person."""
        return self.filter(set_aside_at__isnull=False).order_by("set_aside_at", "pk")


class Task(models.Model):
    """A job to be run once at a moment, or again and again when it is periodic (``every_seconds``).

    While it waits, no other task has its ``key``. A task is gone when its effect is there.
    """

    job = models.TextField(_("job"))
    args = models.JSONField(_("ids"), default=list)
    key = models.TextField(null=True)
    every_seconds = models.PositiveIntegerField(_("repeated every (seconds)"), null=True)
    run_at = models.DateTimeField(_("due at"))
    claimed_until = models.DateTimeField(_("a worker is at it until"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), db_default=0)
    error = models.TextField(_("last error"), db_default="")
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    set_aside_at = models.DateTimeField(_("set aside at"), null=True)

    # The stubs know the manager without what its rows can be asked.
    objects: ClassVar[TaskQuerySet] = TaskQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("task")
        constraints = [models.UniqueConstraint(fields=["key"], name="task_key_once")]
        indexes = [
            models.Index("run_at", "id", name="task_due", condition=models.Q(set_aside_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.pk}"

    def repeat(self) -> None:
        """Run the task now, with all its tries again."""
        Task.objects.filter(pk=self.pk).update(run_at=Now(), tries=0, set_aside_at=None)


class Hold(models.Model):
    """A kind of work that nobody does, on any machine, until a person lets it go on again."""

    work = models.CharField(_("work"), max_length=60, primary_key=True)
    reason = models.TextField(_("reason"))
    since = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("held work")

    def __str__(self) -> str:
        return self.work

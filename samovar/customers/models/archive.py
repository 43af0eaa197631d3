"""Everything that is kept of one person, in one file that can be handed to them."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.customers.models.customer import Customer
from samovar.files.models import StoredFile
from samovar.lib import clock

KEPT_FOR = timedelta(days=7)


class Purpose(models.TextChoices):
    """Why somebody takes out what is kept of a person."""

    ASKED = "asked", _("The person wants to know what is kept of them")
    AUTHORITY = "authority", _("An authority asks for it by right")
    MOVING = "moving", _("It moves to another system")


class PersonArchiveQuerySet(models.QuerySet["PersonArchive"]):
    """Archives of persons."""

    def expired(self) -> "PersonArchiveQuerySet":
        """Return those that nobody may fetch any more."""
        return self.filter(finished_at__lt=clock.now() - KEPT_FOR)

    def throw_away(self) -> None:
        """Throw their files away; that they were made stays."""
        held = [pk for pk in self.exclude(file=None).values_list("file_id", flat=True) if pk is not None]
        self.exclude(file=None).update(file=None)
        StoredFile.objects.all().throw_away(held)


class PersonArchive(models.Model):
    """One ZIP with all that is kept of a person; ``file`` is empty until it is made, and again when it has expired.

    ``done`` of ``total`` tables are written.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    done = models.SmallIntegerField(default=0)
    total = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = PersonArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("archive of a person")

    def __str__(self) -> str:
        return f"{self.customer_id}"

    @property
    def expires_at(self) -> datetime:
        """The moment from which nobody gets it any more."""
        return (self.finished_at or self.asked_at) + KEPT_FOR

    @property
    def can_be_fetched(self) -> bool:
        """Whether it is there and has not expired."""
        return self.file_id is not None and self.finished_at is not None and clock.now() < self.expires_at

    @property
    def is_being_made(self) -> bool:
        """Whether it is going to be there."""
        return self.finished_at is None

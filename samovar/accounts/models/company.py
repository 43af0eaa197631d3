"""The company that this installation serves."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models.audit import Action, record
from samovar.accounts.models.user import User
from samovar.lib import clock


class Company(models.Model):
    """The one company of this installation; its row is made by the first run, or when it is first named."""

    ONLY = 1

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("first steps put away at"), null=True)

    class Meta:
        verbose_name = _("company")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="only_one_company")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current_name(cls) -> str:
        """Return the name of the company, "" before the first run."""
        return cls.objects.values_list("name", flat=True).first() or ""

    @classmethod
    def has_settled(cls) -> bool:
        """Return whether the first steps were put away."""
        return cls.objects.exclude(settled_at=None).exists()

    @classmethod
    @transaction.atomic
    def settle(cls, *, is_settled: bool, by: User) -> None:
        """Put the first steps away for everybody, or show them again as long as one is left. Twice is once."""
        if is_settled == cls.has_settled():
            return
        settled_at = clock.now() if is_settled else None
        company, _is_new = cls.objects.update_or_create(pk=cls.ONLY, defaults={"settled_at": settled_at})
        record(Action.FIRST_STEPS_SETTLED if is_settled else Action.FIRST_STEPS_SHOWN, by, company)

    @classmethod
    @transaction.atomic
    def call(cls, name: str, by: User) -> None:
        """Give the company a name; also when its first administrator came by the command line and it has no row."""
        before = cls.current_name()
        company, _is_new = cls.objects.update_or_create(pk=cls.ONLY, defaults={"name": name})
        if before != name:
            record(Action.COMPANY_NAMED, by, company, {"name": before}, {"name": name})

"""The company that this installation serves."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models.audit import Action, record
from samovar.accounts.models.user import User
from samovar.accounts.parts import Size
from samovar.lib import clock


class Company(models.Model):
    """The one company of this installation; its row is made by the first run, or when it is first named."""

    ONLY = 1

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("first steps put away at"), null=True)
    # How large it says it is, "" before it has said so, and the parts of the product that it does without.
    size = models.CharField(
        _("how large it is"), max_length=8, choices=Size.choices, blank=True, default="", db_default=""
    )
    parts_off = models.JSONField(
        _("parts switched off"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )

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
    def choose_parts(cls, size: str, off: list[str], by: User) -> tuple[str, list[str]]:
        """Say how large the company is and what it does without; return both as they were."""
        company = cls.objects.select_for_update().get_or_create(pk=cls.ONLY)[0]
        before = (company.size, company.parts_off)
        if before != (size, off):
            company.size, company.parts_off = size, off
            company.save(update_fields=["size", "parts_off"])
            was, now = ({"size": one, "off": ", ".join(others)} for one, others in (before, (size, off)))
            record(Action.PARTS_CHOSEN, by, company, was, now)
        return before

    @classmethod
    @transaction.atomic
    def call(cls, name: str, by: User) -> None:
        """Give the company a name; also when its first administrator came by the command line and it has no row."""
        before = cls.current_name()
        company, _is_new = cls.objects.update_or_create(pk=cls.ONLY, defaults={"name": name})
        if before != name:
            record(Action.COMPANY_NAMED, by, company, {"name": before}, {"name": name})

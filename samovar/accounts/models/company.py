"""The company that this installation serves."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Company(models.Model):
    """The one company of this installation; its row is made by the first run, or when it is first named."""

    ONLY = 1

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

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
    def call(cls, name: str) -> None:
        """Give the company a name; also when its first administrator came by the command line and it has no row."""
        cls.objects.update_or_create(pk=cls.ONLY, defaults={"name": name})

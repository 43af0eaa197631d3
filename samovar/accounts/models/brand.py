"""Brands: under which names, and with which looks, customers see the company."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.errors import DefaultBrandStays
from samovar.accounts.models.audit import Action, record
from samovar.accounts.models.company import Company
from samovar.accounts.models.retiring import Retirable
from samovar.accounts.models.user import User
from samovar.files.models import StoredFile
from samovar.lib.colours import readable_on_white
from samovar.lib.pictures import Picture

ACCENT = "#0f6a5b"


class SenderForm(models.TextChoices):
    """Whom customers see as the sender of what a person writes."""

    BRAND = "brand", _("The brand")
    BOTH = "both", _("The first name and the brand")
    PERSON = "person", _("The person")


# What the audit log tells of a brand, besides its logo.
TOLD = ("name", "accent", "languages", "legal_line", "signature", "sender_form")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What somebody typed about a brand: its own language comes first in ``languages``."""

    name: str
    accent: str
    languages: list[str]
    legal_line: str
    signature: str = ""
    sender_form: str = SenderForm.BRAND


class BrandQuerySet(models.QuerySet["Brand"]):
    """Brands as letters and pages need them."""

    def in_use(self) -> BrandQuerySet:
        """Return those that were not retired."""
        return self.filter(archived_at=None)

    def default(self) -> Brand:
        """Return the brand of all that belongs to no other; when it is new, it bears the name of the company if it can.

        Where another brand is called so, it has no name until somebody gives it one.
        """
        if found := self.filter(is_default=True).first():
            return found
        try:
            return self.get_or_create(is_default=True, defaults={"name": Company.current_name()})[0]
        except IntegrityError:
            return self.get_or_create(is_default=True, defaults={"name": ""})[0]

    def of(self, number: int | None) -> Brand:
        """Return the brand with this number, the default one instead of none and of one that was retired."""
        wanted = models.Q(is_default=True) | models.Q(pk=number, archived_at=None)
        return self.filter(wanted).select_related("logo").order_by("is_default").first() or self.default()

    @transaction.atomic
    def found(self, look: Look, logo: Picture | None, by: User) -> Brand:
        """Make a brand; raises IntegrityError when one has that name, in whatever letters."""
        brand = self.create(**asdict(look))
        brand.draw(logo)
        record(Action.BRAND_FOUNDED, by, brand, after=brand.facts)
        return brand


class Brand(Retirable):
    """One face of the company towards customers. It is retired, never deleted: mailboxes hang on it.

    One is the default: what belongs to no brand, or to a retired one, goes out under it. ``accent`` is as it was
    chosen; ``legal_line`` stands at the foot of its letters, below ``signature`` (accounts/voices.py). The logo was
    drawn by us, twice as large as it is shown.
    """

    RETIRED, REVIVED = Action.BRAND_RETIRED, Action.BRAND_REVIVED

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=200, blank=True)
    is_default = models.BooleanField(default=False, db_default=False, editable=False)
    accent = models.CharField(_("colour"), max_length=7, default=ACCENT, db_default=ACCENT)
    languages = models.JSONField(_("languages"), default=list)
    legal_line = models.TextField(_("line at the foot of mails"), blank=True, db_default="", default="")
    signature = models.TextField(_("signature"), blank=True, db_default="", default="")
    sender_form = models.CharField(
        _("whom customers see as the sender"),
        max_length=10,
        choices=SenderForm.choices,
        default=SenderForm.BRAND,
        db_default=SenderForm.BRAND,
    )
    logo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    logo_width = models.PositiveSmallIntegerField(default=0, db_default=0)
    logo_height = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        ordering = ["-is_default", "name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="brand_name_unique", condition=~models.Q(name="")),
            models.UniqueConstraint(
                fields=["is_default"], name="one_default_brand", condition=models.Q(is_default=True)
            ),
            models.CheckConstraint(
                condition=models.Q(sender_form__in=SenderForm.values), name="brand_sender_form_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        """The language in which we write of our own accord."""
        offered: list[str] = self.languages
        return offered[0] if offered else settings.LANGUAGE_CODE

    @property
    def accent_shown(self) -> str:
        """The colour as it is used: made darker where it could not be read."""
        return readable_on_white(self.accent)

    @property
    def facts(self) -> dict[str, Any]:
        """What the audit log tells of it."""
        own: dict[str, Any] = {name: getattr(self, name) for name in TOLD}
        return {**own, "logo": str(self.logo or "")}

    @transaction.atomic
    def change(self, look: Look, logo: Picture | None, has_no_logo: bool, by: User) -> None:
        """Set how it looks; without a new ``logo`` the old one stays, unless ``has_no_logo``. Raises IntegrityError."""
        self._lock()
        before = self.facts
        for name, value in asdict(look).items():
            setattr(self, name, value)
        self.save(update_fields=list(asdict(look)))
        if logo or has_no_logo:
            self.draw(logo)
        if self.facts != before:
            record(Action.BRAND_CHANGED, by, self, before, self.facts)

    def draw(self, logo: Picture | None) -> None:
        """Take another logo, or none; the bytes of the old one go unless somebody else holds them."""
        old = self.logo_id
        self.logo = StoredFile.objects.all().keep(logo.content) if logo else None
        self.logo_width, self.logo_height = logo.size if logo else (0, 0)
        self.save(update_fields=["logo", "logo_width", "logo_height"])
        if old:
            StoredFile.objects.all().throw_away([old])

    @transaction.atomic
    def retire(self, by: User) -> None:
        """Offer it no more; its mailboxes write under the default brand. Raises DefaultBrandStays."""
        self._lock()
        if self.is_default:
            raise DefaultBrandStays
        super().retire(by)

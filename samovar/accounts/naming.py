"""Naming the company: the default brand bears its name until somebody calls that otherwise."""

from contextlib import suppress

from django.db import IntegrityError, transaction

from samovar.accounts.models import Brand, Company, User
from samovar.accounts.models.audit import Action, record_change


@transaction.atomic
def call_company(name: str, by: User) -> None:
    """Give the company a name, and the default brand too where it bears the old one and no other has the new."""
    before = Company.current_name()
    Company.call(name, by)
    brand = Brand.objects.all().default()
    if brand.name in ("", before) and brand.name != name:
        old, brand.name = brand.name, name
        # Another brand may have it.
        with suppress(IntegrityError), transaction.atomic():
            brand.save(update_fields=["name"])
            record_change(Action.BRAND_CHANGED, by, brand, {"name": old}, {"name": name})

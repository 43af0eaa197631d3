"""Naming the company: the default brand bears its name until somebody calls that otherwise."""

from django.db import transaction

from samovar.accounts.models import Brand, Company, User


@transaction.atomic
def call_company(name: str, by: User) -> None:
    """Give the company a name, and the default brand too where it bears the old one and no other has the new."""
    before = Company.current_name()
    Company.call(name, by)
    brand = Brand.objects.all().default()
    is_taken = Brand.objects.filter(name__iexact=name).exclude(pk=brand.pk).exists()
    if brand.name in ("", before) and not is_taken:
        brand.name = name
        brand.save(update_fields=["name"])

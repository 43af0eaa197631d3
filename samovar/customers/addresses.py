"""The addresses and phones on a customer's card: added, known to be theirs or only claimed, taken off, put back."""

from datetime import timedelta
from typing import TypedDict

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.customers.errors import AddressInUse, AddressTaken, UnusableAddress
from samovar.customers.events import (
    IdentityAdded,
    IdentityDoubted,
    IdentityRemoved,
    IdentityRestored,
    IdentityVerified,
)
from samovar.customers.models import Customer, Identity, IdentityKind, RemovedIdentity
from samovar.customers.models.identity import normalised
from samovar.customers.recognition import lock_addresses
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import tidy

# What RemovedIdentity keeps of an Identity.
KEPT = ("customer_id", "kind", "value", "shown", "verified_at", "undeliverable_at", "created_at")
RESTORABLE_FOR = timedelta(days=30)


def understood(written: str) -> tuple[str, str]:
    """Return the kind of what somebody typed and how it is shown; raises UnusableAddress with a sentence."""
    text = tidy(written)
    return (IdentityKind.EMAIL, email(text)) if "@" in text else (IdentityKind.PHONE, phone(text))


def email(text: str) -> str:
    """Return an e-mail address as it is shown; raises UnusableAddress with a sentence."""
    try:
        validate_email(text)
    except ValidationError as error:
        raise UnusableAddress(_("This is not an e-mail address. It looks like name@example.com.")) from error
    return text


def phone(text: str) -> str:
    """Return a phone number as it is shown; raises UnusableAddress with a sentence."""
    try:
        number = phonenumbers.parse(text, settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise UnusableAddress(_no_phone()) from error
    if not phonenumbers.is_valid_number(number):
        raise UnusableAddress(_no_phone())
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@transaction.atomic
def add(customer: Customer, written: str, by: User) -> Identity:
    """Note an address or a phone as claimed; one that stands there already stays as it is.

    Raises UnusableAddress, AddressTaken when it is that of another customer, and CardClosed. Mail that comes
    from the address at the same moment waits, or is waited for.
    """
    kind, shown = understood(written)
    value = normalised(kind, shown)
    lock_addresses([(kind, value)])
    customer.writable()
    known = Identity.objects.filter(kind=kind, value=value).select_related("customer").first()
    if known is None:
        known = Identity.objects.create(customer=customer, kind=kind, value=value, shown=shown)
        announce(IdentityAdded(customer_id=customer.pk, actor_id=by.pk, identity_id=known.pk, preview=shown))
    owner_id = known.customer.merged_into_id or known.customer_id
    if owner_id != customer.pk:
        raise AddressTaken(owner_id)
    return known


@transaction.atomic
def verify(identity: Identity, by: User) -> None:
    """Note that somebody of us knows the address to be theirs; once is enough."""
    identity.refresh_from_db(from_queryset=Identity.objects.select_for_update())
    # What an erasure has emptied is nobody's.
    if identity.verified_at is None and identity.shown:
        identity.verified_at = clock.now()
        identity.save(update_fields=["verified_at"])
        announce(IdentityVerified(**_told(identity, by)))


@transaction.atomic
def doubt(identity: Identity, by: User) -> None:
    """Note that the address is only claimed."""
    identity.refresh_from_db(from_queryset=Identity.objects.select_for_update())
    if identity.verified_at is not None:
        identity.verified_at = None
        identity.save(update_fields=["verified_at"])
        announce(IdentityDoubted(**_told(identity, by)))


@transaction.atomic
def remove(identity: Identity, by: User) -> None:
    """Take an address off the card; what came from it stays, and mail from it will be that of somebody new.

    Raises AddressInUse while it takes part in a conversation under its own name. Twice is once.
    """
    lock_addresses([(identity.kind, identity.value)])
    found = Identity.objects.filter(pk=identity.pk).select_for_update().first()
    if found is None:
        return
    kept = {name: getattr(found, name) for name in KEPT}
    told = _told(found, by)
    try:
        found.delete()
    except ProtectedError as error:
        raise AddressInUse(
            _("%(address)s takes part in conversations. Decide there that it takes no part, or keep it.")
            % {"address": identity.shown}
        ) from error
    RemovedIdentity.objects.create(id=identity.pk, **kept, removed_at=clock.now(), removed_by=by)
    announce(IdentityRemoved(**told))


@transaction.atomic
def restore(removed: RemovedIdentity, by: User) -> None:
    """Put an address back on the card; raises AddressTaken when somebody else has it by now. Twice is once."""
    lock_addresses([(removed.kind, removed.value)])
    row = RemovedIdentity.objects.filter(pk=removed.pk).select_for_update().first()
    if row is None or not row.shown:
        return
    taken = Identity.objects.filter(kind=row.kind, value=row.value).select_related("customer").first()
    if taken is not None:
        raise AddressTaken(taken.customer.merged_into_id or taken.customer_id)
    identity = Identity(pk=row.pk, **{name: getattr(row, name) for name in KEPT})
    identity.save(force_insert=True)
    # The moment of its making is set anew by every insert.
    Identity.objects.filter(pk=row.pk).update(created_at=row.created_at)
    row.delete()
    announce(IdentityRestored(**_told(identity, by)))


def forget_removed(limit: int) -> int:
    """Forget for good what was taken off too long ago to be put back; return how many there were."""
    old = RemovedIdentity.objects.filter(removed_at__lt=clock.now() - RESTORABLE_FOR).order_by("pk")
    return RemovedIdentity.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


class _Told(TypedDict):
    customer_id: int
    actor_id: int
    identity_id: int
    preview: str


def _told(identity: Identity, by: User) -> _Told:
    return {
        "customer_id": identity.customer_id,
        "actor_id": by.pk,
        "identity_id": identity.pk,
        "preview": identity.shown,
    }


def _no_phone() -> str:
    return _("There is no such phone number. Write it with the code of its country, for example +7 912 345-67-89.")

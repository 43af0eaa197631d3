"""Single sign-on of the staff: which providers there are, and whose proven e-mail is whose."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from samovar.accounts import sessions_of
from samovar.accounts.auditing import Action, record
from samovar.accounts.errors import OwnSignOnMissing, ProviderMissing, SignInRefused
from samovar.accounts.models import Role, SignOnDemand, StaffProvider, User

FIELDS = ["name", "issuer", "client_id"]
UNKNOWN = "unknown"


@transaction.atomic
def save(provider: StaffProvider | None, typed: Mapping[str, str], by: User) -> StaffProvider:
    """Store a provider as typed, new or changed; without a secret the stored one stays."""
    kept = provider or StaffProvider()
    before = {name: getattr(kept, name) for name in FIELDS} if provider else {}
    for name in FIELDS:
        setattr(kept, name, typed[name])
    if typed["client_secret"]:
        kept.client_secret = typed["client_secret"]
    if provider:
        kept.save(update_fields=[*FIELDS, "sealed_client_secret"])
    else:
        kept.save(force_insert=True)
    record(Action.SIGN_ON_CHANGED, by, kept, before, {name: typed[name] for name in FIELDS})
    return kept


@transaction.atomic
def retire(provider: StaffProvider, by: User) -> None:
    """Let nobody in by this provider any more; its settings stay."""
    if StaffProvider.objects.filter(pk=provider.pk, retired_at=None).update(retired_at=timezone.now()):
        record(Action.SIGN_ON_RETIRED, by, provider)


@transaction.atomic
def revive(provider: StaffProvider, by: User) -> None:
    """Let people in by this provider again."""
    if StaffProvider.objects.filter(pk=provider.pk).exclude(retired_at=None).update(retired_at=None):
        record(Action.SIGN_ON_REVIVED, by, provider)


def is_only_way(user: User) -> bool:
    """Tell whether the person gets in at the company's provider only; never while there is none."""
    is_demanded = SignOnDemand.objects.filter(role=user.role).exists()
    return is_demanded and StaffProvider.objects.filter(retired_at=None).exists()


@transaction.atomic
def demand(roles: Collection[str], by: User | None, *, came_by_it: bool = False) -> None:
    """Let these roles in at the provider only, and all others also by password; ``by`` is None at the command line.

    Ends the sessions of those who are in by password. Raises ProviderMissing, and OwnSignOnMissing when it is about
    administrators and the one who asks has not shown (``came_by_it``) that the provider lets one in.
    """
    before = sorted(SignOnDemand.objects.select_for_update().values_list("role", flat=True))
    after = sorted({*roles} & {*Role.values})
    if before == after:
        return
    if after and not StaffProvider.objects.filter(retired_at=None).exists():
        raise ProviderMissing
    if Role.ADMIN in after and not came_by_it:
        raise OwnSignOnMissing
    SignOnDemand.objects.exclude(role__in=after).delete()
    SignOnDemand.objects.bulk_create([SignOnDemand(role=role) for role in after], ignore_conflicts=True)
    record(Action.SIGN_ON_DEMANDED, by, None, {"roles": before}, {"roles": after})
    newly = User.objects.filter(is_active=True, role__in={*after} - {*before})
    for user in newly.exclude(pk=by.pk if by else 0).order_by("pk"):
        sessions_of.end_all(user, by)


def person(email: str) -> User:
    """Return the member of staff with this proven e-mail, switched off or not; nobody is ever made.

    Raises SignInRefused.
    """
    # Some letters of other alphabets become ours when they are made small: they are nobody's address here.
    found = User.objects.with_email(email) if email.isascii() else None
    if found is None:
        raise SignInRefused(UNKNOWN)
    return found

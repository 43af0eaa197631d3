"""Single sign-on of the staff: which providers there are, and who of the staff somebody at a provider is."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from samovar.accounts import mail, sessions_of
from samovar.accounts.auditing import Action, record
from samovar.accounts.errors import OwnSignOnMissing, ProviderMissing, SignInRefused
from samovar.accounts.models import Company, Role, SignOnBinding, SignOnDemand, StaffProvider, User
from samovar.accounts.oidc import CLOCKS_DIFFER_SECONDS, UNPROVEN, Proof

FIELDS = ["name", "issuer", "client_id"]
UNKNOWN, OTHER, SOMEBODY_ELSE, TIMELESS, OLD = "unknown", "other-account", "somebody-else", "timeless", "old"


@transaction.atomic
def save(provider: StaffProvider | None, typed: Mapping[str, str], by: User) -> StaffProvider:
    """Store a provider as typed, new or changed; without a secret the stored one stays.

    Raises IntegrityError when another one has that name, in whatever letters.
    """
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
    new_secret: dict[str, object] = {"new_secret": True} if typed["client_secret"] else {}
    record(Action.SIGN_ON_CHANGED, by, kept, before, new_secret | {name: typed[name] for name in FIELDS})
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


def person(issuer: str, proof: Proof) -> User:
    """Return the member of staff whom a provider has proven, switched off or not; nobody is ever made.

    Who has come from there before is known by the provider's number of them, whatever their e-mail is now; the others
    by the e-mail that it vouches for. Raises SignInRefused.
    """
    known = SignOnBinding.objects.filter(issuer=issuer, subject=proof.subject).select_related("user").first()
    if known:
        return known.user
    if not proof.email:
        raise SignInRefused(UNPROVEN)
    # Some letters of other alphabets become ours when they are made small: they are nobody's address here.
    found = User.objects.with_email(proof.email) if proof.email.isascii() else None
    if found is None:
        raise SignInRefused(UNKNOWN)
    if SignOnBinding.objects.filter(issuer=issuer, user=found).exists():
        raise SignInRefused(OTHER, found)
    return found


@transaction.atomic
def bind(user: User, issuer: str, subject: str) -> None:
    """Remember who the person is at a provider, at their first sign-in; raises SignInRefused for anybody else there."""
    User.objects.select_for_update().get(pk=user.pk)
    binding = SignOnBinding(issuer=issuer, subject=subject, user=user)
    same = SignOnBinding.objects.filter(issuer=issuer, subject=subject, user=user)
    if same.exists():
        return
    SignOnBinding.objects.bulk_create([binding], ignore_conflicts=True)
    # Of two who are let in by one e-mail at the same moment, one is bound.
    if not same.exists():
        raise SignInRefused(OTHER, user)
    record(Action.SIGN_ON_BOUND, user, user, after={"issuer": issuer, "subject": subject})


@transaction.atomic
def unbind(binding: SignOnBinding, by: User) -> None:
    """Forget who the person is at a provider, and tell them; ends their sessions.

    Whoever comes from there next with their e-mail is bound anew.
    """
    user = User.objects.select_for_update().get(pk=binding.user_id)
    gone, _by_kind = SignOnBinding.objects.filter(pk=binding.pk).delete()
    if not gone:
        return
    sessions_of.end_all(user, by)
    record(Action.SIGN_ON_UNBOUND, by, user, before={"issuer": binding.issuer, "subject": binding.subject})
    if mail.can_leave():
        words = {"by": by.name, "issuer": binding.issuer, "company": Company.current_name()}
        with translation.override(user.language or translation.get_language()):
            mail.write(user.email, "accounts/letters/unbound", words)


def bindings_of(user: User) -> QuerySet[SignOnBinding]:
    """Return who the person is at which providers."""
    return SignOnBinding.objects.filter(user=user)


def providers_of(user: User) -> QuerySet[StaffProvider]:
    """Return the providers that are switched on and know the person."""
    return StaffProvider.objects.filter(retired_at=None, issuer__in=bindings_of(user).values("issuer"))


def check_freshness(user: User, issuer: str, proof: Proof, since: float) -> None:
    """Raise SignInRefused unless it was the person who has shown the provider who they are after ``since``."""
    if not bindings_of(user).filter(issuer=issuer, subject=proof.subject).exists():
        raise SignInRefused(SOMEBODY_ELSE, user)
    if proof.shown_at is None:
        raise SignInRefused(TIMELESS, user)
    if proof.shown_at < since - CLOCKS_DIFFER_SECONDS:
        raise SignInRefused(OLD, user)

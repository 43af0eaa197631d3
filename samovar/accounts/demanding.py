"""Which roles must have a second factor, and who of them has none."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from samovar.accounts import second_factor
from samovar.accounts.auditing import Action, record
from samovar.accounts.errors import OwnFactorMissing
from samovar.accounts.models import FactorDemand, Role, User


def at_the_door(users: QuerySet[User]) -> QuerySet[User]:
    """Let each of ``users`` know whether a second factor is demanded of them that they do not have."""
    return users.annotate(lacks_factor=_is_lacking())


def lacks_factor(user: User) -> bool:
    """Tell whether ``user`` has to set up a second factor before anything else."""
    known = getattr(user, "lacks_factor", None)
    if known is None:
        return without_factor(User.objects.filter(pk=user.pk)).exists()
    return bool(known)


def without_factor(users: QuerySet[User]) -> QuerySet[User]:
    """Return those of ``users`` of whom a second factor is demanded and who have none yet."""
    return users.filter(_is_lacking()).order_by("sort_key", "pk")


@transaction.atomic
def demand(roles: Collection[str], by: User) -> None:
    """Demand a second factor of these roles and of no others.

    Raises OwnFactorMissing when it would be demanded of administrators, and the one who asks for it has none.
    """
    before = sorted(FactorDemand.objects.select_for_update().values_list("role", flat=True))
    after = sorted({*roles} & {*Role.values})
    if Role.ADMIN in after and not second_factor.factors(by).has_any:
        raise OwnFactorMissing
    if before == after:
        return
    FactorDemand.objects.exclude(role__in=after).delete()
    FactorDemand.objects.bulk_create([FactorDemand(role=role) for role in after], ignore_conflicts=True)
    record(Action.SECOND_FACTOR_DEMANDED, by, None, {"roles": before}, {"roles": after})


def _is_lacking() -> Q:
    demanded = FactorDemand.objects.filter(role=OuterRef("role"))
    had = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=second_factor.FACTORS)
    return Q(Exists(demanded)) & ~Q(Exists(had))

"""Filters by the customer: how long they wait, what they were promised, who they are, what they wrote."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from samovar.accounts.models import User
from samovar.conversations.delivered_views import end_of_today
from samovar.conversations.filters.base import NOTHING, FilterKind, OfChoices, OfRows, Said, any_of
from samovar.customers.forms import languages
from samovar.customers.models import Consent, Customer, Membership, Organisation
from samovar.customers.models.consent import ConsentPurpose
from samovar.lib import clock
from samovar.lib.text import search_key

MOST_DIGITS = 4
MOST_CITIES = 5
MOST_NAMED = 500
DAY = 24


class WaitingFilter(OfChoices):
    """For how many hours, at least, the customer has waited."""

    is_near = True
    name = "waiting"
    title = gettext_lazy("Waits longer than")
    usual = (1, 4, 8, 24, 72, 168)

    @property
    def choices(self) -> Mapping[str, str | Promise]:
        """The usual ones."""
        return {str(hours): _hours(hours) for hours in self.usual}

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return that somebody has waited for the shortest of them."""
        hours = [int(value) for value in values if _is_hours(value)]
        return Q(waiting_since__lt=clock.now() - timedelta(hours=min(hours))) if hours else NOTHING

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return the spans in words."""
        return {value: Said(_hours(int(value))) for value in values if _is_hours(value)}

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return the usual ones, or as many hours as were typed."""
        return [(str(int(typed)), _hours(int(typed)))] if _is_hours(typed) else super().offers(typed, user)


class PromiseFilter(OfChoices):
    """When the next promise is due."""

    is_near = True
    name = "promise"
    title = pgettext_lazy("to a customer", "Promise")
    choices: ClassVar = {
        "late": gettext_lazy("late"),
        "today": gettext_lazy("today"),
        "week": gettext_lazy("within seven days"),
        "none": gettext_lazy("nothing promised"),
    }

    def condition(self, value: str, user: User) -> Q:
        """Return that it is due then; what is late is not counted among today's."""
        now, midnight = clock.now(), end_of_today()
        return {
            "late": Q(promise_due_at__lt=now),
            "today": Q(promise_due_at__gte=now, promise_due_at__lt=midnight),
            "week": Q(promise_due_at__gte=now, promise_due_at__lt=midnight + timedelta(days=6)),
            "none": Q(promise_due_at=None),
        }[value]


class LanguageFilter(OfChoices):
    """In which language the customer is served."""

    name = "language"
    title = gettext_lazy("Language")

    @property
    def choices(self) -> Mapping[str, str | Promise]:
        """Those that the card of a customer offers."""
        return {code: str(words) for code, words in languages() if code}

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return that any of them is the customer's."""
        return Q(customer__language__in=values)

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return their names; a language that the card does not offer can be anybody's."""
        known = self.choices
        return {value: Said(str(known.get(value, value))) for value in values}


class CityFilter(FilterKind):
    """Where the customer lives."""

    name = "city"
    title = gettext_lazy("City")

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return that any of them is the customer's, in whatever letters."""
        # Said as the index says it.
        living = Customer.objects.alias(small=Lower("city")).exclude(city="")
        rows = living.filter(small__in=[value.lower() for value in values])
        return _one_of(rows.values_list("pk", flat=True))

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return them as they were typed."""
        return {value: Said(value) for value in values}

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return cities of customers that begin so; without a letter there are too many."""
        if not typed:
            return []
        rows = Customer.objects.all().visible_to(user).present().alias(small=Lower("city"))
        found = rows.filter(small__startswith=typed.lower()).exclude(city="").order_by("city")
        return [(city, city) for city in found.values_list("city", flat=True).distinct()[:MOST_CITIES]]


class OrganisationFilter(OfRows):
    """Which company the customer belongs to."""

    name = "company"
    title = gettext_lazy("Company")

    def rows(self, user: User) -> QuerySet[Organisation]:
        """Return all of them."""
        return Organisation.objects.all().visible_to(user)

    def offered(self, typed: str, user: User) -> QuerySet[Organisation]:
        """Return those that are called so; without a letter there are too many."""
        rows = self.rows(user).filter(search_key__contains=search_key(typed)) if typed else self.rows(user).none()
        return rows.order_by("sort_key", "pk")

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return that the customer is of any of them."""
        members = Membership.objects.all().present().filter(organisation__in=numbers)
        return _one_of(members.values_list("customer", flat=True))


class ConsentFilter(OfChoices):
    """What the customer has agreed to, and has not taken back."""

    name = "consent"
    title = gettext_lazy("Has agreed to")
    choices: ClassVar = dict(ConsentPurpose.choices)

    def condition(self, value: str, user: User) -> Q:
        """Return that the last that was said about it is yes."""
        rows = Consent.objects.all().current().filter(purpose=value, is_given=True)
        return Q(customer__in=rows.values("customer"))


class TextFilter(FilterKind):
    """Words in the name, in the subject or in the first words; looked for by ``conversations.queries``."""

    name = "text"
    title = gettext_lazy("Contains")

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return that any of them stands there."""
        return any_of(containing(value) for value in values)

    def said(self, values: Sequence[str], user: User) -> Mapping[str, Said]:
        """Return the words themselves."""
        return {value: Said(value) for value in values}

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return what was typed."""
        return [(typed, typed)] if typed else []


def containing(text: str) -> Q:
    """Return that ``text`` stands in the customer's name, in the subject or in the first words."""
    by_name = Q(customer__search_key__contains=search_key(text))
    return by_name | Q(subject__icontains=text) | Q(preview__icontains=text)


def _one_of(customers: QuerySet[Any, Any]) -> Q:
    """Return that it is of one of ``customers``, which takes a question.

    Where they are few, only their numbers tell the planner so: it begins with them then, and not with all there is.
    """
    found = list(customers.order_by()[: MOST_NAMED + 1])
    return Q(customer__in=found if len(found) <= MOST_NAMED else customers)


def _is_hours(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS


def _hours(hours: int) -> str:
    if hours % DAY or not hours:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // DAY) % {"count": hours // DAY}

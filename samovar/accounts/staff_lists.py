"""The members of staff as pages list them: found by a piece of what they are called, page by page."""

from collections.abc import Iterable

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from samovar.accounts.models import Invitation, Presence, Topic, User
from samovar.lib.listing import PAGE, Page, page_by
from samovar.lib.marks import mark, read_mark
from samovar.lib.naming import called, farness

LONGEST_ASKED = 100
NEAREST = [Presence.HERE, Presence.BUSY, Presence.AWAY]


def staff(text: str = "") -> QuerySet[User]:
    """Return the members of staff, or those who have ``text`` in their name, their e-mail or what they do."""
    rows = User.objects.all()
    return rows.filter(_has(text)) if text else rows


def page_of(rows: QuerySet[User], after: str = "") -> Page[User]:
    """Return a page of members of staff by name, those who cannot sign in any more behind the others; one query."""
    last = Case(When(is_active=True, then=Value("0")), default=Value("1"))
    return page_by("place", rows.annotate(place=Concat(last, "sort_key")), after)


def experts(text: str = "", after: str = "") -> Page[User]:
    """Return colleagues with what they know about, or those with ``text`` in that or in their name; two queries."""
    rows = User.objects.filter(is_active=True).prefetch_related("topics")
    if text:
        known = Topic.objects.filter(people=OuterRef("pk"))
        rows = rows.filter(_has(text) | Exists(known.filter(called(text))))
    return page_by("sort_key", rows, after)


def invited(text: str = "", after: str = "") -> Page[Invitation]:
    """Return who was invited and has not come yet, the newest first; one query."""
    rows = Invitation.objects.pending().select_related("invited_by")
    if text:
        rows = rows.filter(Q(email__icontains=text) | called(text))
    if edge := read_mark(after):
        at, pk = edge
        rows = rows.filter(Q(expires_at__lt=at) | Q(expires_at=at, pk__lt=pk))
    fetched = list(rows.order_by("-expires_at", "-pk")[: PAGE + 1])
    last = fetched[PAGE - 1] if len(fetched) > PAGE else None
    return Page(fetched[:PAGE], mark(last.expires_at, last.pk) if last else "")


def nearest_first(people: Iterable[User], text: str) -> list[User]:
    """Return people as a menu lists them: whose name begins with what was typed, and of those, who is here."""
    return sorted(people, key=lambda one: (farness(one.name, text), NEAREST.index(one.presence), one.sort_key))


def _has(text: str) -> Q:
    return Q(email__icontains=text) | Q(title__icontains=text) | called(text)

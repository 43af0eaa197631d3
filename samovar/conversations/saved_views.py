"""The views that a person has: those that are delivered and those that were saved, in the order that they like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.delivered_views import FIRST, VIEWS, View
from samovar.conversations.filters import table
from samovar.conversations.models import SavedView
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.conversations.ordering import ORDERS, means

# The letter before the number of a saved view, where views are named.
SAVED = "v"
NEWEST = "newest"
MOST_HIDDEN = 200


@dataclass(frozen=True)
class Place:
    """A view and whether it stands in the navigation of somebody."""

    view: View
    is_shown: bool


def view_of(row: SavedView) -> View:
    """Return a saved view as the lists know views."""
    filters = table.read(row.filters)
    statuses = [one.value for one in filters if one.kind == table.STATUS]
    order = ORDERS.get(row.order, ORDERS[NEWEST]).by
    return View(
        name=f"{SAVED}{row.pk}",
        title=row.name,
        select=_all if statuses else VIEWS["everything"].select,
        order=FIRST.order if statuses == [FIRST.name] and row.order and means(row.order, FIRST.order) else order,
        has_count=table.has_to_be_acted_on(filters),
        empty_title=_("Nothing fits this view now"),
        empty_text=_("What fits its filters will stand here."),
        filters=tuple(one.code for one in filters),
        saved=row,
    )


def gone(name: str) -> View:
    """Return what stands in the place of a view that was deleted, or is not for the reader: nothing at all."""
    return View(
        name=name,
        title=_("A view that is gone"),
        select=lambda rows, user: rows.none(),
        order=FIRST.order,
        has_count=False,
        empty_title=_("This view is no longer there"),
        empty_text=_("Whoever made it has deleted it, or shares it with others now."),
    )


def named(name: str, user: User | None) -> View:
    """Return the view that stands so in an address; what is no name of one is the first view."""
    number = name.removeprefix(SAVED)
    if number == name or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return VIEWS.get(name, FIRST)
    row = SavedView.objects.all().of(user).filter(pk=int(number)).first() if user else None
    return view_of(row) if row else gone(name)


def places(user: User) -> list[Place]:
    """Return all views of ``user`` in their own order; what they have not placed comes behind, as it is delivered."""
    saved = map(view_of, SavedView.objects.all().of(user))
    delivered = (view for view in VIEWS.values() if user.parts.get(view.part, True))
    found = {view.name: view for view in (*delivered, *saved)}
    order: Sequence[str] = user.view_order
    standing = [name for name in dict.fromkeys(order) if name in found]
    names = [*standing, *(name for name in found if name not in standing)]
    hidden = set(user.views_hidden)
    return [Place(found[name], name not in hidden) for name in names]


def shown(user: User) -> list[View]:
    """Return the views that stand in the navigation of ``user``."""
    return [place.view for place in places(user) if place.is_shown]


def place(user: User, name: str, step: int) -> None:
    """Let a view stand so many steps further down for ``user``."""
    names = [one.view.name for one in places(user)]
    if name in names:
        at = names.index(name)
        names.insert(min(max(at + step, 0), len(names) - 1), names.pop(at))
        user.change_ways(view_order=names)


def show(user: User, name: str, *, is_shown: bool) -> None:
    """Let a view of ``user`` stand in the navigation, or not; what is none of theirs changes nothing."""
    if name not in {one.view.name for one in places(user)}:
        return
    others: Iterable[str] = (other for other in user.views_hidden if other != name)
    user.change_ways(views_hidden=[*others] if is_shown else [*others, name][-MOST_HIDDEN:])


def _all(rows: ConversationQuerySet, user: User) -> ConversationQuerySet:
    """Return all rows: a status says for itself which kinds it is about."""
    return rows

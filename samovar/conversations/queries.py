"""Questions about many conversations: a page of a list, and how many stand in each view."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from samovar.accounts.models import User
from samovar.conversations import saved_views
from samovar.conversations.delivered_views import FIRST, ONLY, VIEWS, Standing, View
from samovar.conversations.filters import table
from samovar.conversations.filters.base import Filter, any_of
from samovar.conversations.filters.of_customers import containing
from samovar.conversations.filters.table import TEXT, Filters, narrowed, read
from samovar.conversations.models import Conversation, ConversationRedirect, Message
from samovar.conversations.models.message import Direction
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.conversations.notices import visible
from samovar.conversations.ordering import EXPRESSIONS, ORDERS, means, name_of
from samovar.customers.models import Identity, Restriction
from samovar.lib.counting import CappedCount, CountsOf
from samovar.lib.marks import mark, read_mark
from samovar.lib.text import tidy

PAGE = 30
FOR_ME, RESTRICTIONS = "for-me", "restrictions"
MOST = 180
# Counting further is of no use to a person, and would cost more the more there is.
MOST_COUNTED = 1000
# A filter by text looks at this many rows of the view; the search looks at everything.
MOST_FILTERED = 2000
# What a list may be sorted by wherever its rows come from.
SORTING = {field.name for field in Conversation._meta.concrete_fields} | EXPRESSIONS.keys()


@dataclass(frozen=True)
class Wanted:
    """Which part of which list a person looks at, as it stands in the address.

    ``filters`` are those of the view unless somebody has chosen others (None); ``order`` is that of the view unless it
    names one of ORDERS. ``after`` is where the page before has ended; ``size`` is how many rows an open page shows.
    """

    view: View = FIRST
    only: str = ""
    text: str = ""
    filters: Filters | None = None
    order: str = ""
    after: str = ""
    size: int = PAGE

    @classmethod
    def of(cls, given: Mapping[str, str], user: User | None = None) -> "Wanted":
        """Read an address; what makes no sense in it is as if it were not there.

        A saved view is found only for its reader, ``user``.
        """
        size = given.get("size", "")
        view = saved_views.named(given.get("view", ""), user)
        return cls(
            view=view,
            only=only if (only := given.get("only", "")) in ONLY else "",
            text=tidy(given.get("q", ""))[:100],
            filters=_filters_in(given, view),
            order="" if means(order := given.get("order", ""), view.order) else order,
            after=given.get("after", ""),
            size=min(max(int(size), PAGE), MOST) if size.isdecimal() and len(size) < 5 else PAGE,
        )

    @property
    def chosen(self) -> Filters:
        """What the list is narrowed to, by a saved view or by whoever looks."""
        if self.filters is not None:
            return self.filters
        return read(self.view.filters) if self.view.saved else ()

    @property
    def sorted_by(self) -> str:
        """The field that sorts, "-" first for the newest on top."""
        return ORDERS[self.order].by if self.order else self.view.order

    @property
    def field(self) -> str:
        """The field that sorts."""
        return self.sorted_by.removeprefix("-")

    @property
    def is_newest_first(self) -> bool:
        """Whether what is newest stands on top."""
        return self.sorted_by.startswith("-")

    @property
    def is_changed(self) -> bool:
        """Whether it is narrowed or sorted in another way than its view by itself."""
        return self.filters is not None or bool(self.order)

    @property
    def codes(self) -> list[str]:
        """The filters as the address says them: one that is empty where a view has lost all of its own."""
        return [] if self.filters is None else [one.code for one in self.filters] or [""]

    @property
    def query(self) -> str:
        """The address of the list after the "?", without what is so anyway; also for the pages of its rows."""
        parts = [
            ("view", self.view.name if self.view != FIRST else ""),
            ("only", self.only),
            ("q", self.text),
            ("order", self.order),
            ("after", self.after),
        ]
        return urlencode([*((name, value) for name, value in parts if value), *(("f", code) for code in self.codes)])

    def at(self, after: str) -> "Wanted":
        """Return the same list further down."""
        return replace(self, after=after)

    def narrowed_to(self, filters: Iterable[Filter]) -> "Wanted":
        """Return the same list from its beginning, narrowed to this and nothing else."""
        chosen = read(one.code for one in filters)
        own = read(self.view.filters) if self.view.saved else ()
        return replace(self, filters=None if chosen == own else chosen, after="")

    def sorted_as(self, order: str) -> "Wanted":
        """Return the same list from its beginning in another order."""
        return replace(self, order="" if means(order, self.view.order) else order, after="")

    @property
    def to_save(self) -> tuple[list[str], str]:
        """What a saved view would have to hold to be this list: the filters, and the order.

        Of the view that is looked at, what was chosen beside it takes the place of the same kind.
        """
        beside = {"mine": "assignee:me", "unread": "mark:unread", "pressing": "mark:pressing"}
        added = read([*filter(None, [beside.get(self.only, ""), f"{TEXT}:{self.text}" if self.text else ""])])
        chosen = (*self.chosen, *added)
        kinds = {one.kind for one in chosen}
        own = () if self.view.saved else (one for one in read(self.view.filters) if one.kind not in kinds)
        return [one.code for one in read(one.code for one in (*own, *chosen))], self.order or name_of(self.view.order)


def _filters_in(given: Mapping[str, str], view: View) -> Filters | None:
    if "f" not in given:
        return None
    found = read(given.getlist("f") if isinstance(given, MultiValueDict) else [given["f"]])
    return None if found == (read(view.filters) if view.saved else ()) else found


@dataclass(frozen=True)
class ListPage:
    """Rows of a list; ``following`` is where it goes on, None at its end.

    ``is_cut`` says that there are more rows than those in which words are looked for.
    """

    rows: list[Conversation]
    following: Wanted | None
    is_cut: bool = False


def selection(user: User, wanted: Wanted) -> ConversationQuerySet:
    """Return every row of the list ``wanted`` that ``user`` may see, in no order, wherever its page begins."""
    return _selected(Conversation.objects.all().visible_to(user), user, _spelled_out(user, wanted))


def _selected(seen: ConversationQuerySet, user: User, wanted: Wanted) -> ConversationQuerySet:
    """Return the same of ``seen``, where what is meant is spelled out."""
    rows = _narrowed(seen, user, wanted)
    for words in _words(wanted):
        looked_at = rows.order_by(*_order(wanted)).values("pk")[:MOST_FILTERED]
        # What is looked at fits all the rest already. What a view itself sorts by stands on no row.
        found = _sortable(Conversation.objects.all(), wanted) if wanted.field in SORTING else rows
        rows = found.filter(words, pk__in=looked_at)
    return rows.order_by()


def page(user: User, wanted: Wanted) -> ListPage:
    """Return the rows of the list that ``user`` may see, in one query; with words to look for in two."""
    view, asked = wanted.view, _spelled_out(user, wanted)
    seen = Conversation.objects.all().visible_to(user)
    rows = _selected(seen, user, asked)
    if found := read_mark(wanted.after):
        rows = rows.filter(_beyond(wanted, *found))
    if wanted.field in SORTING:
        # What is sorted to find a page are ids alone; only what stands on it is looked up with all that a row shows.
        ids = rows.order_by(*_order(wanted)).values("pk")[: wanted.size + 1]
        rows = _sortable(Conversation.objects.filter(pk__in=ids), wanted)
    if view.has_reasons:
        rows = rows.with_reasons()
    if view.says_why_spam:
        rows = rows.with_spam_reasons()
    if view.tells_ideas:
        rows = rows.with_ideas()
    fetched = list(rows.for_list(user).order_by(*_order(wanted))[: wanted.size + 1])
    shown = fetched[: wanted.size]
    is_more = len(fetched) > wanted.size
    following = wanted.at(mark(getattr(shown[-1], wanted.field), shown[-1].pk)) if is_more else None
    return ListPage(shown, following, is_cut=_is_cut(seen, user, asked))


def counts(user: User, views: Iterable[View] = VIEWS.values()) -> dict[str, int]:
    """Return how many stand in each of ``views`` that has a count, and how much is new for ``user``.

    One query, and one more where they name tags. At most MOST_COUNTED each; the first view is always counted. What
    asks of open work only what stands on its rows is counted in one pass over their index, each other one until there
    are enough. For leads also about how many difficult customers they have to decide.
    """
    named = {view.name: view for view in (FIRST, *views) if view.has_count}
    spelled = table.spelled_out([Wanted(view=view).chosen for view in named.values()], user)
    chosen = dict(zip(named, spelled, strict=True))
    near = {name: where for name, view in named.items() if (where := _near(view, chosen[name], user)) is not None}
    seen = Conversation.objects.all().visible_to(user)
    wanted = {
        name: Wanted(view=view, filters=chosen[name] if view.saved else None)
        for name, view in named.items()
        if name not in near
    }
    far = {name: _selected(seen, user, one).values("pk") for name, one in wanted.items()}
    unseen = visible(user).filter(seen_at=None, is_shown=True).order_by().values("pk")
    own = {FOR_ME: unseen} | ({RESTRICTIONS: _undecided()} if user.can_lead else {})
    each = {name: CappedCount(rows[:MOST_COUNTED]) for name, rows in (far | own).items()}
    together = CountsOf(seen.open().order_by(), near.values())
    row = User.objects.filter(pk=user.pk).order_by().values_list(together, *each.values()).get()
    # Whoever may see nothing is answered without looking.
    counted = dict(zip((*near, *each), (*(row[0] or [0] * len(near)), *row[1:]), strict=True))
    return {name: min(counted[name] or 0, MOST_COUNTED) for name in (*named, *own)}


def _undecided() -> QuerySet[Restriction, Any]:
    return Restriction.objects.all().waiting().of_present().order_by().values("pk")


def unseen_notices(user: User) -> int:
    """Return how much ``user`` was told and has not seen, at most MOST_COUNTED."""
    return visible(user).filter(seen_at=None, is_shown=True).order_by()[:MOST_COUNTED].count()


def _near(view: View, chosen: Filters, user: User) -> Q | None:
    """Return the condition of a view of open work that asks only what stands on its rows, None for another one."""
    if isinstance(view.select, Standing):
        return view.select.where(user)
    return table.near(chosen, user) if view.saved else None


def _spelled_out(user: User, wanted: Wanted) -> Wanted:
    [chosen] = table.spelled_out([wanted.chosen], user)
    return wanted if chosen == wanted.chosen else replace(wanted, filters=chosen)


def _sortable(rows: ConversationQuerySet, wanted: Wanted) -> ConversationQuerySet:
    """Return ``rows`` with what sorts them."""
    return rows.annotate(**{wanted.field: EXPRESSIONS[wanted.field]}) if wanted.field in EXPRESSIONS else rows


def _narrowed(seen: ConversationQuerySet, user: User, wanted: Wanted) -> ConversationQuerySet:
    """Return the list among ``seen`` but for what is looked for by words, with what sorts it."""
    rows = narrowed(wanted.view.select(_sortable(seen, wanted), user), wanted.chosen, user)
    return rows.filter(ONLY[wanted.only](user)) if wanted.only else rows


def _words(wanted: Wanted) -> list[Q]:
    kept = [one.value for one in wanted.chosen if one.kind == TEXT]
    return [any_of(map(containing, words)) for words in (kept, [wanted.text] if wanted.text else []) if words]


def _is_cut(seen: ConversationQuerySet, user: User, wanted: Wanted) -> bool:
    """Whether the list goes on beyond those rows in which words are looked for."""
    return bool(_words(wanted)) and _narrowed(seen, user, wanted).order_by()[MOST_FILTERED : MOST_FILTERED + 1].exists()


def _order(wanted: Wanted) -> list[str]:
    return [wanted.sorted_by, "-pk" if wanted.is_newest_first else "pk"]


def _beyond(wanted: Wanted, moment: datetime, pk: int) -> Q:
    sign = "lt" if wanted.is_newest_first else "gt"
    at_or_beyond = Q(**{f"{wanted.field}__{sign}e": moment})
    # In this form the index is entered at the mark, however far down that is.
    return at_or_beyond & (Q(**{f"{wanted.field}__{sign}": moment}) | Q(**{f"pk__{sign}": pk}))


def seen_numbers(user: User, numbers: Collection[int]) -> set[int]:
    """Return those numbers that lead ``user`` to a conversation, also the old ones of merged ones; one question."""
    seen = Conversation.objects.visible_to(user)
    moved = ConversationRedirect.objects.filter(old_id__in=numbers, conversation__in=seen)
    found = seen.filter(pk__in=numbers).order_by().values_list("pk", flat=True)
    return set(found.union(moved.values_list("old_id", flat=True)))


def has_written_from(identity: Identity) -> bool:
    """Whether a message of a customer came from one of their addresses; how many is for those who may see them all."""
    of_customer = Message.objects.filter(customer=identity.customer_id, direction=Direction.IN)
    return of_customer.filter(sender_address__iexact=identity.value).exists()


@dataclass(frozen=True)
class UnreadMail:
    """Messages that could not be read and that nobody has settled: how many, and how old the oldest is."""

    count: int
    age: timedelta


def unread_mail() -> UnreadMail:
    """Return what waits for a person to look at it; a few rows of an index."""
    waiting = Conversation.objects.all().present().unreadable().filter(resolved_at=None)
    found = waiting.aggregate(count=Count("pk"), since=Min("last_message_at"))
    return UnreadMail(found["count"], timezone.now() - found["since"] if found["since"] else timedelta())

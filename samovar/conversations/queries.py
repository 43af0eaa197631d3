"""Questions about many conversations: a page of a list, and how many stand in each view."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, ConversationRedirect, Message
from samovar.conversations.models.message import Direction
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.conversations.notices import visible
from samovar.conversations.saved_views import FIRST, ONLY, VIEWS, SavedView
from samovar.customers.models import Identity
from samovar.lib.counting import CappedCount
from samovar.lib.marks import mark, read_mark
from samovar.lib.text import search_key, tidy

PAGE = 30
FOR_ME = "for-me"
MOST = 180
# Counting further is of no use to a person, and would cost more the more there is.
MOST_COUNTED = 1000
# A filter by text looks at this many rows of the view; the search looks at everything.
MOST_FILTERED = 2000


@dataclass(frozen=True)
class Wanted:
    """Which part of which list a person looks at, as it stands in the address.

    ``after`` is where the page before has ended; ``size`` is how many rows an open page shows already.
    """

    view: SavedView = FIRST
    only: str = ""
    text: str = ""
    after: str = ""
    size: int = PAGE

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Wanted":
        """Read an address; what makes no sense in it is as if it were not there."""
        size = given.get("size", "")
        return cls(
            view=VIEWS.get(given.get("view", ""), FIRST),
            only=only if (only := given.get("only", "")) in ONLY else "",
            text=tidy(given.get("q", ""))[:100],
            after=given.get("after", ""),
            size=min(max(int(size), PAGE), MOST) if size.isdecimal() and len(size) < 5 else PAGE,
        )

    @property
    def query(self) -> str:
        """The address of the list after the "?", without what is so anyway; also for the pages of its rows."""
        parts = {
            "view": self.view.name if self.view != FIRST else "",
            "only": self.only,
            "q": self.text,
            "after": self.after,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def at(self, after: str) -> "Wanted":
        """Return the same list further down."""
        return replace(self, after=after)


@dataclass(frozen=True)
class ListPage:
    """Rows of a list; ``following`` is where it goes on, None at its end."""

    rows: list[Conversation]
    following: Wanted | None


def selection(user: User, wanted: Wanted) -> ConversationQuerySet:
    """Return every row of the list ``wanted`` that ``user`` may see, in no order, wherever its page begins."""
    rows = _of_view(user, wanted.view)
    if wanted.only:
        rows = rows.filter(ONLY[wanted.only](user))
    if wanted.text:
        rows = _matching(rows, wanted.view, wanted.text)
    return rows.order_by()


def page(user: User, wanted: Wanted) -> ListPage:
    """Return the rows of the list that ``user`` may see, in one query."""
    view = wanted.view
    rows = selection(user, wanted)
    if found := read_mark(wanted.after):
        rows = rows.filter(_beyond(view, *found))
    if view.has_reasons:
        rows = rows.with_reasons()
    if view.says_why_spam:
        rows = rows.with_spam_reasons()
    if view.tells_ideas:
        rows = rows.with_ideas()
    fetched = list(rows.for_list().order_by(*_order(view))[: wanted.size + 1])
    shown = fetched[: wanted.size]
    following = wanted.at(mark(getattr(shown[-1], view.field), shown[-1].pk)) if len(fetched) > wanted.size else None
    return ListPage(shown, following)


def counts(user: User) -> dict[str, int]:
    """Return how many stand in each view that has a count, and how much is new for ``user``; one query.

    At most MOST_COUNTED each.
    """
    views = [view for view in VIEWS.values() if view.has_count]
    counted = {
        view.name.replace("-", "_"): CappedCount(_of_view(user, view).order_by().values("pk")[:MOST_COUNTED])
        for view in views
    }
    counted["for_me"] = CappedCount(
        visible(user).filter(seen_at=None, is_shown=True).order_by().values("pk")[:MOST_COUNTED]
    )
    row = User.objects.filter(pk=user.pk).order_by().values_list(*counted.values()).get()
    return {name: count or 0 for name, count in zip([*(view.name for view in views), FOR_ME], row, strict=True)}


def unseen_notices(user: User) -> int:
    """Return how much ``user`` was told and has not seen, at most MOST_COUNTED."""
    return visible(user).filter(seen_at=None, is_shown=True).order_by()[:MOST_COUNTED].count()


def _of_view(user: User, view: SavedView) -> ConversationQuerySet:
    return view.select(Conversation.objects.all().visible_to(user).by_turn(), user)


def _order(view: SavedView) -> list[str]:
    return [view.order, "-pk" if view.is_newest_first else "pk"]


def _matching(rows: ConversationQuerySet, view: SavedView, text: str) -> ConversationQuerySet:
    looked_at = rows.order_by(*_order(view)).values("pk")[:MOST_FILTERED]
    by_name = Q(customer__search_key__contains=search_key(text))
    return (
        Conversation.objects.all()
        .by_turn()
        .filter(by_name | Q(subject__icontains=text) | Q(preview__icontains=text), pk__in=looked_at)
    )


def _beyond(view: SavedView, moment: datetime, pk: int) -> Q:
    sign = "lt" if view.is_newest_first else "gt"
    at_or_beyond = Q(**{f"{view.field}__{sign}e": moment})
    # In this form the index is entered at the mark, however far down that is.
    return at_or_beyond & (Q(**{f"{view.field}__{sign}": moment}) | Q(**{f"pk__{sign}": pk}))


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

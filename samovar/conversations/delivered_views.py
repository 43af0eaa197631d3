"""The views that everybody has from the start: what each holds, in which order, what it says when it is empty."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.conversations.models import standing
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.saved_view import SavedView
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.lib import clock


def end_of_today() -> datetime:
    """Return when the reader's day ends."""
    here = timezone.localtime(clock.now())
    return datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=here.tzinfo)


@dataclass(frozen=True)
class Standing:
    """Selects what is open and fits a condition; all views that do so are counted in one pass."""

    where: Callable[[User], Q]

    def __call__(self, rows: ConversationQuerySet, user: User) -> ConversationQuerySet:
        """Return those of ``rows``."""
        return rows.open().filter(self.where(user))


@dataclass(frozen=True, kw_only=True)
class View:
    """One view: ``name`` stands in the address, ``order`` is the field that sorts, "-" first for the newest on top.

    ``filters`` say what it is narrowed to, as codes of ``conversations.filters``: of a saved view all that it holds, of
    a delivered one what stands in their place when somebody saves it as a view of their own. ``saved`` is the row of
    a saved one.

    ``has_count`` says that somebody has to act on what stands in it; ``tone`` marks it in the navigation.
    ``has_reasons`` has each row say why it did not arrive, ``says_why_spam`` why it is spam, ``tells_ideas`` what the
    idea is and who has had it.
    """

    name: str
    title: str | Promise
    select: Callable[[ConversationQuerySet, User], ConversationQuerySet]
    order: str
    has_count: bool = True
    tone: str = ""
    has_reasons: bool = False
    says_why_spam: bool = False
    tells_ideas: bool = False
    empty_title: str | Promise
    empty_text: str | Promise
    filters: tuple[str, ...] = ()
    saved: SavedView | None = None
    # The part of the product without which there is no such view.
    part: str = ""

    @property
    def field(self) -> str:
        """The field that sorts."""
        return self.order.removeprefix("-")

    @property
    def is_newest_first(self) -> bool:
        """Whether what is newest stands on top."""
        return self.order.startswith("-")


VIEWS = {
    view.name: view
    for view in (
        View(
            name="needs-reply",
            title=_("Needs a reply"),
            select=Standing(lambda user: standing.needs_reply()),
            order="turn",
            tone="accent",
            filters=("status:needs-reply",),
            empty_title=_("Everyone has an answer"),
            empty_text=_("What was promised soonest will stand on top here, then who waits longest."),
        ),
        View(
            name="mine",
            title=_("Mine"),
            select=Standing(standing.of_user),
            order="-last_message_at",
            filters=("status:open", "assignee:me"),
            empty_title=_("Nothing is assigned to you"),
            empty_text=_("Open a conversation and press M to take it."),
        ),
        View(
            name="promised",
            part="promises",
            title=_("Promised today"),
            select=lambda rows, user: rows.promised_until(end_of_today()),
            order="promise_due_at",
            tone="ok",
            filters=("promise:late", "promise:today"),
            empty_title=_("Every promise of today is kept"),
            empty_text=_(
                "Press P in a conversation to promise something by a moment. It stands here until it is kept."
            ),
        ),
        View(
            name="my-teams",
            title=_("My teams"),
            select=Standing(standing.of_teams_of),
            order="-last_message_at",
            filters=("status:open", "team:mine"),
            empty_title=_("Nothing waits for your teams"),
            empty_text=_("What somebody assigns to a team that you are in will stand here."),
        ),
        View(
            name="unassigned",
            title=_("Unassigned"),
            select=Standing(lambda user: standing.UNASSIGNED),
            order="-last_message_at",
            filters=("status:open", "assignee:nobody"),
            empty_title=_("Somebody answers for every conversation"),
            empty_text=_("What nobody has taken yet will stand here."),
        ),
        View(
            name="to-look-at",
            title=_("Worth a look"),
            select=Standing(lambda user: standing.TO_LOOK_AT),
            order="-last_message_at",
            filters=("status:to-look-at",),
            empty_title=_("You have seen everything"),
            empty_text=_("What comes back from snooze, or needs no reply and was not seen yet, will stand here."),
        ),
        View(
            name="snoozed",
            title=pgettext_lazy("saved view", "Snoozed"),
            select=Standing(lambda user: standing.SNOOZED),
            order="snoozed_until",
            filters=("status:snoozed",),
            empty_title=_("Nothing is snoozed"),
            empty_text=_("Press S in a conversation to put it aside until a day, or until the customer writes."),
        ),
        View(
            name="scheduled",
            title=pgettext_lazy("saved view", "Goes out later"),
            select=lambda rows, user: rows.scheduled(user),
            order="leaves_at",
            has_count=False,
            filters=("status:scheduled",),
            empty_title=_("No answer waits for its moment"),
            empty_text=_("Choose Send later in the menu beside Send, and the answer leaves by itself."),
        ),
        View(
            name="resolved",
            title=pgettext_lazy("saved view", "Resolved"),
            select=lambda rows, user: rows.resolved(),
            order="-resolved_at",
            has_count=False,
            tone="ok",
            filters=("status:resolved",),
            empty_title=_("Nothing is resolved yet"),
            empty_text=_("Press E in a conversation when its matter is settled."),
        ),
        View(
            name="undelivered",
            title=_("Undelivered"),
            select=lambda rows, user: rows.undelivered(),
            order="-undelivered_at",
            tone="bad",
            has_reasons=True,
            filters=("status:undelivered",),
            empty_title=_("Everything has arrived"),
            empty_text=_("A message of ours that could not be delivered will stand here with its reason."),
        ),
        View(
            name="automatic",
            title=_("Automatic"),
            select=lambda rows, user: rows.automatic(),
            order="-last_message_at",
            has_count=False,
            filters=("status:automatic",),
            empty_title=_("No machine has written"),
            empty_text=_("Out-of-office notes, bounces and newsletters are kept here, out of the way."),
        ),
        View(
            name="unreadable",
            title=_("Could not be read"),
            select=lambda rows, user: rows.unreadable(),
            order="-last_message_at",
            tone="warn",
            filters=("status:unreadable",),
            empty_title=_("Every message could be read"),
            empty_text=_("A message that we cannot understand will stand here, with all that came."),
        ),
        View(
            name="spam",
            title=pgettext_lazy("saved view", "Spam"),
            select=lambda rows, user: rows.spam(),
            order="-last_message_at",
            has_count=False,
            says_why_spam=True,
            filters=("status:spam",),
            empty_title=_("No spam"),
            empty_text=_("What your mail provider or one of you calls spam, and what the blocked write, is kept here."),
        ),
        View(
            name="without-cause",
            part="causes",
            title=_("Without a cause"),
            select=lambda rows, user: rows.without_cause(),
            order="-resolved_at",
            filters=("status:without-cause",),
            empty_title=_("Every resolved conversation has its cause"),
            empty_text=_(
                "What was resolved before anybody said why people had written will stand here. Press T in it."
            ),
        ),
        View(
            name="ideas",
            part="ideas",
            title=pgettext_lazy("saved view", "Ideas"),
            select=lambda rows, user: rows.ideas(),
            order="-idea_at",
            has_count=False,
            tells_ideas=True,
            filters=("status:ideas",),
            empty_title=_("No ideas yet"),
            empty_text=_("Mark a conversation as an idea under More actions: it stands here with who had it."),
        ),
        View(
            name="everything",
            title=pgettext_lazy("saved view", "Everything"),
            select=lambda rows, user: rows.filter(kind="human"),
            order="-last_message_at",
            has_count=False,
            empty_title=_("Nobody has written yet"),
            empty_text=_("Every conversation with a person will stand here, open or resolved."),
        ),
    )
}
FIRST = VIEWS["needs-reply"]

# What a list can be narrowed to.
ONLY: dict[str, Callable[[User], Q]] = {
    "mine": lambda user: Q(assignee=user),
    "unread": lambda user: Q(is_unread=True),
    "pressing": lambda user: Q(priority__gte=Priority.HIGH),
}

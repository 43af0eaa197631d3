"""Filters by what the team has done: how far it is, who has it, what it is about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from samovar.accounts.models import Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations.delivered_views import ONLY, VIEWS, Standing
from samovar.conversations.filters.base import MOST_OFFERED, NOTHING, OfChoices, OfRows
from samovar.conversations.models import Cause, Conversation, ConversationTag, Inbox, Message, Tag
from samovar.conversations.models.message import Direction, Way
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.conversations.models.standing import IN_SIGHT, OPEN, WAITS_FOR_CUSTOMER
from samovar.lib.naming import called


class StatusFilter(OfChoices):
    """How far the matter is: two of its own, beside what the delivered views of these names hold."""

    is_near = True
    name = "status"
    title = pgettext_lazy("of a conversation", "Status")
    own: ClassVar[Mapping[str, tuple[str | Promise, Q]]] = {
        "open": (pgettext_lazy("status", "Open, in sight"), IN_SIGHT),
        "waiting": (gettext_lazy("Waits for the customer"), WAITS_FOR_CUSTOMER),
    }
    as_views: tuple[str, ...] = ("needs-reply", "snoozed", "resolved", "to-look-at", "scheduled", "undelivered")
    as_views += ("ideas", "without-cause", "automatic", "unreadable", "spam")

    @property
    def choices(self) -> Mapping[str, str | Promise]:
        """The two, and the views."""
        own = {name: words for name, (words, _condition) in self.own.items()}
        return own | {name: VIEWS[name].title for name in self.as_views}

    def narrow(self, rows: ConversationQuerySet, values: Sequence[str], user: User) -> ConversationQuerySet:
        """Return those of ``rows``; of one status in the words of its view, which the indexes know."""
        if len(values) == 1 and values[0] in self.as_views:
            return VIEWS[values[0]].select(rows, user)
        return super().narrow(rows, values, user)

    def condition(self, value: str, user: User) -> Q:
        """Return the condition of one of several."""
        if value in self.own or isinstance(VIEWS[value].select, Standing):
            return OPEN & self.of_open(value, user)
        return Q(pk__in=VIEWS[value].select(Conversation.objects.all(), user).order_by().values("pk"))

    def of_open(self, value: str, user: User) -> Q:
        """Return the condition of one of TO_ACT_ON among what is open."""
        if value in self.own:
            return self.own[value][1]
        select = VIEWS[value].select
        assert isinstance(select, Standing)
        return select.where(user)


class MarkFilter(OfChoices):
    """What a row shows beside its text: that nobody has read it, or that it presses."""

    is_near = True
    name = "mark"
    title = gettext_lazy("Marked")
    choices: ClassVar = {
        "unread": pgettext_lazy("of a conversation", "unread"),
        "pressing": pgettext_lazy("of a conversation", "pressing"),
    }

    def condition(self, value: str, user: User) -> Q:
        """Return that it is so."""
        return ONLY[value](user)


class AssigneeFilter(OfRows):
    """Who answers for it."""

    is_near = True
    name = "assignee"
    title = gettext_lazy("Assigned to")
    fixed: ClassVar = {"me": gettext_lazy("me"), "nobody": gettext_lazy("nobody")}

    def rows(self, user: User) -> QuerySet[User]:
        """Return everybody who may have been chosen."""
        return User.objects.all()

    def offered(self, typed: str, user: User) -> QuerySet[User]:
        """Return who answers customers now."""
        rows = User.objects.filter(called(typed), is_active=True, role__in=ANSWERING)
        return rows.exclude(pk=user.pk).order_by("sort_key", "pk")

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return that any of them answers for it."""
        return Q(assignee__in=numbers)

    def of_fixed(self, value: str, user: User) -> Q:
        """Return that the reader, or nobody, answers for it."""
        return Q(assignee=user) if value == "me" else Q(assignee=None)

    def is_outdated(self, row: Any) -> bool:
        """Whether they have left."""
        return not row.is_active


class TeamFilter(OfRows):
    """Which team answers for it."""

    is_near = True
    name = "team"
    title = gettext_lazy("Team")
    fixed: ClassVar = {"mine": gettext_lazy("my teams"), "none": gettext_lazy("no team")}

    def rows(self, user: User) -> QuerySet[Team]:
        """Return all teams, dissolved or not."""
        return Team.objects.all()

    def offered(self, typed: str, user: User) -> QuerySet[Team]:
        """Return those that there are."""
        return Team.objects.all().in_use().filter(called(typed)).order_by("name", "pk")

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return that any of them answers for it."""
        return Q(team__in=numbers)

    def of_fixed(self, value: str, user: User) -> Q:
        """Return that a team of the reader, or none, answers for it."""
        own = User.teams.through.objects.filter(user=user).values("team")
        return Q(team__in=own) if value == "mine" else Q(team=None)


class TagFilter(OfRows):
    """What tag is on it, also by what was merged into that."""

    name = "tag"
    title = gettext_lazy("Tag")

    def rows(self, user: User) -> QuerySet[Tag]:
        """Return all tags, retired or not."""
        return Tag.objects.all()

    def offered(self, typed: str, user: User) -> QuerySet[Tag]:
        """Return those that can be put on."""
        return Tag.objects.all().in_use().filter(called(typed)).order_by("name", "pk")

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return that any of them is on it; they come with what was merged into them."""
        # By numbers and not by a question: then the index gives them in the order in which it gives conversations.
        return Q(pk__in=ConversationTag.objects.filter(tag__in=numbers).values("conversation"))

    def meanings(self, numbers: Collection[int], user: User) -> Iterable[tuple[int, int]]:
        """Yield which tags were merged into which of these."""
        rows = Tag.objects.filter(merged_into__in=numbers).order_by()
        return ((into, number) for into, number in rows.values_list("merged_into", "pk") if into is not None)


class CauseFilter(OfRows):
    """Why the customer turned to us: a cause, what stands below it, and what was merged into these."""

    is_near = True
    name = "cause"
    title = gettext_lazy("Cause")
    fixed: ClassVar = {"none": gettext_lazy("no cause")}

    def rows(self, user: User) -> QuerySet[Cause]:
        """Return all causes, retired or not."""
        return Cause.objects.all()

    def offers(self, typed: str, user: User) -> Iterable[tuple[str, str]]:
        """Return those in use; their names are read in the reader's language, so not by the database."""
        rows = Cause.objects.all().in_order().filter(archived_at=None, merged_into=None)
        found = [(str(row.pk), str(row)) for row in rows]
        words = [*((value, str(words)) for value, words in self.fixed.items()), *found]
        return [(value, name) for value, name in words if typed.lower() in name.lower()][:MOST_OFFERED]

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return that any of them, or one below, is its cause."""
        # Asked for beforehand: only where the planner knows which causes it knows how many conversations have them.
        meant = Cause.objects.all().meaning_any(numbers).values_list("pk", flat=True)
        return Q(cause__in=list(meant))

    def of_fixed(self, value: str, user: User) -> Q:
        """Return that nobody has said why."""
        return Q(cause=None)


class InboxFilter(OfRows):
    """Through which inbox they wrote."""

    is_near = True
    name = "inbox"
    title = pgettext_lazy("of mail", "Inbox")

    def rows(self, user: User) -> QuerySet[Inbox]:
        """Return those that are open to the reader: the name of another one is not for them."""
        return Inbox.objects.all().open_to(user)

    def offered(self, typed: str, user: User) -> QuerySet[Inbox]:
        """Return those that still take mail."""
        return self.rows(user).filter(called(typed), archived_at=None).order_by("pk")

    def of_rows(self, numbers: Collection[int], user: User) -> Q:
        """Return that it stands in any of them."""
        return Q(inbox__in=numbers)


class ChannelFilter(OfChoices):
    """By what something came from the customer: by a mail of theirs, or on the phone or in person, as written down."""

    name = "channel"
    title = gettext_lazy("Channel")
    mail = "mail"
    choices: ClassVar = {mail: pgettext_lazy("channel", "Mail"), **dict(Way.choices)}

    def where(self, values: Sequence[str], user: User) -> Q:
        """Return that something came by any of them."""
        ways = [value for value in values if value in Way.values]
        # What was written down is rare and has an index of its own; its condition is repeated for the planner.
        came = Q(way__in=ways) & ~Q(way="") if ways else NOTHING
        if self.mail in values:
            came |= Q(direction=Direction.IN)
        # One question for all of them: of several, each would be answered for all there is before the list begins.
        return Q(pk__in=Message.objects.filter(came).values("conversation"))

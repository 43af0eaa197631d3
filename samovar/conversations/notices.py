"""What members of staff were told, as they may see it now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samovar.accounts.models import Notice, Notification, User
from samovar.accounts.models.notification import NotificationQuerySet
from samovar.conversations.models import Consultation, Conversation, Message
from samovar.lib.marks import mark, read_mark

PAGE = 30
ICONS = {
    Notice.MENTION: "at",
    Notice.ASSIGNED: "user",
    Notice.ANSWER: "mail",
    Notice.NOTE: "note",
    Notice.UNDELIVERED: "alert",
    Notice.HELD: "send",
    Notice.PROMISE: "calendar",
    Notice.REMINDER: "bell",
    Notice.ASKED: "user",
    Notice.ADVICE: "user",
    Notice.PROPOSED: "shield",
    Notice.DECIDED: "shield",
}
UNKNOWN = "bell"


@dataclass(frozen=True)
class Line:
    """Something that somebody was told, with what they may see of it now."""

    told: Notification
    conversation: Conversation | None
    words: str
    preview: str
    icon: str
    question: Consultation | None = None

    @property
    def address(self) -> str:
        """Where it leads: to the conversation or the question, or, when many were given at once, to all of them.

        What is decided about customers stands on a page of its own.
        """
        about = self.question or self.conversation
        if about is None:
            return reverse("all_restrictions")
        return about.get_absolute_url() if self.is_one else f"{reverse('inbox')}?view=mine"

    @property
    def is_one(self) -> bool:
        """Whether it is about one conversation or question."""
        return self.told.number == 1


@dataclass(frozen=True)
class Lines:
    """A page of what somebody was told, newest first; ``after`` is the mark of the next one, "" at the end."""

    lines: list[Line]
    after: str


def visible(user: User) -> NotificationQuerySet:
    """Return what ``user`` was told about conversations that they may see now, or are asked about as an expert."""
    seen = Conversation.objects.all().visible_to(user).filter(pk=OuterRef("conversation_id"))
    asked = Conversation.objects.all().asked_of(user).filter(pk=OuterRef("conversation_id"))
    about_customers = Q(kind__in=_about_customers(user), conversation_id=None)
    return Notification.objects.filter(
        Q(Exists(seen), ~Q(kind=Notice.ASKED)) | Q(Exists(asked), kind=Notice.ASKED) | about_customers, user=user
    )


def _about_customers(user: User) -> list[Notice]:
    """Return what ``user`` may be told about customers themselves: only leads decide."""
    if not user.can_look:
        return []
    return [Notice.PROPOSED, Notice.DECIDED] if user.can_lead else [Notice.DECIDED]


def told(user: User, after: str = "", *, is_all: bool = False) -> Lines:
    """Return what ``user`` was told and has not seen, or all of it, in three queries."""
    rows = visible(user).filter(is_shown=True)
    rows = rows if is_all else rows.filter(seen_at=None)
    if edge := read_mark(after):
        rows = rows.filter(Q(made_at__lt=edge[0]) | Q(made_at=edge[0], pk__lt=edge[1]))
    found = list(rows.with_names().order_by("-made_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return Lines(lines(shown), mark(shown[-1].made_at, shown[-1].pk) if len(found) > PAGE else "")


def lines(rows: Sequence[Notification]) -> list[Line]:
    """Return rows of ``visible``, fetched ``with_names``, in words; two queries, one more where experts are asked."""
    conversations = Conversation.objects.select_related("customer").in_bulk([row.conversation_id for row in rows])
    messages = Message.objects.defer("html").in_bulk([row.message_ids[-1] for row in rows if row.message_ids])
    questions = _questions(rows)
    return [
        replace(_line(row, conversations, messages), question=questions.get((row.user_id, row.conversation_id)))
        if row.kind == Notice.ASKED
        else _line(row, conversations, messages)
        for row in rows
        if row.conversation_id in conversations or row.conversation_id is None
    ]


def _questions(rows: Sequence[Notification]) -> dict[tuple[int, int | None], Consultation]:
    asked = [row.conversation_id for row in rows if row.kind == Notice.ASKED]
    found = Consultation.objects.all().open().filter(conversation__in=asked).order_by("pk") if asked else ()
    return {(one.expert_id, one.conversation_id): one for one in found}


def _line(row: Notification, conversations: dict[int, Conversation], messages: dict[int, Message]) -> Line:
    message = messages.get(row.message_ids[-1]) if row.message_ids else None
    name = getattr(row, "actor_name", None) or _("Somebody")
    preview = message.preview if message else ""
    icon = ICONS.get(Notice(row.kind), UNKNOWN) if row.kind in Notice.values else UNKNOWN
    return Line(row, conversations.get(row.conversation_id or 0), words(row.kind, row.count, name), preview, icon)


def words(kind: str, count: int, name: str) -> str:
    """Say what somebody is told, in the reader's language; ``name`` is whose doing the last of it was."""
    of_one, of_several = _wordings(count).get(kind, (_("Something new"), _("Something new")))
    return (of_one if count == 1 else of_several) % {"count": count, "name": name}


def _wordings(count: int) -> dict[str, tuple[str, str]]:
    """Return by kind how one thing is told, and how ``count`` of them are."""
    answers = ngettext("%(count)d new message", "%(count)d new messages", count)
    lost = ngettext(
        "%(count)d message of yours is not delivered", "%(count)d messages of yours are not delivered", count
    )
    asked, advice = _("%(name)s brings you in as an expert"), _("News of an expert whom you brought in")
    held = _("A planned answer of yours is held back")
    proposed = _("%(name)s proposes something about a difficult customer")
    decided = _("%(name)s has decided what you proposed about a customer")
    promised, wanted = _("A promise of yours is due"), _("You wanted to be reminded")
    return {
        Notice.MENTION: (
            _("%(name)s names you in a note"),
            ngettext("%(count)d note names you", "%(count)d notes name you", count),
        ),
        Notice.ASSIGNED: (
            _("%(name)s gives it to you"),
            ngettext("%(name)s gives you %(count)d conversation", "%(name)s gives you %(count)d conversations", count),
        ),
        Notice.ANSWER: (answers, answers),
        Notice.NOTE: (_("A note by %(name)s"), ngettext("%(count)d new note", "%(count)d new notes", count)),
        Notice.UNDELIVERED: (lost, lost),
        Notice.HELD: (held, held),
        Notice.PROMISE: (promised, promised),
        Notice.REMINDER: (wanted, wanted),
        Notice.ASKED: (asked, asked),
        Notice.ADVICE: (advice, advice),
        Notice.PROPOSED: (proposed, proposed),
        Notice.DECIDED: (decided, decided),
    }

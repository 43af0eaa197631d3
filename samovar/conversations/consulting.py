"""Bringing in an expert: a colleague reads one conversation for one question, answers it, and leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext as _

from samovar.accounts.models import Brand, User
from samovar.accounts.voices import shown_name
from samovar.conversations import drafting, releasing, sending_off, withdrawing
from samovar.conversations.drafting import Typed
from samovar.conversations.errors import AskedAlready, LeftAlready, QuestionOver
from samovar.conversations.events import ExpertAnswered, ExpertAsked, ExpertDeclined, ExpertHandedBack
from samovar.conversations.models import Consultation, Conversation, Message, PendingReply
from samovar.conversations.models.consultation import BY_EXPERT, LONGEST_QUESTION, LONGEST_WORDS, OPEN_FOR, Ending
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.models.message import Direction, MessageQuerySet
from samovar.conversations.sending_off import Leaving
from samovar.conversations.threads import Said, said
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import storable, tidy

# What an expert gets to read at once; whoever needs more asks.
MOST_READ = 200
# As long as that an expert can take back how they have answered.
TAKEN_BACK_FOR = timedelta(minutes=10)
ONE_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What an expert is asked; ``is_told`` says that the customer is told who will answer."""

    expert: User
    question: str
    due_at: datetime | None = None
    may_write: bool = False
    is_told: bool = False


@dataclass(frozen=True)
class Asked:
    """A question that was asked, and the message to the customer that leaves with it."""

    consultation: Consultation
    pending: PendingReply | None = None


@transaction.atomic
def ask(conversation: Conversation, asking: Asking, by: User) -> Asked:
    """Bring in an expert. The same question by the same person again, meant in the same way, is asked once.

    Raises AskedAlready when the expert is asked here already, CustomerErased and MergedAway.
    """
    conversation.writable()
    question = storable(tidy(asking.question))[:LONGEST_QUESTION]
    open_ones = Consultation.objects.all().open().select_related("expert", "asked_by", "conversation")
    found = open_ones.filter(conversation=conversation, expert=asking.expert).first()
    if found is not None and (found.asked_by_id, found.question) == (by.pk, question) and _is_meant(found, asking):
        return Asked(found)
    if found is not None:
        raise AskedAlready(_already(found))
    consultation = Consultation.objects.create(
        conversation=conversation,
        expert=asking.expert,
        asked_by=by,
        question=question,
        may_write=asking.may_write,
        asked_at=clock.now(),
        due_at=asking.due_at,
    )
    announce(ExpertAsked(**conversation.heading(by), **consultation.facts, preview=question))
    return Asked(consultation, _tell_customer(consultation, by) if asking.is_told else None)


@transaction.atomic
def withdraw(consultation: Consultation, by: User, pending_id: int | None = None) -> bool:
    """Ask no more; what tells the customer of it does not leave either, if it has not left.

    Returns whether it is withdrawn: who has answered meanwhile has been asked, and nothing is done.
    """
    if not consultation.withdraw(by):
        return False
    row = releasing.taken(pending_id) if pending_id else None
    if row is not None and row.author_id == by.pk and row.conversation_id == consultation.conversation_id:
        row.delete()
    return True


@transaction.atomic
def ask_again(consultation: Consultation, by: User) -> bool:
    """Take back that it was withdrawn, twice is once; returns whether the expert is asked now.

    They are not where something else has ended it meanwhile, or where they are not there any more.
    """
    return consultation.take() or (consultation.ending == Ending.WITHDRAWN and consultation.reopen(by))


@transaction.atomic
def answer(consultation: Consultation, text: str, by: User) -> Message:
    """Answer with a note to the team, and leave. Raises QuestionOver, EmptyMessage and CustomerErased."""
    _take(consultation)
    note = drafting.write(consultation.conversation, Typed(mode=DraftMode.NOTE, text=text), by=by)
    consultation.answer = note
    consultation.end(Ending.ANSWERED, ExpertAnswered, by)
    return note


@transaction.atomic
def reply(consultation: Consultation, typed: Typed, by: User, seen_pending: int = 0) -> PendingReply | Message:
    """Answer the customer, and leave. It goes out like any answer of ours, and can be taken back like one.

    Raises QuestionOver, also where the expert may not write to the customer, and what sending_off.send_off() raises.
    """
    _take(consultation)
    if not consultation.may_write:
        raise QuestionOver(_("You were asked for a note to the team. Only they write to the customer."))
    conversation = consultation.conversation
    sent: PendingReply | Message
    if by.undo_seconds:
        sent = sending_off.send_off(conversation, typed, by=by, leaving=Leaving(seen_pending=seen_pending))
    else:
        sending_off.check_nobody_answers(conversation, by, seen_pending)
        sent = drafting.write(conversation, typed, by=by)
    consultation.end(Ending.ANSWERED, ExpertAnswered, by)
    return sent


@transaction.atomic
def hand_back(consultation: Consultation, words: str, by: User) -> None:
    """Leave with a line that sums it up, which stands at the head of the conversation. Raises QuestionOver."""
    _take(consultation)
    _end(consultation, Ending.HANDED_BACK, ExpertHandedBack, words, by)


@transaction.atomic
def decline(consultation: Consultation, words: str, by: User) -> None:
    """Leave because one cannot help, for the reason given. Raises QuestionOver."""
    _take(consultation)
    _end(consultation, Ending.DECLINED, ExpertDeclined, words, by)


@transaction.atomic
def take_back(consultation: Consultation, by: User) -> None:
    """Take back how the expert has answered, a few minutes ago; the text is a draft of theirs again.

    Raises LeftAlready for what a customer may have read by now, for what is too long ago, and for what the team has
    ended: nobody lets themselves back in. Twice is once.
    """
    if consultation.take():
        return
    is_own = consultation.ending in BY_EXPERT
    if not is_own or consultation.ended_at is None or consultation.ended_at < clock.now() - TAKEN_BACK_FOR:
        raise LeftAlready
    conversation, note = consultation.conversation, consultation.answer
    if note is not None:
        text = note.text
        withdrawing.hide(note, by)
        drafting.add(conversation, DraftMode.NOTE, text, by)
    elif consultation.ending == Ending.ANSWERED:
        rows = PendingReply.objects.leaving().filter(conversation=conversation, author=by)
        newest = rows.order_by("-pk").values_list("pk", flat=True).first()
        if newest is None:
            raise LeftAlready
        sending_off.take_back(newest, by=by)
    elif consultation.words:
        drafting.add(conversation, DraftMode.NOTE, consultation.words, by)
    consultation.reopen(by)


def readable(user: User, *, is_file: bool = False) -> Q:
    """Return the condition on messages that ``user`` may read: the one place that says what experts see.

    All of what they see as anybody of the team does; where they are asked as an expert, what was said with the customer
    there, and of the notes those that were written since.
    """
    at = "message__" if is_file else ""
    seen = Conversation.objects.all().visible_to(user).order_by()
    asked = Consultation.objects.all().open().filter(expert=user, conversation=OuterRef(f"{at}conversation"))
    since = asked.filter(asked_at__lte=OuterRef(f"{at}created_at"))
    is_aside = Q(**{f"{at}direction": Direction.NOTE, f"{at}way": ""})
    return Q(**{f"{at}conversation__in": seen.values("pk")}) | (~is_aside & Exists(asked)) | Exists(since)


def thread(consultation: Consultation) -> list[Said]:
    """Return what an open question lets the expert read, oldest first, in full length; two queries."""
    found = list(_read_in(consultation).of_thread().order_by("-created_at", "-id")[:MOST_READ])
    return [said(message, is_whole=True) for message in reversed(found)]


def has_more(consultation: Consultation, shown_id: int) -> bool:
    """Whether there is something to read that was written after the message with this number; one query."""
    return _read_in(consultation).filter(pk__gt=shown_id).exclude(author=consultation.expert_id).exists()


def asked_of(user: User) -> Sequence[Consultation]:
    """Return what ``user`` is asked now, what is wanted first at the top."""
    rows = Consultation.objects.all().open().filter(expert=user).select_related("asked_by", "conversation")
    return sorted(rows.order_by("asked_at")[:MOST_READ], key=lambda row: row.due_at or row.asked_at + OPEN_FOR)


def _read_in(consultation: Consultation) -> MessageQuerySet:
    is_aside, since = Q(direction=Direction.NOTE, way=""), Q(created_at__gte=consultation.asked_at)
    return Message.objects.filter(~is_aside | since, conversation=consultation.conversation_id, withdrawal=None)


def _take(consultation: Consultation) -> None:
    if not consultation.take():
        raise QuestionOver(_("The question is over meanwhile. Your text is not sent."))


def _end(
    consultation: Consultation, ending: Ending, event: type[ExpertHandedBack | ExpertDeclined], words: str, by: User
) -> None:
    consultation.end(ending, event, by, storable(tidy(words))[:LONGEST_WORDS])
    drafting.forget(consultation.conversation, DraftMode.NOTE, by)


def _is_meant(found: Consultation, asking: Asking) -> bool:
    """Whether the two are asked in the same way: "in 2 h" said twice in a minute is one moment."""
    if found.may_write != asking.may_write or (found.due_at is None) != (asking.due_at is None):
        return False
    return not (found.due_at and asking.due_at) or abs(found.due_at - asking.due_at) <= ONE_MOMENT


def _already(found: Consultation) -> str:
    text = _("%(name)s is asked here already, by %(by)s: “%(question)s”")
    return text % {"name": found.expert.name, "by": found.asked_by.name, "question": found.question}


def _tell_customer(consultation: Consultation, by: User) -> PendingReply | None:
    """Send the customer off a line about who will answer; what its author is typing stays as it is."""
    conversation, expert = consultation.conversation, consultation.expert
    name = shown_name(expert) if conversation.inbox.voice_of(by).is_personal else ""
    language = conversation.customer.language or Brand.objects.of(conversation.inbox.brand_id).language
    with translation.override(language):
        text = told_customer(name, may_write=consultation.may_write)
    typed = Typed(mode=DraftMode.REPLY, text=text)
    if by.undo_seconds:
        return sending_off.plan(conversation, typed, by=by, leaving=Leaving())
    sending_off.check_nobody_answers(conversation, by, 0)
    drafting.say(conversation, typed, by=by)
    return None


def told_customer(name: str, *, may_write: bool) -> str:
    """Return the line that tells a customer who will answer, in the language that is set."""
    if may_write:
        text = _("%(name)s knows most about this and will answer you.")
    else:
        text = _("We have asked %(name)s, who knows most about this, and will write to you again.")
    return text % {"name": name or _("a colleague")}

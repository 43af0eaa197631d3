"""Whom something is told to: those whom a note names, who answer, who watch; nobody of what they did themselves."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet

from samovar.accounts.models import News, Notice, NoticeWays, Notification, User
from samovar.conversations import bulk_pages
from samovar.conversations.events import (
    BulkRunEnded,
    ColleagueMentioned,
    ConversationAssigned,
    ConversationEvent,
    ConversationMerged,
    ExpertAsked,
    ExpertEvent,
    ExpertReopened,
    MessageFailed,
    MessageReceived,
    NoteAdded,
    NoteDeleted,
    PromiseDue,
    ReminderDue,
    ScheduledHeld,
)
from samovar.conversations.models import Consultation, Conversation, Mention, Message, Withdrawal
from samovar.conversations.models.mention import those_who_look
from samovar.lib import clock

# What an import brings from long ago is no news.
RECENT = timedelta(days=3)


def tell_whom_a_note_names(event: ColleagueMentioned) -> None:
    """Tell a colleague that a note names them."""
    if Mention.objects.filter(message=event.message_id, user=event.mentioned_id).exists():
        _tell(event, Notice.MENTION, [event.mentioned_id], event.message_id)


def tell_of_note(event: NoteAdded) -> None:
    """Tell those who answer or watch of a note, except whom it names: they are told that it does."""
    if Withdrawal.objects.filter(message=event.message_id).exists():
        return
    named = set(Mention.objects.filter(message=event.message_id).values_list("user_id", flat=True))
    # Who asked the expert is told of the answer, and that is once.
    asked_by = set(Consultation.objects.filter(answer=event.message_id).values_list("asked_by_id", flat=True))
    _tell(event, Notice.NOTE, _concerned(event) - named - asked_by, event.message_id)


def tell_of_answer(event: MessageReceived) -> None:
    """Tell those who answer or watch that the customer has written."""
    if event.is_waiting:
        _tell(event, Notice.ANSWER, _concerned(event), event.message_id)


def tell_whom_it_is_given_to(event: ConversationAssigned) -> None:
    """Tell somebody that a conversation is theirs now; of many that are given at once they are told at the end."""
    if event.assignee_id is not None and event.run_id is None:
        _tell(event, Notice.ASSIGNED, [event.assignee_id])


def tell_whom_many_are_given_to(event: BulkRunEnded) -> None:
    """Tell everybody once how many conversations were given to them at once."""
    for given in bulk_pages.given(event.run_id):
        if given.to_id != event.actor_id:
            news = News(
                kind=Notice.ASSIGNED,
                at=event.at,
                conversation_id=given.first_id,
                actor_id=event.actor_id,
                number=given.number,
            )
            _tell_all({given.to_id}, news)


def tell_of_loss(event: MessageFailed) -> None:
    """Tell the author that a message of theirs was not delivered."""
    authors = Message.objects.filter(pk=event.message_id, author__isnull=False).values_list("author_id", flat=True)
    _tell(event, Notice.UNDELIVERED, list(authors), event.message_id)


def tell_of_held_answer(event: ScheduledHeld) -> None:
    """Tell the author that an answer that they had planned did not leave."""
    _tell(event, Notice.HELD, [event.author_id])


def tell_of_promise(event: PromiseDue) -> None:
    """Tell whoever keeps a promise that its moment comes, or has passed."""
    if event.owner_id is not None:
        _tell(event, Notice.PROMISE, [event.owner_id])


def tell_of_reminder(event: ReminderDue) -> None:
    """Tell somebody that they wanted to come back to a conversation now."""
    _tell_all({event.user_id}, News(kind=Notice.REMINDER, at=event.at, conversation_id=event.of_conversation))


def tell_expert(event: ExpertAsked | ExpertReopened) -> None:
    """Tell an expert that they are asked, unless the question was withdrawn before they could hear of it."""
    row = Consultation.objects.all().open().filter(pk=event.consultation_id).first()
    if row is not None and event.expert_id != event.actor_id:
        news = News(kind=Notice.ASKED, at=event.at, conversation_id=row.conversation_id, actor_id=event.actor_id)
        _tell_each(User.objects.filter(pk=event.expert_id, is_active=True), news)


def tell_of_advice(event: ExpertEvent) -> None:
    """Tell whoever asked an expert that there is an answer, or that there is none."""
    row = Consultation.objects.filter(pk=event.consultation_id).first()
    if row is not None:
        _tell(event, Notice.ADVICE, [row.asked_by_id], row.answer_id)


def take_back_note(event: NoteDeleted) -> None:
    """Tell nobody any more of a note that was deleted."""
    Notification.objects.all().take_back(event.conversation_id, event.message_id)


def follow_merge(event: ConversationMerged) -> None:
    """Lead from what was told of a conversation to the one into which it was merged."""
    Notification.objects.all().follow(event.other_id, event.conversation_id)


def _concerned(event: ConversationEvent) -> set[int]:
    conversation = Conversation.objects.filter(pk=event.conversation_id).first()
    if conversation is None:
        return set()
    # What was there when somebody began to watch is no news to them.
    watching = set(conversation.watchings.filter(began_at__lte=event.at).values_list("user_id", flat=True))
    return watching | ({conversation.assignee_id} if conversation.assignee_id else set())


def _tell(event: ConversationEvent, kind: Notice, user_ids: Iterable[int], message_id: int | None = None) -> None:
    news = News(
        kind=kind,
        at=event.at,
        conversation_id=event.conversation_id,
        message_id=message_id,
        actor_id=event.actor_id,
    )
    _tell_all({pk for pk in user_ids if pk != event.actor_id}, news)


def _tell_all(wanted: set[int], news: News) -> None:
    conversation = Conversation.objects.all().present().filter(pk=news.conversation_id).first()
    if conversation is None or not wanted or clock.now() - news.at > RECENT:
        return
    _tell_each(those_who_look(conversation.inbox).filter(pk__in=wanted), news)


def _tell_each(people: QuerySet[User], news: News) -> None:
    for person in people.order_by("pk"):
        ways = NoticeWays.of(person)
        is_shown = news.kind not in ways.hidden
        if is_shown or news.kind in ways.mailed or news.kind in ways.told_on_devices:
            Notification.objects.all().tell(person.pk, news, is_shown=is_shown)

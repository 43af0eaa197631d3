"""Whom something is told to: those whom a note names, who answer, who watch; nobody of what they did themselves."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet

from samovar.accounts.models import News, Notice, NoticeWays, Notification, User
from samovar.accounts.models.notification import Followed
from samovar.accounts.models.user import LEADING
from samovar.conversations import belongings, bulk_pages
from samovar.conversations.events import (
    BulkRunEnded,
    ColleagueMentioned,
    ConversationAssigned,
    ConversationEvent,
    ConversationMerged,
    ConversationSplit,
    ExpertAsked,
    ExpertEvent,
    ExpertReopened,
    MergeUndone,
    MessageFailed,
    MessageMoved,
    MessageReceived,
    MoveUndone,
    NoteAdded,
    NoteDeleted,
    NoteEdited,
    PromiseDue,
    ReminderDue,
    ScheduledHeld,
)
from samovar.conversations.models import Consultation, Conversation, Mention, Message, Regrouping, Withdrawal
from samovar.conversations.models.mention import those_who_look
from samovar.customers.events import (
    RestrictionBegun,
    RestrictionEvent,
    RestrictionProposed,
    RestrictionRefused,
    RestrictionReopened,
)
from samovar.customers.models import Restriction, RestrictionState
from samovar.lib import clock

# What an import brings from long ago is no news.
RECENT = timedelta(days=3)
# Under which names it is noted what followed a merge: rows that went along, and rows that gathered others.
MOVED, GATHERED = "accounts.Notification.moved", "accounts.Notification.gathered"
# Of a decision that was taken back before it could be told nobody hears.
STATES = {RestrictionBegun: RestrictionState.IN_FORCE, RestrictionRefused: RestrictionState.REFUSED}


def tell_whom_a_note_names(event: ColleagueMentioned) -> None:
    """Tell a colleague that a note names them."""
    told = Notification.objects.filter(user=event.mentioned_id, message_ids__contains=[event.message_id])
    is_told = told.filter(kind=Notice.MENTION, conversation_id=event.conversation_id).exists()
    # Whom an edit has taken out of a note and another one names again has been told.
    if not is_told and Mention.objects.filter(message=event.message_id, user=event.mentioned_id).exists():
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
    if event.is_waiting and not event.is_held:
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


def tell_of_proposal(event: RestrictionProposed | RestrictionReopened) -> None:
    """Tell those who lead that somebody proposes something about a customer, while it waits for them."""
    if Restriction.objects.all().waiting().filter(pk=event.restriction_id).exists():
        leads = User.objects.filter(is_active=True, role__in=LEADING).exclude(pk=event.actor_id or 0)
        _tell_about_customer(event, Notice.PROPOSED, leads)


def tell_of_decision(event: RestrictionBegun | RestrictionRefused) -> None:
    """Tell whoever has proposed something about a customer what became of it."""
    row = Restriction.objects.filter(pk=event.restriction_id).first()
    if row is not None and row.proposed_by_id != event.actor_id and row.state == STATES[type(event)]:
        _tell_about_customer(event, Notice.DECIDED, User.objects.filter(is_active=True, pk=row.proposed_by_id))


def take_back_note(event: NoteDeleted) -> None:
    """Tell nobody any more of a note that was deleted."""
    Notification.objects.all().take_back(event.conversation_id, event.message_id)


def take_back_names(event: NoteEdited) -> None:
    """Tell nobody any more that a note names them which does not by now, unless they have looked already."""
    named = Mention.objects.filter(message=event.message_id).values("user_id")
    unseen = Notification.objects.filter(kind=Notice.MENTION, seen_at=None).exclude(user__in=named)
    unseen.take_back(event.conversation_id, event.message_id)


def follow_merge(event: ConversationMerged) -> None:
    """Lead from what was told of a conversation to the one into which it was merged, while it is."""
    if Regrouping.objects.all().in_force().filter(pk=event.regrouping_id).exists():
        found = Notification.objects.all().follow(event.other_id, event.conversation_id)
        for place, row_ids in ((MOVED, found.moved), (GATHERED, found.gathered)):
            belongings.note_in(event.regrouping_id, place, row_ids)


def part_again(event: MergeUndone) -> None:
    """Lead from what was told of two conversations that were merged to each of them again."""
    done = Regrouping.objects.get(pk=event.regrouping_id)
    if event.conversation_id != done.source_id:
        return
    named = Notification.objects.filter(conversation_id=event.other_id).values_list("message_ids", flat=True)
    back = Message.objects.filter(pk__in={pk for ids in named for pk in ids}, conversation=done.source_id)
    moved, gathered = (done.rows.filter(place=place) for place in (MOVED, GATHERED))
    told = Followed(*(list(rows.values_list("row_id", flat=True)) for rows in (moved, gathered)))
    message_ids = set(back.values_list("pk", flat=True))
    Notification.objects.all().part(event.other_id, done.source_id, message_ids, told)


def follow_messages(event: ConversationSplit | MessageMoved | MoveUndone) -> None:
    """Lead from what was told of messages to the conversation in which they stand now."""
    pair = [event.conversation_id, event.other_id]
    told = Notification.objects.filter(conversation_id__in=pair).values_list("message_ids", flat=True)
    found = Message.objects.filter(pk__in={pk for ids in told for pk in ids}, conversation__in=pair)
    places = dict(found.values_list("pk", "conversation_id"))
    for one, other in (pair, pair[::-1]):
        standing = {pk for pk, place in places.items() if place == other}
        Notification.objects.all().part(one, other, standing, Followed([], []))


def _tell_about_customer(event: RestrictionEvent, kind: Notice, people: QuerySet[User]) -> None:
    if clock.now() - event.at <= RECENT:
        _tell_each(people, News(kind=kind, at=event.at, conversation_id=None, actor_id=event.actor_id))


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
    conversation = Conversation.objects.all().present().filter(pk=news.conversation_id or 0).first()
    if conversation is None or not wanted or clock.now() - news.at > RECENT:
        return
    _tell_each(those_who_look(conversation.inbox).filter(pk__in=wanted), news)


def _tell_each(people: QuerySet[User], news: News) -> None:
    for person in people.order_by("pk"):
        ways = NoticeWays.of(person)
        is_shown = news.kind not in ways.hidden
        if is_shown or news.kind in ways.mailed or news.kind in ways.told_on_devices:
            Notification.objects.all().tell(person.pk, news, is_shown=is_shown)

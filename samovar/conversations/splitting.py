"""Messages that belong elsewhere: split off as a conversation of their own, or moved into another one; and undone.

A message takes its files, its deliveries and the id of its mail along, so that whoever answers it is read where it
stands now. Who has to do with it comes along too, without being let into more than they were.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import belongings, deriving, taking_over
from samovar.conversations.errors import CannotRegroup
from samovar.conversations.events import (
    ConversationOpened,
    ConversationSplit,
    ConversationSplitOff,
    MessageMoved,
    MessageMovedAway,
    MoveUndone,
)
from samovar.conversations.merging import check, check_alone, heading, hold, merge, settle, standing_in
from samovar.conversations.models import Conversation, Message, Participant, Regrouping
from samovar.conversations.models.message import Direction
from samovar.conversations.models.regrouping import RegroupingKind
from samovar.customers.models.identity import normalised
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import storable, tidy


@transaction.atomic
def split(conversation: Conversation, message_ids: Collection[int], by: User, subject: str = "") -> Regrouping:
    """Let some messages be a new conversation of the same customer, in the same inbox; without ``subject`` of the same.

    Raises MergedAway, and CannotRegroup when nothing would be said in one of the two.
    """
    conversation.locked()
    check_alone(conversation)
    messages = _chosen(conversation, message_ids)
    fresh = _beginning(conversation, messages, tidy(storable(subject))[:1000])
    done = Regrouping.objects.create(
        kind=RegroupingKind.SPLIT, source=conversation, target=fresh, by=by, at=clock.now(), before={}
    )
    opened = ConversationOpened(**fresh.heading(by), at=fresh.opened_at, inbox_id=fresh.inbox_id, kind=fresh.kind)
    announce(opened)
    belongings.give_messages(done, messages)
    _bring_along(messages, conversation, fresh, is_new=True)
    announce(ConversationSplit(**heading(done, conversation, fresh, by)))
    announce(ConversationSplitOff(**heading(done, fresh, conversation, by)))
    if conversation.assignee and conversation.assignee.is_active:
        fresh.assign(to=conversation.assignee, by=by)
    if conversation.team:
        fresh.give_to_team(conversation.team, by=by, keeps_assignee=True)
    settle(conversation, conversation.opened_at, is_unread=conversation.is_unread)
    deriving.mend([conversation.pk, fresh.pk])
    return done


@transaction.atomic
def move(message: Message, to: Conversation, by: User) -> Regrouping:
    """Let one message stand in another conversation of the same customer.

    Raises MergedAway, and CannotRegroup where it may not stand there or is all that was said where it stands.
    """
    source = message.conversation
    hold(source, to)
    check(source, to)
    messages = _chosen(source, [message.pk])
    done = Regrouping.objects.create(
        kind=RegroupingKind.MOVE, source=source, target=to, by=by, at=clock.now(), before={}
    )
    since = source.waiting_since if message.direction == Direction.IN else None
    waiting_since = message.created_at if since and message.created_at >= since else None
    if waiting_since:
        taking_over.wake_up(done, by)
    done.before["opened_at"] = to.opened_at.isoformat()
    belongings.give_messages(done, messages)
    _bring_along(messages, source, to, is_new=False)
    settle(to, min(to.opened_at, message.created_at), is_unread=to.is_unread or waiting_since is not None)
    settle(source, source.opened_at, is_unread=source.is_unread)
    done.save(update_fields=["before"])
    announce(MessageMoved(**heading(done, to, source, by), waiting_since=waiting_since))
    announce(MessageMovedAway(**heading(done, source, to, by)))
    deriving.mend([source.pk, to.pk])
    return done


@transaction.atomic
def undo_split(done: Regrouping, by: User) -> None:
    """Bring what was split off, with all that was said there since, back together. Twice is once.

    Raises CannotRegroup, and MergedAway when it was merged into a third one.
    """
    done.refresh_from_db(from_queryset=Regrouping.objects.select_for_update(of=("self",)))
    if done.undone_at is None:
        [back] = standing_in(done.source_id)
        merge(done.target, Conversation.objects.get(pk=back), by)
        _is_undone(done)


@transaction.atomic
def undo_move(done: Regrouping, by: User) -> None:
    """Put a message back, with what came as an answer to it. Twice is once; raises CannotRegroup."""
    [back_id], [from_id] = standing_in(done.source_id), standing_in(done.target_id)
    back, now_in = Conversation.objects.get(pk=back_id), Conversation.objects.get(pk=from_id)
    hold(back, now_in)
    done.refresh_from_db(from_queryset=Regrouping.objects.select_for_update(of=("self",)))
    if done.undone_at is not None:
        return
    check(now_in, back)
    moved = done.rows.filter(place=belongings.place_of(Message)).values("row_id")
    if not Message.objects.filter(pk__in=moved, conversation=now_in).exists():
        raise CannotRegroup(_("The message was moved on meanwhile."))
    _is_undone(done)
    belongings.give_back(done, back.pk)
    opened_at = datetime.fromisoformat(done.before["opened_at"]) if from_id == done.target_id else now_in.opened_at
    settle(now_in, opened_at, is_unread=now_in.is_unread)
    settle(back, back.opened_at, is_unread=back.is_unread)
    announce(MoveUndone(**heading(done, back, now_in, by)))
    announce(MoveUndone(**heading(done, now_in, back, by)))
    deriving.mend([back.pk, now_in.pk])
    taking_over.give_back(done, now_in, by)


def said(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Return what was said with the customer: not our notes, and not what a machine of ours wrote."""
    return rows.exclude(direction=Direction.NOTE, way="").exclude(~Q(mail_class="human"), direction=Direction.OUT)


def _is_undone(done: Regrouping) -> None:
    done.undone_at = clock.now()
    done.save(update_fields=["undone_at"])


def _chosen(conversation: Conversation, message_ids: Collection[int]) -> list[Message]:
    own = Message.objects.filter(conversation=conversation).order_by("created_at", "pk")
    chosen = own.filter(pk__in=message_ids)
    if not said(chosen).exists():
        raise CannotRegroup(_("Choose at least one message; notes alone are no conversation."))
    if not said(own.exclude(pk__in=message_ids)).exists():
        raise CannotRegroup(_("That is all that was said here. Merge the two conversations instead."))
    return list(chosen)


def _beginning(conversation: Conversation, messages: Sequence[Message], subject: str) -> Conversation:
    """Return the new conversation: of whoever wrote all of it, where that is somebody else than the customer."""
    first, last = messages[0].created_at, messages[-1].created_at
    writers = {message.customer_id if message.direction == Direction.IN else None for message in messages}
    [writer] = writers if len(writers) == 1 else [None]
    is_same = not subject or subject == conversation.subject
    return Conversation.objects.create(
        customer_id=writer or conversation.customer_id,
        inbox=conversation.inbox,
        follows=conversation,
        subject=conversation.subject if is_same else subject,
        subject_key=conversation.subject_key if is_same else subject.lower()[:300],
        opened_at=first,
        last_message_at=last,
        is_unread=False,
        version=1,
    )


def _bring_along(messages: Sequence[Message], source: Conversation, to: Conversation, *, is_new: bool) -> None:
    """Let those who wrote or were named in ``messages`` be known there too; in what stands already, nobody is let in.

    Whoever was let in here gets the answers in what is new; elsewhere somebody has to decide anew.
    """
    named = {address for message in messages for address in _addresses(message)}
    rows = Participant.objects.filter(conversation=source, address__in=named)
    own = set(to.customer.identities.values_list("value", flat=True))
    copies = []
    for row in rows.exclude(address__in=own):
        row.pk, row.conversation_id = None, to.pk
        if not is_new:
            row.admitted_at = row.declined_at = None
            row.identity_id = None
        copies.append(row)
    Participant.objects.bulk_create(copies, ignore_conflicts=True)


def _addresses(message: Message) -> set[str]:
    people = [address for field in message.recipients.values() for _name, address in field]
    return {normalised("email", address) for address in (message.sender_address, *people) if address}

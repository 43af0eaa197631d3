"""Applying the acts of whole conversations, in the order of time, to rows in memory.

What an act changes on a row is asked of the models and of ``conversations.arriving``, never repeated here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from samovar.conversations import arriving, stories
from samovar.conversations.events import (
    ConversationAssigned,
    ConversationEvent,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationTagged,
    ConversationUntagged,
    ConversationWoken,
    MessageFailed,
    MessageSent,
    NoteAdded,
    ReplyWritten,
)
from samovar.conversations.inbound import HUMAN, InboundFile, InboundMessage
from samovar.conversations.models import Conversation, Inbox, Message, Participant
from samovar.conversations.models.delivering import Fate, Trouble
from samovar.conversations.models.message import Direction, reference_key
from samovar.conversations.placing import RULES
from samovar.conversations.recipients import Answered, Circle, Person, recipients
from samovar.customers.models import Customer
from samovar.lib.text import storable

SIGNED, OURS, KNOWN = RULES[:3]
TOLD = "told-by-its-source"


# Of a conversation, its tag, who put it on, and when.
Tagging = tuple[int, int, int, datetime]


@dataclass
class Rows:
    """What a batch of stories is going to write; of small rows only the values."""

    conversations: list[Conversation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    references: list[tuple[int, int, UUID]] = field(default_factory=list)
    taggings: list[Tagging] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    files: list[tuple[Message, InboundFile]] = field(default_factory=list)
    events: list[ConversationEvent] = field(default_factory=list)


@dataclass
class Batch:
    """What a batch of stories stands on, read beforehand."""

    known: arriving.Twins
    customers: dict[tuple[str, str], Customer]
    inboxes: dict[int, Inbox]
    conversation_ids: Iterator[int]
    message_ids: Iterator[int]
    rows: Rows = field(default_factory=Rows)


def tell(batch: Batch, told: Sequence[stories.Story]) -> Rows:
    """Apply all acts in the order of time across the stories, and return the rows that are to be written."""
    left = {id(act.reply) for story in told for act in story.acts if isinstance(act, stories.Sent | stories.Failed)}
    threads = {id(story): Thread(batch, left) for story in told}
    acts = [(act, threads[id(story)]) for story in told for act in story.acts]
    for act, thread in sorted(acts, key=lambda pair: pair[0].at):
        thread.apply(act)
    batch.rows.conversations = [thread.conversation for thread in threads.values()]
    batch.rows.taggings = [tagging for thread in threads.values() for tagging in thread.taggings.values()]
    return batch.rows


class Thread:
    """One conversation while it is told."""

    def __init__(self, batch: Batch, left: set[int]) -> None:
        self.taggings: dict[int, Tagging] = {}
        self._batch, self._rows, self._left = batch, batch.rows, left
        self._conversation: Conversation | None = None
        self._names: set[UUID] = set()
        self._customer, self._writer = Person("", ""), Person("", "")
        self._replies: dict[int, Message] = {}

    @property
    def conversation(self) -> Conversation:
        """The row as the acts so far have made it; the first act opens it."""
        if self._conversation is None:
            raise TypeError("A story begins with a message that came.")
        return self._conversation

    def apply(self, act: stories.Act) -> None:
        """Do one act."""
        APPLY[type(act)](self, act)

    def _receive(self, act: stories.Received) -> None:
        inbound = act.inbound
        if arriving.twin_in(self._batch.known, inbound) is not None:
            return
        customer = self._batch.customers[inbound.sender.key]
        is_first, rule = self._conversation is None, self._rule(act)
        if is_first:
            pk = next(self._batch.conversation_ids)
            self._conversation = arriving.new_conversation(pk, inbound, customer)
            self._rows.events += arriving.opened(inbound, self.conversation)
        self._keep(inbound, customer, rule)
        if is_first:
            self._customer = Person(customer.name, inbound.sender.shown)
        if inbound.is_waiting and customer.pk == self.conversation.customer_id:
            self._writer = Person(inbound.sender.name, inbound.sender.shown)
        if not is_first:
            self._rows.events += arriving.append(inbound, self.conversation)
            if customer.pk != self.conversation.customer_id and inbound.mail_class == HUMAN:
                self._rows.participants.append(arriving.writer(inbound, self.conversation))
        self._rows.participants += arriving.named_beside(inbound, self.conversation, customer)

    def _reply(self, act: stories.Replied) -> None:
        message = self._write(act, Direction.OUT)
        ours = frozenset(inbox.address for inbox in self._batch.inboxes.values() if inbox.address)
        circle = Circle((self._customer, self._writer), Answered(self._writer), ours=ours)
        message.recipients = recipients(circle).as_kept
        self._replies[id(act)] = message
        self.conversation.answered(act.at, message.preview)
        self._rows.events.append(
            ReplyWritten(
                **self.conversation.heading(act.by),
                at=act.at,
                preview=message.preview,
                message_id=message.pk,
                is_to_be_sent=id(act) not in self._left,
            )
        )

    def _note(self, act: stories.Noted) -> None:
        message = self._write(act, Direction.NOTE)
        self.conversation.noted()
        self._rows.events.append(
            NoteAdded(**self.conversation.heading(act.by), at=act.at, preview=message.preview, message_id=message.pk)
        )

    def _send(self, act: stories.Sent) -> None:
        message = self._replies[id(act.reply)]
        if message.handed_over_at is None:
            message.meet(Fate(handed_over_at=act.at), act.at)
            self._note_undelivered()
            self._rows.events.append(MessageSent(**self.conversation.heading(None), at=act.at, message_id=message.pk))

    def _fail(self, act: stories.Failed) -> None:
        message = self._replies[id(act.reply)]
        if message.failed_at is None:
            message.meet(Fate(troubles=(Trouble(state="failed", why=act.reason),)), act.at)
            self._note_undelivered()
            heading = self.conversation.heading(None)
            self._rows.events.append(MessageFailed(**heading, at=act.at, message_id=message.pk, reason=message.failure))

    def _assign(self, act: stories.Assigned) -> None:
        if self.conversation.assignee_id != (act.to.pk if act.to else None):
            self.conversation.given(act.to)
            self._rows.events.append(
                ConversationAssigned(
                    **self.conversation.heading(act.by),
                    at=act.at,
                    assignee_id=act.to.pk if act.to else None,
                    assignee_name=act.to.name if act.to else "",
                )
            )

    def _tag(self, act: stories.Tagged) -> None:
        if act.tag.pk not in self.taggings:
            self.taggings[act.tag.pk] = (self.conversation.pk, act.tag.pk, act.by.pk, act.at)
            heading = self.conversation.heading(act.by)
            self._rows.events.append(ConversationTagged(**heading, at=act.at, tag_id=act.tag.pk, tag=act.tag.name))

    def _untag(self, act: stories.Untagged) -> None:
        if self.taggings.pop(act.tag.pk, None):
            heading = self.conversation.heading(act.by)
            self._rows.events.append(ConversationUntagged(**heading, at=act.at, tag_id=act.tag.pk, tag=act.tag.name))

    def _explain(self, act: stories.Explained) -> None:
        event = self.conversation.explained(act.cause, act.by)
        if event is not None:
            self._rows.events.append(replace(event, at=act.at))

    def _snooze(self, act: stories.Snoozed) -> None:
        if self.conversation.put_off(act.until, act.wakes_on):
            heading = self.conversation.heading(act.by)
            self._rows.events.append(ConversationSnoozed(**heading, at=act.at, until=act.until, wakes_on=act.wakes_on))

    def _wake(self, act: stories.Woken) -> None:
        if act.by is not None and self.conversation.snoozed_until is not None:
            self.conversation.snoozed_until = None
        elif act.by is None and self.conversation.is_due(act.at):
            self.conversation.came_due()
        else:
            return
        self._rows.events.append(ConversationWoken(**self.conversation.heading(act.by), at=act.at))

    def _resolve(self, act: stories.Resolved) -> None:
        if self.conversation.resolved_at is None:
            self.conversation.settled(act.at)
            self._rows.events.append(ConversationResolved(**self.conversation.heading(act.by), at=act.at))

    def _reopen(self, act: stories.Reopened) -> None:
        if self.conversation.resolved_at is not None:
            self.conversation.taken_up()
            self._rows.events.append(ConversationReopened(**self.conversation.heading(act.by), at=act.at))

    def _read(self, act: stories.Read) -> None:
        self.conversation.is_unread = False

    def _note_undelivered(self) -> None:
        late = [reply.created_at for reply in self._replies.values() if reply.failure]
        self.conversation.undelivered_at = min(late, default=None)

    def _rule(self, act: stories.Received) -> str:
        if self._conversation is None:
            return ""
        if act.inbound.signed_conversation is not None:
            return SIGNED
        if act.answers is not None or act.inbound.answered_messages:
            return OURS
        is_named = any(reference_key(name) in self._names for name in act.inbound.named_ids)
        return KNOWN if is_named else TOLD

    def _keep(self, inbound: InboundMessage, customer: Customer, rule: str) -> None:
        twins = self._batch.known.setdefault((inbound.inbox_id, inbound.external_id), [])
        message = arriving.new_message(next(self._batch.message_ids), inbound, self.conversation, customer)
        message.rule, message.dup_no = rule, len(twins)
        twins.append(message)
        self._rows.messages.append(message)
        self._rows.files += [(message, file) for file in inbound.files]
        self._rows.events.append(arriving.received(inbound, message))
        pk = self.conversation.pk
        for key in map(reference_key, (inbound.external_id, *inbound.named_ids)):
            if key not in self._names:
                self._names.add(key)
                self._rows.references.append((pk, message.pk, key))

    def _write(self, act: stories.Replied | stories.Noted, direction: Direction) -> Message:
        message = Message(
            pk=next(self._batch.message_ids),
            conversation_id=self.conversation.pk,
            direction=direction,
            author_id=act.by.pk,
            text=storable(act.text),
            is_markdown=True,
            created_at=act.at,
        ).complete(self._batch.inboxes[self.conversation.inbox_id])
        self._rows.messages.append(message)
        self._rows.files += [(message, file) for file in act.files]
        return message


APPLY: dict[type[stories.Act], Callable[[Thread, Any], None]] = {
    stories.Received: Thread._receive,
    stories.Replied: Thread._reply,
    stories.Noted: Thread._note,
    stories.Sent: Thread._send,
    stories.Failed: Thread._fail,
    stories.Assigned: Thread._assign,
    stories.Tagged: Thread._tag,
    stories.Untagged: Thread._untag,
    stories.Explained: Thread._explain,
    stories.Snoozed: Thread._snooze,
    stories.Woken: Thread._wake,
    stories.Resolved: Thread._resolve,
    stories.Reopened: Thread._reopen,
    stories.Read: Thread._read,
}

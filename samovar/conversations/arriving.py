"""What one message from outside becomes: its rows and its line of history, the same for live mail and for imports."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from samovar.conversations import limiting
from samovar.conversations.events import (
    ConversationEvent,
    ConversationOpened,
    ConversationReopened,
    ConversationResolved,
    ConversationWoken,
    LoopSuspected,
    MessageReceived,
    ReplyWritten,
)
from samovar.conversations.inbound import COLLECTED, HUMAN, InboundFile, InboundMessage
from samovar.conversations.models import Attachment, Conversation, Message, Participant, SpamSign
from samovar.conversations.models.block import SpamReason
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import Direction, Verdict, names_foreign_pictures
from samovar.conversations.models.participant import ParticipantRole
from samovar.conversations.models.snoozing import WakesOn
from samovar.conversations.recipients import mailbox_key
from samovar.conversations.thanking import is_mere_thanks
from samovar.customers.models import Customer, Identity
from samovar.customers.models.identity import normalised
from samovar.customers.recognition import LOCK_SLOTS, LOCK_SPACE, slot_of
from samovar.files.models import StoredFile
from samovar.lib.rows import lock_keys, number_of
from samovar.lib.text import digits_in, file_name

HISTORY_AFTER = timedelta(days=30)
# In one conversation: nobody can fill the table, or the page, with people whom they invent.
MOST_NAMED = 100
COMPARED = (
    "inbox_id",
    "external_id",
    "fingerprint",
    "conversation_id",
    "sender_address",
    "mail_class",
    "is_spam",
    "verdict",
)
Twins = dict[tuple[int, str], list[Message]]


def lock(batch: Iterable[InboundMessage]) -> None:
    """Hold, until the end of the transaction, all that two workers could decide differently: ids and senders."""
    ids = {number_of(name) % LOCK_SLOTS for one in batch for name in (one.external_id, *one.named_ids)}
    # In one statement with those of the senders, which share them: so that all take them in one order.
    lock_keys(connection, LOCK_SPACE, ids | {slot_of(one.sender.key) for one in batch})


def known_messages(batch: Sequence[InboundMessage]) -> Twins:
    """Return the stored messages that bear an id of the batch, by inbox and id, in the order of their dup_no."""
    known: Twins = {}
    rows = Message.objects.filter(
        inbox_id__in={inbound.inbox_id for inbound in batch}, external_id__in={inbound.external_id for inbound in batch}
    )
    for message in rows.only(*COMPARED).order_by("dup_no"):
        known.setdefault((message.inbox_id, message.external_id), []).append(message)
    return known


def own_messages(batch: Sequence[InboundMessage]) -> dict[int, Message]:
    """Return the messages of ours that came back in a batch, by their number."""
    wanted = {inbound.own_message for inbound in batch if inbound.own_message is not None}
    rows = Message.objects.filter(pk__in=wanted).only("inbox_id", "mail_class", "conversation_id", "direction")
    return {row.pk: row for row in rows} if wanted else {}


def is_echo(own: Message, inbound: InboundMessage, ours: Collection[str]) -> bool:
    """Whether what came back is nothing new: our copy of it, an echo in its own inbox, or an automatic mail.

    What a person of ours wrote to another inbox of ours is news there. So is what somebody else wrote under our id,
    which everybody knows who got a letter of ours; ``ours`` are our addresses.
    """
    if inbound.is_sent:
        return True
    is_from_us = mailbox_key(inbound.shown_writer.address) in ours
    return is_from_us and (own.inbox_id == inbound.inbox_id or own.mail_class != HUMAN)


def twin_in(known: Twins, inbound: InboundMessage) -> Message | None:
    """Return the stored message that is the same as ``inbound``: the same id, the same body, the same writer."""
    twins = known.get((inbound.inbox_id, inbound.external_id), [])
    return next((message for message in twins if _stands_for(message, inbound)), None)


def _stands_for(message: Message, inbound: InboundMessage) -> bool:
    """Whether nothing gets lost when ``inbound`` is left out because ``message`` says the same.

    A copy that was sent ahead under somebody's name, as spam, as a machine's or as a forgery, hides nobody's mail.
    """
    writer = normalised("email", inbound.shown_writer.address[:320])
    if message.fingerprint != inbound.fingerprint or normalised("email", message.sender_address) != writer:
        return False
    is_doubted = message.verdict == Verdict.FAILED != inbound.verdict
    waits_for_nobody = message.mail_class != HUMAN or message.is_spam
    return not inbound.is_waiting or not (is_doubted or waits_for_nobody)


def noticed(inbound: InboundMessage, now: datetime) -> InboundMessage:
    """Return ``inbound`` as it is seen ``now``; what lay elsewhere for very long is history and keeps its own time."""
    is_new = inbound.is_live and timedelta() < now - inbound.at < HISTORY_AFTER
    return replace(inbound, noticed_at=now) if is_new else inbound


def new_conversation(
    pk: int, inbound: InboundMessage, customer: Customer, follows: Conversation | None = None
) -> Conversation:
    """Return the conversation, not stored yet, that ``inbound`` opens and that holds nothing else."""
    conversation = Conversation(
        pk=pk,
        customer=customer,
        inbox_id=inbound.inbox_id,
        subject=inbound.subject[:1000],
        subject_key=inbound.subject_key[:300],
        kind=inbound.kind,
        follows=follows,
        opened_at=inbound.at,
        last_message_at=inbound.at,
    )
    _take_in(inbound, conversation)
    if inbound.is_history:
        conversation.resolved_at, conversation.is_unread = inbound.at, False
    return conversation


def opened(inbound: InboundMessage, conversation: Conversation, rule: str = "") -> list[ConversationEvent]:
    """Return the lines that say that ``inbound`` opened ``conversation``, and in which state."""
    heading = conversation.heading(None)
    lines: list[ConversationEvent] = [
        ConversationOpened(**heading, at=inbound.at, inbox_id=inbound.inbox_id, kind=conversation.kind)
    ]
    if inbound.is_history:
        lines.append(ConversationResolved(**heading, at=inbound.at))
    if rule == COLLECTED:
        lines.append(LoopSuspected(**heading, at=inbound.counts_at))
    return [*lines, *limiting.put_off(inbound, conversation)]


def append(inbound: InboundMessage, conversation: Conversation, *, may_reopen: bool = True) -> list[ConversationEvent]:
    """Set on the row what one more message changes, and return the lines that say what it brought back."""
    heading, brought_back = conversation.heading(None), list[ConversationEvent]()
    is_unread, is_seen_to = conversation.is_unread, limiting.is_before_us(conversation)
    _take_in(inbound, conversation)
    if inbound.is_history or inbound.is_sent:
        conversation.is_unread = is_unread
    if not inbound.is_live and inbound.at < conversation.opened_at:
        # Old mail is read from the newest on: what comes later began the matter.
        conversation.opened_at, conversation.subject = inbound.at, inbound.subject[:1000] or conversation.subject
    if inbound.is_waiting:
        is_news = conversation.resolved_at is not None and inbound.counts_at > conversation.resolved_at
        # What somebody of the team has called spam stays so until something newer comes.
        if conversation.kind != ConversationKind.SPAM or conversation.resolved_at is None or is_news:
            conversation.kind = ConversationKind.HUMAN
        if is_news and may_reopen:
            conversation.resolved_at = None
            brought_back.append(ConversationReopened(**heading, at=inbound.counts_at))
        if conversation.snoozed_until is not None and wakes(inbound, conversation):
            conversation.snoozed_until = None
            brought_back.append(ConversationWoken(**heading, at=inbound.counts_at))
    return brought_back if is_seen_to else [*brought_back, *limiting.put_off(inbound, conversation)]


def wakes(inbound: InboundMessage, conversation: Conversation) -> bool:
    """Whether a message of a person brings back a conversation that is snoozed; it is unread there in any case."""
    if inbound.held_until is not None:
        return False
    if conversation.wakes_on != WakesOn.MORE:
        return conversation.wakes_on == WakesOn.REPLY
    # Under another subject, or with a file, there is more to it than its words.
    is_other_matter = inbound.subject_key not in ("", conversation.subject_key)
    if is_other_matter or inbound.files:
        return True
    names = [inbound.sender.name, conversation.customer.name]
    if conversation.assignee:
        names += [conversation.assignee.name, conversation.assignee.public_name]
    return not is_mere_thanks(inbound.text, inbound.hidden, names)


def _take_in(inbound: InboundMessage, conversation: Conversation) -> None:
    if inbound.is_sent:
        conversation.answered(inbound.at, inbound.preview)
    else:
        conversation.received(inbound.at, inbound.preview, inbound.is_waiting, inbound.counts_at)


def new_message(pk: int, inbound: InboundMessage, conversation: Conversation, customer: Customer) -> Message:
    """Return the message, not stored yet, that ``inbound`` is; its ``rule`` and ``dup_no`` are the caller's."""
    return Message(
        pk=pk,
        conversation_id=conversation.pk,
        inbox_id=inbound.inbox_id,
        direction=Direction.OUT if inbound.is_sent else Direction.IN,
        customer_id=customer.pk,
        sender_name=inbound.shown_writer.name[:300],
        sender_address=inbound.shown_writer.address[:320],
        recipients=inbound.recipients,
        external_id=inbound.external_id,
        fingerprint=inbound.fingerprint,
        subject=inbound.subject[:1000],
        text=inbound.text,
        hidden=inbound.hidden,
        html=inbound.html,
        has_foreign_pictures=names_foreign_pictures(inbound.html),
        numbers=digits_in(f"{inbound.subject} {inbound.text}"),
        verdict=inbound.verdict,
        mail_class=inbound.mail_class,
        sent_at=inbound.sent_at,
        created_at=inbound.at,
        noticed_at=inbound.noticed_at,
        is_history=inbound.is_history,
        is_spam=inbound.is_spam,
        handed_over_at=inbound.at if inbound.is_sent else None,
    )


def received(inbound: InboundMessage, message: Message) -> ConversationEvent:
    """Return the line that says that ``inbound`` came, in the history of whoever wrote it, or that we wrote it."""
    if inbound.is_sent:
        return ReplyWritten(
            customer_id=message.customer_id or 0,
            conversation_id=message.conversation_id,
            at=inbound.at,
            title=inbound.subject[:200],
            preview=inbound.preview,
            message_id=message.pk,
            is_to_be_sent=False,
        )
    return MessageReceived(
        customer_id=message.customer_id or 0,
        conversation_id=message.conversation_id,
        at=inbound.at,
        title=inbound.subject[:200],
        preview=inbound.preview,
        message_id=message.pk,
        mail_class=inbound.mail_class,
        is_waiting=inbound.is_waiting,
        is_held=inbound.held_until is not None,
    )


def signs(inbound: InboundMessage, message: Message) -> list[SpamSign]:
    """Return why a message stands among spam, not stored yet; nothing for one that does not."""
    reason = inbound.spam_reason or SpamReason.PROVIDER
    return [SpamSign(message=message, reason=reason, block_id=inbound.block_id)] if inbound.is_spam else []


def writer(inbound: InboundMessage, conversation: Conversation) -> Participant:
    """Return whoever wrote into a conversation that is not theirs; nobody of the team has admitted them."""
    return Participant(
        conversation_id=conversation.pk,
        address=inbound.sender.key[1],
        name=inbound.sender.name[:300],
        role=ParticipantRole.WRITER,
    )


def named_beside(inbound: InboundMessage, conversation: Conversation, customer: Customer) -> list[Participant]:
    """Return those whom a person named beside the customer; they take part only if somebody of the team agrees."""
    if inbound.mail_class != HUMAN:
        return []
    own = {inbound.sender.key[1]} if customer.pk == conversation.customer_id else set()
    return [
        Participant(conversation_id=conversation.pk, address=address, name=one.name[:300], role=ParticipantRole.NAMED)
        for one in inbound.named
        if (address := normalised("email", one.address)) not in own
    ]


def write_participants(found: Sequence[Participant]) -> None:
    """Store participants who are new; a customer's own other addresses are none, and who is there stays as they are.

    Where very many are named already, no more are noted: they stand in the copy of the mail all the same.
    """
    if not found:
        return
    addresses = {one.address for one in found}
    identities = {row.value: row for row in Identity.objects.filter(value__in=addresses).select_related("customer")}
    rows = Conversation.objects.filter(pk__in={one.conversation_id for one in found})
    owners, taken = dict[int, int](), Counter[int]()
    for pk, owner_id, count in rows.values_list("pk", "customer_id", Count("participants")):
        owners[pk], taken[pk] = owner_id, count
    fresh: dict[tuple[int, str], Participant] = {}
    for one in sorted(found, key=lambda one: (one.conversation_id, one.address, one.role != ParticipantRole.WRITER)):
        identity = identities.get(one.address)
        if identity and owners.get(one.conversation_id) in (identity.customer_id, identity.customer.merged_into_id):
            continue
        if one.role == ParticipantRole.NAMED and taken[one.conversation_id] >= MOST_NAMED:
            continue
        taken[one.conversation_id] += 1
        one.identity = identity if one.role == ParticipantRole.WRITER else None
        fresh.setdefault((one.conversation_id, one.address), one)
    Participant.objects.bulk_create(fresh.values(), ignore_conflicts=True)


def write_files(files: Sequence[tuple[Message, InboundFile]]) -> None:
    """Store the files of new messages, each content once; what goes out was uploaded by its author."""
    if not files:
        return
    stored = StoredFile.objects.all().keep_all(file.content for _message, file in files)
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            file=stored[hashlib.sha256(file.content).hexdigest()],
            name=file_name(file.name)[:255],
            media_type=file.media_type[:127],
            size_bytes=len(file.content),
            content_id=file.content_id[:255],
            is_inline=file.is_inline,
            uploaded_by_id=message.author_id,
        )
        for message, file in files
    )

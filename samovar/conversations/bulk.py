"""Writing whole conversations at once: the same rows and events as our verbs, for imports and invented companies."""

from collections.abc import Sequence

from django.db import connection, transaction

from samovar.conversations import arriving
from samovar.conversations.inbound import InboundMessage, Receipt
from samovar.conversations.models import Conversation, Inbox, Message, Reference
from samovar.conversations.models.tag import ConversationTag
from samovar.conversations.stories import Noted, Received, Replied, Story
from samovar.conversations.telling import Batch, Rows, tell
from samovar.customers.recognition import known_customers, lock_addresses, recognise_all
from samovar.events.announcing import announce_many
from samovar.lib.rows import copy_rows, copy_values, lock_keys, next_ids, number_of

LOCK_SPACE = 5_108


@transaction.atomic
def write_stories(told: Sequence[Story]) -> list[Receipt]:
    """Store whole conversations and return what became of the first message of each.

    A story whose first message is stored already is left as it stands, so that an import can be run again. A story
    decides by itself what belongs together: nothing is placed by the ids of mail. Replies that are told as sent or
    failed never leave again. A thousand messages take well under a second; callers cut their batches by that, and may
    write several batches at once. When one of the mails comes in alive at this very moment, IntegrityError says so
    and the batch can be told again.
    """
    if not told:
        return []
    lock_keys(connection, LOCK_SPACE, {number_of(story.opening.external_id) for story in told})
    known = arriving.known_messages([mail for story in told for mail in story.mails])
    first = {_identity(story.opening): story for story in reversed(told)}
    fresh = [story for story in first.values() if arriving.twin_in(known, story.opening) is None]
    _write(tell(_batch(fresh, known), fresh))
    new = {id(story) for story in fresh}
    return [_receipt(known, story.opening, is_new=id(story) in new) for story in told]


def _batch(fresh: Sequence[Story], known: arriving.Twins) -> Batch:
    mails = sorted((mail for story in fresh for mail in story.mails), key=lambda mail: mail.at)
    writing = sum(isinstance(act, Received | Replied | Noted) for story in fresh for act in story.acts)
    senders = [mail.sender for mail in mails if arriving.twin_in(known, mail) is None]
    familiar = known_customers({sender.key for sender in senders})
    lock_addresses({sender.key for sender in senders} - familiar.keys())
    return Batch(
        known=known,
        customers=recognise_all(senders),
        inboxes=Inbox.objects.in_bulk({mail.inbox_id for mail in mails}),
        conversation_ids=iter(next_ids(connection, Conversation, len(fresh))),
        message_ids=iter(next_ids(connection, Message, writing)),
    )


def _write(rows: Rows) -> None:
    copy_rows(connection, rows.conversations)
    copy_rows(connection, rows.messages)
    copy_values(connection, Reference, ["conversation_id", "message_id", "key"], rows.references)
    copy_values(connection, ConversationTag, ["conversation_id", "tag_id", "by_id", "at"], rows.taggings)
    arriving.write_participants(rows.participants)
    arriving.write_files(rows.files)
    announce_many(rows.events)


def _identity(inbound: InboundMessage) -> tuple[int, str, object]:
    return inbound.inbox_id, inbound.external_id, inbound.fingerprint


def _receipt(known: arriving.Twins, opening: InboundMessage, *, is_new: bool) -> Receipt:
    message = arriving.twin_in(known, opening)
    assert message is not None
    return Receipt(message.pk, message.conversation_id, opening.mail_class, is_duplicate=not is_new, has_opened=is_new)

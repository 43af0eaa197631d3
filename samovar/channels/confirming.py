"""Telling people by themselves that their mail has come, without ever becoming a nuisance.

Nothing in such a mail was chosen by whoever wrote: no subject, no name, no words, so that nobody can have us write to
others (threats.md 8). It goes only to a person who opened a conversation here and now, at most once a conversation, two
in a day, ten minutes apart.
"""

import re
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.utils import translation
from django.utils.translation import gettext as _

from samovar.channels import returned
from samovar.channels.mail.headers import head_of
from samovar.channels.mail.mailboxes import is_ordinary, one_mailbox
from samovar.channels.models import AutomaticMail, RawMail
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.message import Direction, Verdict
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.recipients import is_machine, mailbox_key
from samovar.lib import clock
from samovar.lib.rows import lock_keys, number_of

LOCK_SPACE = 5_114
MOST_A_DAY, APART = 2, timedelta(minutes=10)
DAY = timedelta(hours=24)
# The programs of some people set it on all mail that they write: it makes nobody a machine, and is obeyed.
NO_ANSWERS = re.compile(rb"^X-Auto-Response-Suppress:((?:[^\r\n]|\r?\n[ \t])*+)", re.MULTILINE | re.IGNORECASE)
OF_ALL_SORTS = re.compile(rb"\b(?:all|oof|autoreply|dr)\b", re.IGNORECASE)
LOOKED_AT_BYTES = 64_000
# Who wrote longer ago has noticed by now that nobody was there.
IN_TIME = timedelta(hours=1)


@transaction.atomic
def confirm(message_id: int) -> Message | None:
    """Confirm that a message has come, if its inbox does so and nothing speaks against it; return what was written."""
    message = Message.objects.select_related("conversation__inbox").get(pk=message_id)
    conversation, address = message.conversation, message.sender_address
    if not conversation.inbox.confirmation.strip() or not _is_expected(message):
        return None
    mailbox, now = one_mailbox(address), clock.now()
    lock_keys(connection, LOCK_SPACE, {number_of(mailbox)})
    is_allowed = _may_write(address) and _is_rested(mailbox, now)
    if not is_allowed or _was_written(conversation) or _said_before(message):
        return None
    AutomaticMail.objects.create(mailbox=mailbox, created_at=now)
    AutomaticMail.objects.all().forget(before=now - DAY)
    with translation.override(None):
        subject = f"{_('We have received your message')} [#{conversation.pk}]"
    return conversation.confirm(conversation.inbox.confirmation, subject, address)


def _is_expected(message: Message) -> bool:
    """Whether a person has just opened a conversation by this message, and is who they say as far as we know."""
    is_opening = not message.conversation.messages.filter(direction=Direction.IN, pk__lt=message.pk).exists()
    beginning = Substr("content", 1, LOOKED_AT_BYTES, output_field=BinaryField())
    raws = RawMail.objects.filter(message=message, is_from_archive=False, arrived_at__gt=clock.now() - IN_TIME)
    start = raws.values_list(beginning, flat=True).first()
    return (
        is_opening
        and message.conversation.kind == "human"
        and message.mail_class == "human"
        and message.verdict != Verdict.FAILED
        and not message.rule
        and start is not None
        and not _wants_no_answers(bytes(start))
    )


def _wants_no_answers(beginning: bytes) -> bool:
    head = head_of(beginning)
    return any(OF_ALL_SORTS.search(words) for words in NO_ANSWERS.findall(head))


def _may_write(address: str) -> bool:
    """Whether automatic mail may go to an address at all: a person's, not ours, and one that wants and takes it."""
    ours = {mailbox_key(own) for own in own_addresses().all}
    if not is_ordinary(address) or is_machine(address) or mailbox_key(address) in ours:
        return False
    return not returned.is_stopped(address)


def _is_rested(mailbox: str, now: datetime) -> bool:
    """Whether a mailbox has not had too much automatic mail of late, however its address was written each time."""
    written = AutomaticMail.objects.filter(mailbox=mailbox, created_at__gt=now - DAY)
    times = list(written.values_list("created_at", flat=True)[:MOST_A_DAY])
    return len(times) < MOST_A_DAY and all(now - at >= APART for at in times)


def _was_written(conversation: Conversation) -> bool:
    return conversation.messages.filter(direction=Direction.OUT).exclude(mail_class="human").exists()


def _said_before(message: Message) -> bool:
    """Whether the same sender has opened a conversation about the same subject within a day: a machine does that."""
    conversation = message.conversation
    same = Conversation.objects.filter(
        customer=conversation.customer_id,
        last_message_at__gt=clock.now() - DAY,
        opened_at__gt=clock.now() - DAY,
        subject_key=conversation.subject_key,
    )
    return same.exclude(pk=conversation.pk).exists()

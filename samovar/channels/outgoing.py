"""Putting messages of ours on their way."""

from datetime import datetime, timedelta
from random import uniform

from django.db import transaction
from django.db.models import Q

from samovar.accounts.models import User
from samovar.channels import fates
from samovar.channels.errors import AddressInUse
from samovar.channels.jobs import key_of, send_mail
from samovar.channels.models import ChannelAccount, Delivery
from samovar.channels.models.delivery import TRIED_FOR
from samovar.channels.sending import MINUTE, most_a_minute
from samovar.conversations.models import FileLink, Message
from samovar.conversations.recipients import mailbox_key
from samovar.jobs.queue import enqueue
from samovar.lib import clock, faults
from samovar.lib.prepared import prepared

# In one round trip, because people wait for it: a delivery for each recipient, one without address when there is
# nobody, and whether the inbox can send at all.
QUEUE = """
INSERT INTO channels_delivery (message_id, address, role, created_at, next_try_at, give_up_at, tries, problem,
                               may_be_twice)
SELECT message.id, left(coalesce(person.value ->> 1, ''), 320), coalesce(person.role, 'to'), %s, %s, %s, 0, '', false
FROM conversations_message AS message
LEFT JOIN LATERAL (
    SELECT 'to' AS role, value FROM jsonb_array_elements(message.recipients -> 'to')
    UNION ALL SELECT 'cc', value FROM jsonb_array_elements(message.recipients -> 'cc')
    UNION ALL SELECT 'bcc', value FROM jsonb_array_elements(message.recipients -> 'bcc')
) AS person ON true
WHERE message.id = %s
RETURNING id, EXISTS (
    SELECT FROM channels_channelaccount AS account
    JOIN conversations_message AS message ON message.inbox_id = account.inbox_id
    WHERE message.id = message_id AND account.paused_at IS NULL
)
"""


def queue(message_id: int, at: datetime) -> None:
    """Let a message leave, in the transaction that writes it; it goes out as soon as a worker is free.

    Whom it goes to was fixed on it. Where a person has to act first there is nothing to hurry for: the next sweep says
    on the message why it waits.
    """
    with prepared(QUEUE, [at, at, at + TRIED_FOR, message_id]) as cursor:
        for pk, can_leave in cursor.fetchall():
            if can_leave:
                enqueue(send_mail, pk, key=key_of(pk))
    faults.point("send.queued")


@transaction.atomic
def try_again(message: Message) -> None:
    """Try a message that waits, was given up or came back, for all who have not got it; who has it gets no second one.

    One that is leaving at this moment stays as it is.
    """
    now = clock.now()
    rows = list(Delivery.objects.filter(message=message).order_by("pk").select_for_update())
    if not rows and not message.handed_over_at:
        # It was told by an import that it had failed; nobody here has tried yet.
        queue(message.pk, now)
        fates.tell(message, now)
    missing = [delivery for delivery in rows if delivery.bounced_at or not delivery.sent_at]
    for delivery in missing:
        delivery.begin_anew(now)
        enqueue(send_mail, delivery.pk, key=key_of(delivery.pk))
    if missing:
        FileLink.objects.all().renew_for(message, message.inbox)
        fates.tell(message, now)


@transaction.atomic
def close(message: Message, by: User) -> None:
    """Leave it at that: what was not delivered stays undelivered, and nobody is asked to act."""
    lost = Delivery.objects.filter(Q(bounced_at__isnull=False) | Q(failed_at__isnull=False), message=message)
    lost.filter(closed_at=None).update(closed_at=clock.now())
    fates.tell(message, clock.now(), by)


@transaction.atomic
def reopen(message: Message, by: User) -> None:
    """Ask somebody again to act on what was not delivered."""
    Delivery.objects.filter(message=message, closed_at__isnull=False).update(closed_at=None)
    fates.tell(message, clock.now(), by)


@transaction.atomic
def send_elsewhere(delivery: Delivery, address: str, by: User) -> None:
    """Send a message that did not reach somebody to another address of theirs.

    Raises AddressInUse when it went there already, or reached them after all.
    """
    message, now = delivery.message, clock.now()
    message.hold()
    message.refresh_from_db(fields=["recipients"])
    delivery.refresh_from_db()
    went_to = Delivery.objects.filter(message=message).values_list("address", flat=True)
    if not delivery.is_lost or mailbox_key(address) in map(mailbox_key, went_to):
        raise AddressInUse
    message.replace_recipient(delivery.address, address)
    FileLink.objects.all().renew_for(message, message.inbox)
    delivery.closed_at = now
    delivery.save(update_fields=["closed_at"])
    other = Delivery(message=message, address=address, role=delivery.role, created_at=now, next_try_at=now)
    other.give_up_at = now + TRIED_FOR
    other.save(force_insert=True)
    enqueue(send_mail, other.pk, key=key_of(other.pk))
    fates.tell(message, now, by)


@transaction.atomic
def hurry(inbox_id: int) -> None:
    """Try all that waits in an inbox, because its mail server was set right; not in one burst."""
    now = clock.now()
    account = ChannelAccount.objects.get(inbox=inbox_id)
    waiting = list(Delivery.objects.unsettled().of_inbox(inbox_id).order_by("pk").values_list("pk", flat=True))
    span = MINUTE * (len(waiting) / most_a_minute(account))
    for pk in waiting:
        enqueue(send_mail, pk, key=key_of(pk), run_at=now + timedelta(seconds=uniform(0, span.total_seconds())))

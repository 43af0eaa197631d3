"""Putting messages of ours on their way."""

from datetime import datetime, timedelta
from random import uniform

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from samovar.channels.jobs import key_of, send_mail
from samovar.channels.models import Delivery
from samovar.channels.models.delivery import TRIED_FOR
from samovar.channels.sending import MINUTE, MOST_A_MINUTE
from samovar.jobs.queue import enqueue
from samovar.lib import faults, sayings

# In one round trip, because people wait for it: the delivery, and whether its inbox can send at all.
QUEUE = """
INSERT INTO channels_delivery (message_id, created_at, next_try_at, give_up_at, tries, problem, may_be_twice)
VALUES (%s, %s, %s, %s, 0, '', false)
RETURNING id, EXISTS (
    SELECT FROM channels_channelaccount AS account
    JOIN conversations_message AS message ON message.inbox_id = account.inbox_id
    WHERE message.id = message_id AND account.paused_at IS NULL
)
"""


def queue(message_id: int, at: datetime) -> None:
    """Let a message leave, in the transaction that writes it; it goes out as soon as a worker is free.

    Where a person has to act first there is nothing to hurry for: the next sweep says on the message why it waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [message_id, at, at, at + TRIED_FOR])
        pk, can_leave = cursor.fetchone()
    if can_leave:
        enqueue(send_mail, pk, key=key_of(pk))
    faults.point("send.queued")


@transaction.atomic
def try_now(delivery: Delivery) -> None:
    """Try a message that waits or was given up; one that has left, or is leaving at this moment, stays as it is."""
    now = timezone.now()
    delivery.refresh_from_db(from_queryset=Delivery.objects.select_for_update(of=("self",)))
    if delivery.sent_at:
        return
    delivery.failed_at, delivery.next_try_at, delivery.give_up_at = None, now, now + TRIED_FOR
    delivery.save(update_fields=["failed_at", "next_try_at", "give_up_at"])
    delivery.message.note_deferred(sayings.kept(_("It is being tried again.")))
    enqueue(send_mail, delivery.pk, key=key_of(delivery.pk))


@transaction.atomic
def hurry(inbox_id: int) -> None:
    """Try all that waits in an inbox, because its mail server was set right; not in one burst."""
    now = timezone.now()
    waiting = list(Delivery.objects.unsettled().of_inbox(inbox_id).order_by("pk").values_list("pk", flat=True))
    span = MINUTE * (len(waiting) / MOST_A_MINUTE)
    for pk in waiting:
        enqueue(send_mail, pk, key=key_of(pk), run_at=now + timedelta(seconds=uniform(0, span.total_seconds())))

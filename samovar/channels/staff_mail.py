"""The way out for all mail that Django and its libraries write: to the staff, stored here and sent by a worker."""

import uuid
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from samovar.channels import staff_letters
from samovar.channels.jobs import key_of_letter, send_staff_letter
from samovar.channels.models import ChannelAccount, StaffLetter
from samovar.channels.models.staff_letter import TRIED_FOR
from samovar.conversations.signing import NOWHERE
from samovar.jobs.queue import enqueue
from samovar.lib import clock


class Postbox(BaseEmailBackend):
    """Takes letters to the staff; each recipient gets one of their own. Only what is plain text is sent."""

    def can_leave(self) -> bool:
        """Tell whether a letter would leave now."""
        return staff_letters.can_leave()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store letters and let them leave; they leave only if the present transaction is committed."""
        for message in email_messages:
            for recipient in message.recipients():
                post(recipient, str(message.subject), str(message.body))
        return len(email_messages)


@transaction.atomic
def post(recipient: str, subject: str, text: str) -> StaffLetter:
    """Write a letter to one person; it leaves as soon as a worker is free."""
    now = clock.now()
    letter = StaffLetter(recipient=recipient, created_at=now, next_try_at=now, give_up_at=now + TRIED_FOR)
    letter.message_id = f"{uuid.uuid4()}@{_domain()}"
    letter.write(subject, text)
    letter.save(force_insert=True)
    enqueue(send_staff_letter, letter.pk, key=key_of_letter(letter.pk))
    return letter


def _domain() -> str:
    """Return the domain of the mailbox that is likely to send; servers look askance at ids of another one."""
    address = ChannelAccount.objects.for_staff().values_list("inbox__address", flat=True).first() or NOWHERE
    return address.rpartition("@")[2].encode("idna").decode("ascii")

"""Letters of ours that have left, and what mail servers write when they bring them back."""

from django.utils import timezone

from samovar.channels import sending, taking_in
from samovar.channels.models import Delivery, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations import signing
from samovar.conversations.models import Conversation, Message
from tests import make
from tests.channels.mails import mail, reply
from tests.reactions import run_later_reactions

ELENA = "elena@mail.example"
REPORT = """This is the mail system at host mx.mail.example.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} {said}
--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
--b--
"""


def sent(conversation: Conversation | None = None) -> Delivery:
    """Answer a customer and let the answer leave."""
    delivery = reply(conversation or make.conversation())
    assert sending.send(delivery.pk) is None
    delivery.refresh_from_db()
    return delivery


def report(
    to: str = "help@aurora.example",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    recipient: str = ELENA,
    message_id: str = "",
    said: str = "no such user",
) -> bytes:
    """Return what a mail server writes when it cannot deliver."""
    text = REPORT.format(status=status, action=action, recipient=recipient, message_id=message_id, said=said)
    return mail(
        f"--b\n\n{text}",
        subject="Undelivered Mail Returned to Sender",
        sender=("Mail Delivery System", "MAILER-DAEMON@mx.mail.example"),
        to=to,
        Return_Path="<>",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )


def arrive(content: bytes) -> Message:
    """Let a mail come in, and all that follows from it happen."""
    [pk] = keep_all(Source(make.inbox().pk), [Arrival(content, timezone.now())]).values()
    taking_in.take_in_each(RawMail.objects.filter(pk=pk))
    run_later_reactions()
    message = RawMail.objects.get(pk=pk).message
    assert message is not None
    return message


def verp(delivery: Delivery) -> str:
    """Return the address that a letter was sent from."""
    return signing.signed_bounce_address("help@aurora.example", delivery.pk)

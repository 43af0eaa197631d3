"""Mails of the world outside, as bytes, and mailboxes of ours to which they come."""

from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, formataddr
from itertools import count

from django.utils import timezone

from samovar.channels.models import ChannelAccount, Delivery, MailFolder
from samovar.channels.models.folder import Role
from samovar.conversations.models import Conversation
from tests import make
from tests.channels.mailserver import PASSWORD, Dovecot, Outbox

_numbers = count(1)


def mailbox(server: Dovecot, outbox: Outbox | None = None, user: str = "", **given: object) -> ChannelAccount:
    """Connect the mailbox ``user``, one of its own by default, whose inbox has the address <user>@aurora.example."""
    user = user or f"help{next(_numbers)}"
    account = ChannelAccount(
        inbox=make.inbox(f"{user}@aurora.example"),
        imap_host="127.0.0.1",
        imap_port=server.port,
        imap_security="none",
        smtp_host="127.0.0.1",
        smtp_port=outbox.port if outbox else 9,
        smtp_security="none",
        user_name=user,
        has_plus_addresses=True,
    )
    # Whatever lies there counts as new mail, unless the test says otherwise.
    account.connected_at = datetime(2000, 1, 1, tzinfo=UTC)
    account.password = PASSWORD
    for name, value in given.items():
        setattr(account, name, value)
    account.save()
    return account


def inbox_folder(account: ChannelAccount) -> MailFolder:
    """Return the folder that a mailbox gets its mail in."""
    return MailFolder.objects.of(account, Role.INBOX, account.folder)


def reply(conversation: Conversation, text: str = "We send you a new one.") -> Delivery:
    """Answer as Anna does; return the delivery that waits."""
    message = conversation.reply(text, by=make.agent())
    return Delivery.objects.get(message=message)


def mail(
    text: str = "The desk came with a scratch.",
    *,
    subject: str = "A scratched desk",
    sender: tuple[str, str] = ("Elena Sokolova", "elena@mail.example"),
    to: str = "help@aurora.example",
    **headers: str,
) -> bytes:
    """Return a mail as a plain mail program writes it; further headers are given as ``In_Reply_To="<…>"``."""
    lines = {
        "From": formataddr(sender),
        "To": to,
        "Subject": subject,
        "Date": format_datetime(timezone.now()),
        "Message-ID": f"<mail{next(_numbers)}@mail.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    body = text.replace("\n", "\r\n")
    return f"{head}\r\n{body}\r\n".encode()


def answer_to(received: Message, text: str, **changes: str) -> bytes:
    """Return what a mail program makes of the button Reply: to Reply-To, In-Reply-To, References grown by one."""
    own = received["Message-ID"]
    headers = {"In_Reply_To": own, "References": f"{received['References'] or ''} {own}".strip(), **changes}
    subject, to = headers.pop("subject", received["Subject"]), headers.pop("to", received["Reply-To"])
    body = f"{text}\n\nOn Saturday Aurora Home wrote:\n> Hello\n"
    return mail(body, subject=subject, to=to, sender=("Elena Sokolova", "elena@mail.example"), **headers)

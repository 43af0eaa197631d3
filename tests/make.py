"""Makes what tests need, with believable defaults: ``make.agent("olga")``, ``make.user(role=Role.LEAD)``.

Every function goes through the verbs of the app, so that what it makes is what a person would have made.
"""

import hashlib
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations.drafting import attach
from samovar.conversations.inbound import InboundFile, InboundMessage, Receipt
from samovar.conversations.intake import receive
from samovar.conversations.models import Attachment, Conversation, Inbox, Tag
from samovar.customers.models import Customer, Identity
from samovar.customers.models.identity import normalised
from samovar.customers.recognition import Sender, recognise

PASSWORD = "a long enough password"
_numbers = count(1)


def user(name: str = "", *, role: str = Role.AGENT, password: str | None = None) -> User:
    """Make a member of staff called ``<name>@aurora.example``; give ``PASSWORD`` to whoever has to type it.

    Hashing a password takes longer than most tests, so by default there is none; ``client.force_login`` is the way in.
    """
    name = name or f"person{next(_numbers)}"
    return User.objects.create(email=f"{name}@aurora.example", name=name.title(), role=role, password=password)


def agent(name: str = "") -> User:
    """Make a member of staff who answers customers."""
    return user(name, role=Role.AGENT)


def lead(name: str = "") -> User:
    """Make a team lead."""
    return user(name, role=Role.LEAD)


def admin(name: str = "") -> User:
    """Make an administrator."""
    return user(name, role=Role.ADMIN)


def inbox(address: str = "help@aurora.example") -> Inbox:
    """Return the inbox with this address, making it at first use."""
    return Inbox.objects.get_or_create(address=address, defaults={"name": "Help", "sender_name": "Aurora Home"})[0]


def sender(address: str = "elena@mail.example", name: str = "Elena Sokolova", at: datetime | None = None) -> Sender:
    """Return who writes: an e-mail address and a name."""
    return Sender("email", address, name, at or timezone.now())


def customer(name: str = "Elena Sokolova", address: str = "") -> Customer:
    """Make a customer with an e-mail address."""
    return recognise(sender(address or f"customer{next(_numbers)}@mail.example", name))


def inbound(text: str = "The desk came with a scratch.", **given: Any) -> InboundMessage:
    """Return a message as a channel hands it over; ``given`` replaces what is believable by default."""
    at = given.setdefault("at", datetime.now(UTC))
    given.setdefault("inbox_id", inbox().pk)
    given.setdefault("sender", sender(at=at))
    given.setdefault("sent_at", at)
    given.setdefault("external_id", f"mail{next(_numbers)}@mail.example")
    given.setdefault("subject", "A scratched desk")
    given.setdefault("subject_key", given["subject"].lower())
    given.setdefault("fingerprint", UUID(bytes=hashlib.sha256(text.encode()).digest()[:16]))
    return InboundMessage(text=text, **given)


def received(text: str = "The desk came with a scratch.", **given: Any) -> Receipt:
    """Let a message arrive."""
    return receive(inbound(text, **given))


def conversation(text: str = "The desk came with a scratch.", **given: Any) -> Conversation:
    """Open a conversation by a message of a customer."""
    return Conversation.objects.get(pk=received(text, **given).conversation_id)


def tag(name: str = "Refund") -> Tag:
    """Return the tag with this name, making it at first use."""
    return Tag.objects.get_or_create(name=name)[0]


def attachment(name: str = "scratch.jpg", content: bytes = b"picture") -> Attachment:
    """Make a file that came with a message."""
    file = InboundFile(name=name, media_type="image/jpeg", content=content)
    return Attachment.objects.get(message=received(files=(file,)).message_id)


def upload(by: User, name: str = "plan.pdf", content: bytes = b"%PDF") -> Attachment:
    """Make a file that ``by`` is going to send as a note."""
    return attach(conversation(), "note", (name, "application/pdf", content), by=by)


def phone(customer: Customer, shown: str) -> Identity:
    """Give a customer a phone number."""
    return Identity.objects.create(customer=customer, kind="phone", value=normalised("phone", shown), shown=shown)


def raw_mail(content: bytes) -> RawMail:
    """Store the bytes of a mail as it came, not understood yet."""
    [pk] = keep_all(Source(inbox().pk), [Arrival(content, timezone.now())]).values()
    return RawMail.objects.get(pk=pk)


def mailbox(address: str = "help@aurora.example") -> ChannelAccount:
    """Make a mailbox whose servers are nowhere."""
    account = ChannelAccount(imap_host="nowhere.invalid", smtp_host="nowhere.invalid", user_name=address)
    account.connect(inbox(address))
    return account


def delivery() -> Delivery:
    """Make a reply that waits to leave."""
    return Delivery.objects.get(message=conversation().reply("We send you a new one.", by=agent()))

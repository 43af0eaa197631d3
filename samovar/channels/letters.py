"""Writing the letter that carries a message of ours: who it goes to, what it answers, where the answer shall go.

A person answers, so nothing in it says that a machine did: no Auto-Submitted, no Precedence.
"""

import re
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext_noop as _

from samovar.channels.errors import Refused
from samovar.channels.mail.addresses import Address
from samovar.channels.mail.compose import CannotCompose, Draft, OutgoingFile, compose
from samovar.channels.models import ChannelAccount
from samovar.channels.smtp import Letter
from samovar.conversations import signing
from samovar.conversations.models import Message
from samovar.conversations.models.message import Direction
from samovar.customers.models import Identity
from samovar.customers.models.identity import IdentityKind, normalised

# What can stand between < and >; ids that we made up for mails without one cannot.
SENDABLE_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+", re.ASCII)
MADE_UP = "@generated"
ANSWER = re.compile(r"(re|aw|sv|на|отв)(\[\d+\])?:", re.IGNORECASE)


@dataclass(frozen=True)
class Recipient:
    """Whom a message goes to."""

    name: str
    address: str
    identity_id: int


def recipient_of(message: Message) -> Recipient:
    """Return where the customer wrote from last, or else their e-mail address; raises Refused without one."""
    customer_id = message.conversation.customer_id
    written = message.conversation.messages.filter(
        direction=Direction.IN, customer=customer_id, mail_class="human"
    ).order_by("-created_at", "-id")
    own = Identity.objects.filter(customer=customer_id, kind=IdentityKind.EMAIL)
    for name, address in written.values_list("sender_name", "sender_address")[:1]:
        if identity := own.filter(value=normalised(IdentityKind.EMAIL, address)).first():
            return Recipient(name, address, identity.pk)
    identity = own.exclude(shown="").order_by(F("undeliverable_at").asc(nulls_first=True), "-pk").first()
    if identity is None:
        raise Refused(_("This customer has no e-mail address. Add one to their card and try again."))
    return Recipient(message.conversation.customer.name, identity.shown, identity.pk)


def write(message: Message, account: ChannelAccount, to: Recipient) -> Letter:
    """Return the letter that carries ``message``, always the same one; raises Refused when it cannot be written."""
    inbox = message.inbox
    name, answers_to = inbox.sender_name or inbox.name, inbox.address
    if account.has_plus_addresses:
        answers_to = signing.signed_reply_address(inbox.address, message.conversation_id, to.identity_id)
    draft = Draft(
        from_=Address(name, inbox.address),
        to=(Address(to.name, to.address),),
        reply_to=(Address(name, answers_to),),
        subject=_subject(message.conversation.subject),
        text=message.text,
        message_id=message.external_id,
        in_reply_to=_answered(message),
        references=tuple(_earlier_ids(message)),
        date=message.created_at,
        attachments=tuple(
            OutgoingFile(file.name, file.media_type, file.file.read())
            for file in message.attachments.select_related("file").order_by("pk")
        ),
    )
    try:
        return Letter(inbox.address, to.address, compose(draft))
    except CannotCompose as error:
        text = _("A mail to %(address)s cannot be written: %(error)s")
        raise Refused(text, address=to.address, error=str(error)) from error


def _subject(subject: str) -> str:
    return subject if ANSWER.match(subject) else f"Re: {subject}".strip()


def _answered(message: Message) -> str:
    newest = message.conversation.messages.filter(direction=Direction.IN, created_at__lte=message.created_at)
    ids = newest.order_by("-created_at", "-id").values_list("external_id", flat=True)
    return next(filter(_is_sendable, ids[:1]), "")


def _earlier_ids(message: Message) -> list[str]:
    earlier = message.conversation.messages.exclude(pk=message.pk).filter(created_at__lte=message.created_at)
    ids = earlier.exclude(external_id="").order_by("created_at", "id").values_list("external_id", flat=True)
    return [found for found in dict.fromkeys(ids) if _is_sendable(found)]


def _is_sendable(found_id: str) -> bool:
    return SENDABLE_ID.fullmatch(found_id) is not None and not found_id.endswith(MADE_UP)

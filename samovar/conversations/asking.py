"""Asking somebody outside about a conversation, in a side conversation of which its customer learns nothing.

It is a conversation of its own, with its own ids and addresses, so that what is answered lands there and nowhere else;
``recipients`` keeps the customer out of it, whoever names them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import admitting
from samovar.conversations.beginning import Matter, opened_by_us
from samovar.conversations.chips import Chip
from samovar.conversations.errors import NobodyToSendTo
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.message import Direction
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.recipients import chosen, mailbox_key
from samovar.customers.models import Identity
from samovar.customers.models.identity import IdentityKind
from samovar.customers.recognition import Sender, lock_addresses, recognise
from samovar.lib import clock

MOST_QUOTED = 20


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody outside is asked: ``quoted`` are messages, ``files`` attachments of the conversation it is about.

    ``uploaded`` are files that its author adds.
    """

    matter: Matter
    to: Sequence[Chip]
    text: str
    quoted: Collection[int] = ()
    files: Collection[int] = ()
    uploaded: Sequence[Attachment] = ()


@transaction.atomic
def ask(main: Conversation, question: Question, by: User) -> Conversation:
    """Write to somebody outside, and return the side conversation; its author answers for it.

    Raises NobodyToSendTo, also when only the customer was named, and EmptyMessage without text and files.
    """
    own = Identity.objects.filter(customer=main.customer_id, kind=IdentityKind.EMAIL)
    barred = {mailbox_key(address) for address in own.values_list("value", flat=True)}
    picked = [(one.field, one.person) for one in question.to if one.is_on]
    if any(person.key in barred for _field, person in picked):
        raise NobodyToSendTo(_("The customer takes no part in a side conversation. Leave them out."))
    found = chosen(picked, own_addresses().all)
    if not found.everybody:
        raise NobodyToSendTo(_("Nobody gets this yet. Choose to whom it goes."))
    now = clock.now()
    senders = [Sender(IdentityKind.EMAIL, one.address, one.name, now) for one in found.everybody]
    lock_addresses(one.key for one in senders)
    side = opened_by_us(question.matter, recognise(senders[0]), now, by, main)
    admitting.admit_all(side, found, by, circle_of(side.pk))
    text = "\n\n".join(part for part in (question.text.strip(), *_quotations(main, question.quoted)) if part)
    side.reply(text, by=by, files=[*_copies(main, question.files, by), *question.uploaded], to=found)
    side.assign(to=by, by=by)
    return side


def quotable(main: Conversation) -> list[Message]:
    """Return the newest messages that can be quoted, the newest first: not our notes, not what machines wrote."""
    rows = Message.objects.filter(conversation=main, mail_class="human").exclude(direction=Direction.NOTE)
    return list(rows.of_thread().order_by("-created_at", "-id")[:MOST_QUOTED])


def open_sides(main: Conversation) -> list[Conversation]:
    """Return the side conversations that are not settled."""
    return list(Conversation.objects.all().present().filter(parent=main, resolved_at=None).order_by("pk"))


def _quotations(main: Conversation, ids: Collection[int]) -> list[str]:
    rows = Message.objects.filter(conversation=main, pk__in=ids).exclude(direction=Direction.NOTE)
    return [_quotation(message) for message in rows.select_related("author", "customer", "inbox").order_by("pk")]


def _quotation(message: Message) -> str:
    """Return what is visible of a message, quoted under its author's name; addresses are nobody's business."""
    customer = message.customer.shown_name if message.customer else ""
    ours = message.author.name if message.author else message.our_name
    name = (message.sender_name or customer) if message.direction == Direction.IN else ours
    at = formats.date_format(timezone.localtime(message.created_at), "DATETIME_FORMAT")
    text = "\n".join(part.strip("\n") for is_hidden, part in message.parts if not is_hidden)
    lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"{_('%(name)s, %(moment)s:') % {'name': name, 'moment': at}}\n{lines}"


def _copies(main: Conversation, ids: Collection[int], by: User) -> list[Attachment]:
    """Return files of the conversation as files that ``by`` sends; not those of notes."""
    rows = Attachment.objects.filter(message__conversation=main, pk__in=ids).exclude(message__direction=Direction.NOTE)
    return [
        Attachment.objects.create(
            file=one.file, name=one.name, media_type=one.media_type, size_bytes=one.size_bytes, uploaded_by=by
        )
        for one in rows.select_related("file").order_by("pk")
    ]

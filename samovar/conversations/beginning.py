"""Beginning a conversation: by a letter of ours, or by what was said on the phone or face to face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import admitting
from samovar.conversations.chips import Chip, as_kept
from samovar.conversations.errors import NobodyToSendTo
from samovar.conversations.events import ConversationOpened
from samovar.conversations.models import Attachment, Beginning, Conversation, Inbox, Message
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.message import Direction, Way
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.recipients import chosen
from samovar.customers import adding
from samovar.customers.models import Customer
from samovar.customers.models.identity import IdentityKind
from samovar.customers.recognition import Sender, lock_addresses, recognise
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import storable, tidy


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a conversation is about and where it belongs; ``subject_key`` is what its answers are compared by."""

    inbox: Inbox
    subject: str
    subject_key: str


@dataclass(frozen=True)
class Somebody:
    """Who called or came: an address or a phone as (kind, shown), empty when they gave none."""

    name: str
    kind: str = ""
    shown: str = ""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What somebody has typed or chosen so far; what is None was not said this time.

    The mailbox is said with the subject. ``seen_id`` is the last message that they had sent when the page was opened.
    """

    text: str | None = None
    subject: str | None = None
    inbox: Inbox | None = None
    chips: Sequence[Chip] | None = None
    seen_id: int | None = None


@transaction.atomic
def write(matter: Matter, to: Sequence[Chip], text: str, by: User, files: Sequence[Attachment] = ()) -> Conversation:
    """Begin a conversation by a letter, and return it; its author answers for it.

    The first to whom it goes is its customer; somebody unknown becomes one who claims their address. Raises
    NobodyToSendTo, and EmptyMessage without text and files.
    """
    found = chosen([(one.field, one.person) for one in to if one.is_on], own_addresses().all)
    if not found.everybody:
        raise NobodyToSendTo(_("Nobody gets this yet. Choose to whom it goes."))
    now = clock.now()
    senders = [Sender(IdentityKind.EMAIL, one.address, one.name, now) for one in found.everybody]
    lock_addresses(one.key for one in senders)
    conversation = opened_by_us(matter, recognise(senders[0]), now, by)
    admitting.admit_all(conversation, found, by, circle_of(conversation.pk))
    conversation.reply(text, by=by, files=files, to=found)
    conversation.assign(to=by, by=by)
    Beginning.objects.filter(user=by).delete()
    return conversation


@transaction.atomic
def log(matter: Matter, customer: Customer, said: tuple[str, Way, datetime], by: User) -> Conversation:
    """Begin a conversation by what was said elsewhere, (text, way, moment); nothing leaves. Raises CustomerErased."""
    text, way, at = said
    conversation = opened_by_us(matter, customer, at, by)
    conversation.log(text, way, at, by)
    conversation.assign(to=by, by=by)
    return conversation


@transaction.atomic
def customer_of(somebody: Somebody, by: User) -> Customer:
    """Return who called or came: whoever has the address that they gave, otherwise somebody new."""
    if somebody.shown:
        sender = Sender(somebody.kind, somebody.shown, somebody.name, clock.now())
        lock_addresses([sender.key])
        return recognise(sender)
    return adding.add(somebody.name, by=by)


def opened_by_us(
    matter: Matter, customer: Customer, at: datetime, by: User, parent: Conversation | None = None
) -> Conversation:
    """Return a new conversation that ``by`` opens with somebody; with ``parent`` it is a side conversation of that."""
    conversation = Conversation.objects.create(
        customer=customer,
        inbox=matter.inbox,
        parent=parent,
        subject=tidy(matter.subject)[:1000],
        subject_key=matter.subject_key[:300],
        opened_at=at,
        last_message_at=at,
        is_unread=False,
    )
    heading = conversation.heading(by)
    announce(ConversationOpened(**heading, at=at, inbox_id=matter.inbox.pk, kind=conversation.kind))
    return conversation


def keep(given: Begun, by: User) -> None:
    """Keep what ``by`` has typed and chosen so far for a letter that begins a conversation.

    A browser that is slow may deliver it after the letter: what has just been sent is no draft.
    """
    if _was_just_sent(given, by):
        return
    kept: dict[str, object] = {}
    if given.text is not None:
        kept |= {"text": storable(given.text) if given.text.strip() else "", "saved_at": clock.now()}
    if given.subject is not None:
        kept |= {"subject": tidy(storable(given.subject))[:1000], "inbox": given.inbox}
    if given.chips is not None:
        kept |= {"chips": as_kept(given.chips, 0) or None}
    Beginning.objects.update_or_create(
        user=by, defaults=kept, create_defaults={"saved_at": clock.now(), **kept, "user": by}
    )
    # A mailbox alone is no draft.
    Beginning.objects.filter(user=by, text="", subject="", chips__isnull=True).delete()


def newest_by(user: User) -> int:
    """Return the number of the last message that somebody has sent, by which a page knows what was sent since."""
    return _sent_by(user).values_list("pk", flat=True).first() or 0


def _was_just_sent(given: Begun, by: User) -> bool:
    sent = _sent_by(by).first()
    if sent is None:
        return False
    if given.text and given.text.strip() and sent.text.strip() == storable(given.text).strip():
        return True
    earlier = Message.objects.filter(conversation=OuterRef("conversation"), pk__lt=OuterRef("pk"))
    if given.seen_id is None:
        return False
    since = _sent_by(by).filter(pk__gt=given.seen_id, conversation__parent=None)
    return since.exclude(Exists(earlier)).exists()


def _sent_by(user: User) -> QuerySet[Message]:
    return Message.objects.filter(author=user, direction=Direction.OUT).order_by("-pk")

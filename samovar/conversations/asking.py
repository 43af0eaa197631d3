"""Asking somebody outside about a conversation, in a side conversation of which its customer learns nothing.

It is a conversation of its own, with its own ids and addresses, so that what is answered lands there and nowhere else;
``recipients`` keeps the customer out of it, whoever names them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import admitting
from samovar.conversations.beginning import Matter, opened_by_us
from samovar.conversations.chips import Chip, as_kept
from samovar.conversations.errors import NobodyToSendTo
from samovar.conversations.models import Attachment, Conversation, Draft, Message
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.models.message import Direction
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.recipients import chosen, mailbox_key
from samovar.customers.models import Identity
from samovar.customers.models.identity import IdentityKind
from samovar.customers.recognition import Sender, lock_addresses, recognise
from samovar.lib import clock
from samovar.lib.text import storable, tidy

MOST_QUOTED = 20
MOST_COPIED = 200


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


@dataclass(frozen=True, kw_only=True)
class Unasked:
    """What somebody has typed or chosen so far; what is None was not said this time.

    What goes along is said with the subject. ``seen_id`` is the last message of theirs when the page was opened.
    """

    text: str | None = None
    subject: str | None = None
    quoted: Collection[int] = ()
    copied: Collection[int] = ()
    chips: Sequence[Chip] | None = None
    seen_id: int = 0


@transaction.atomic
def ask(main: Conversation, question: Question, by: User) -> Conversation:
    """Write to somebody outside, and return the side conversation; its author answers for it.

    Raises NobodyToSendTo, also when only the customer was named, EmptyMessage without text and files, CustomerErased,
    and Conversation.DoesNotExist for what was deleted meanwhile.
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
    main.writable()
    if main.deleted_at:
        raise Conversation.DoesNotExist
    side = opened_by_us(question.matter, recognise(senders[0]), now, by, main)
    admitting.admit_all(side, found, by, circle_of(side.pk))
    text = "\n\n".join(part for part in (question.text.strip(), *_quotations(main, question.quoted)) if part)
    letter = side.reply(text, by=by, files=[*_copies(main, question.files, by), *question.uploaded], to=found)
    letter.passed_on = _passed_on(main, question)
    letter.save(update_fields=["passed_on"])
    side.assign(to=by, by=by)
    forget(main, by)
    return side


@transaction.atomic
def keep(main: Conversation, given: Unasked, by: User) -> None:
    """Keep what ``by`` has typed and chosen so far for a question; raises CustomerErased.

    A browser that is slow may deliver it after the question: what has just been asked is no draft.
    """
    main.writable()
    asked = Message.objects.filter(author=by, direction=Direction.OUT, conversation__parent=main)
    if asked.filter(pk__gt=given.seen_id).exists():
        return
    kept: dict[str, object] = {}
    if given.text is not None:
        kept |= {"text": storable(given.text) if given.text.strip() else "", "saved_at": clock.now()}
    if given.subject is not None:
        kept |= {"subject": tidy(storable(given.subject))[:1000]}
        kept |= {"quoted": list(given.quoted)[:MOST_QUOTED], "copied": list(given.copied)[:MOST_COPIED]}
    if given.chips is not None:
        kept |= {"chips": as_kept(given.chips, 0) or None}
    own = {"conversation": main, "mode": DraftMode.QUESTION, "user": by}
    Draft.objects.update_or_create(**own, defaults=kept, create_defaults={"saved_at": clock.now(), **kept, **own})
    # What the page proposes by itself is no draft.
    empty = Draft.objects.filter(
        **own, text="", subject__in=["", main.subject], chips__isnull=True, quoted=[], copied=[]
    )
    empty.delete()


def draft_of(main: Conversation, by: User) -> Draft | None:
    """Return the question that somebody has begun and not asked yet."""
    return Draft.objects.filter(conversation=main, mode=DraftMode.QUESTION, user=by).first()


def forget(main: Conversation, by: User) -> None:
    """Let go of a question that is not going to be asked."""
    Draft.objects.filter(conversation=main, mode=DraftMode.QUESTION, user=by).delete()


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


def _passed_on(main: Conversation, question: Question) -> list[int]:
    """Return the messages of which something goes along: when one of their authors is erased, it is found by them."""
    held = Attachment.objects.filter(pk__in=question.files).values("message")
    rows = Message.objects.filter(Q(pk__in=question.quoted) | Q(pk__in=held), conversation=main)
    return list(rows.exclude(direction=Direction.NOTE).order_by("pk").values_list("pk", flat=True))

"""Writing the letter that carries a message of ours: who it goes to, what it answers, where the answer shall go.

Each recipient gets a letter of their own: all see the same names in To and Cc, but the address to answer to and the one
to which the letter comes back are theirs. When a person answers, nothing in it says that a machine did; what a machine
of ours writes says so in every way that others look for, so that no machine answers it.
"""

import re
from dataclasses import dataclass

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from samovar.accounts.models import Brand
from samovar.accounts.voices import Voice
from samovar.channels.errors import Refused
from samovar.channels.mail.addresses import Address
from samovar.channels.mail.compose import CannotCompose, Draft, OutgoingFile, compose
from samovar.channels.models import ChannelAccount, Delivery
from samovar.channels.smtp import Letter
from samovar.conversations import signing
from samovar.conversations.models import Attachment, Conversation, FileLink, Inbox, Message
from samovar.conversations.models.message import Direction
from samovar.customers.models import Identity
from samovar.customers.models.identity import IdentityKind, normalised
from samovar.lib import markdown

# What can stand between < and >; ids that we made up for mails without one cannot.
SENDABLE_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+", re.ASCII)
MADE_UP = "@generated"
ANSWER = re.compile(r"(re|aw|sv|на|отв)(\[\d+\])?:", re.IGNORECASE)
# Of the classes of mail, the one that answers somebody.
AUTOMATIC_ANSWER = "auto-reply"
NEVER_BACK = ""
HUMAN = Q(mail_class="human")


# What separates the text of a mail from how it is signed.
FOOT = "\n\n-- \n"
LOGO_ID = "logo.{sha256}@samovar.invalid"
PICTURE_ID = "picture.{pk}@samovar.invalid"


@dataclass(frozen=True)
class Stationery:
    """What stands under a text; ``logo`` is the address of the brand's picture, "" for none."""

    brand: Brand
    voice: Voice
    logo: str = ""

    @property
    def width(self) -> int:
        """How wide the logo is shown; it was drawn twice as large, for fine screens."""
        return self.brand.logo_width // 2

    @property
    def height(self) -> int:
        """How high the logo is shown."""
        return self.brand.logo_height // 2


def write(delivery: Delivery, account: ChannelAccount) -> Letter:
    """Return the letter for one recipient; raises Refused when it cannot be written.

    It is always the same one, unless somebody has changed the colour or the logo of its brand meanwhile.
    """
    message, inbox = delivery.message, delivery.message.inbox
    brand = Brand.objects.all().of(inbox.brand_id)
    files = _where_files_lie(message, brand.language)
    # What was written before that was kept bears no signature.
    voice = message.voice or Voice(inbox.house_name(brand), "", brand.legal_line)
    sender = Address(voice.from_name, inbox.address)
    answered = _answered(message)
    draft = Draft(
        from_=sender,
        to=_people(message, "to") or (Address("", delivery.address),),
        cc=_people(message, "cc"),
        reply_to=(Address(sender.name, _answers_to(delivery, account)),),
        subject=message.subject or subject_of(message.conversation),
        text=signed_text("\n\n".join(filter(None, (_plain(message).rstrip(), files))), voice),
        html=_page(message, brand, voice, files),
        message_id=message.external_id,
        in_reply_to=answered,
        references=tuple(_earlier_ids(message, answered)),
        date=message.created_at,
        attachments=(*_logo(brand), *_files(message)),
        extra=_marks(message, answers=bool(answered)) if message.is_automatic else {},
    )
    try:
        return Letter(_senders(delivery, account, inbox), delivery.address, compose(draft))
    except CannotCompose as error:
        text = _("A mail to %(address)s cannot be written: %(error)s")
        raise Refused(text, address=delivery.address, error=str(error)) from error


def page(text: str, paper: Stationery, marker: str = "", files: str = "", body: SafeString | None = None) -> str:
    """Return a letter as HTML; ``marker`` tells an answer where servers rewrite all ids, ``files`` where more lies.

    ``body`` is the text where its author said more than plain words (``body_of``).
    """
    context = {"text": text.strip(), "body": body, "paper": paper, "marker": marker, "files": files}
    return render_to_string("channels/letter.html", context)


def body_of(text: str, address_of: markdown.PictureAddress) -> SafeString | None:
    """Return a text as HTML where it says something in Markdown, None where it does not."""
    # It has passed the allow list for HTML from outside.
    return SafeString(markdown.html_of(text, address_of)) if markdown.has_signs(text) else None


def subject_of(conversation: Conversation) -> str:
    """Return the subject of an answer; whoever has not written to us yet gets no answer."""
    subject = conversation.subject
    if ANSWER.match(subject) or not conversation.messages.filter(direction=Direction.IN).exists():
        return subject
    return f"Re: {subject}".strip()


def signed_text(text: str, voice: Voice) -> str:
    """Return a letter as plain text, with what stands at its foot below two dashes."""
    return f"{text.rstrip()}{FOOT}{voice.foot}" if voice.foot else text


def _page(message: Message, brand: Brand, voice: Voice, files: str) -> str:
    logo = f"cid:{_logo_id(brand)}" if brand.logo else ""
    marker = signing.marker(message.conversation_id, message.created_at)
    known = {file.pk: f"cid:{_picture_id(file)}" for file in _attached(message) if _is_shown(message, file)}
    body = body_of(message.text, known.get) if message.is_markdown else None
    return page(message.text, Stationery(brand, voice, logo), marker, files, body)


def _plain(message: Message) -> str:
    return markdown.plain_of(message.text) if message.is_markdown else message.text


def _logo(brand: Brand) -> tuple[OutgoingFile, ...]:
    if brand.logo is None:
        return ()
    kind = brand.logo.kind
    return (OutgoingFile(f"logo.{kind.removeprefix('image/')}", kind, brand.logo.read(), _logo_id(brand)),)


def _logo_id(brand: Brand) -> str:
    return LOGO_ID.format(sha256=str(brand.logo))


def _files(message: Message) -> list[OutgoingFile]:
    return [
        OutgoingFile(one.name, one.media_type, one.file.read(), _picture_id(one) if _is_shown(message, one) else "")
        for one in _attached(message)
    ]


def _attached(message: Message) -> list[Attachment]:
    return list(message.attachments.filter(link=None).select_related("file").order_by("pk"))


def _is_shown(message: Message, file: Attachment) -> bool:
    return message.is_markdown and file.is_inline and file.file.is_picture


def _picture_id(file: Attachment) -> str:
    return PICTURE_ID.format(pk=file.pk)


def _links(message: Message) -> list[FileLink]:
    return list(FileLink.objects.filter(attachment__message=message).select_related("attachment").order_by("pk"))


def _where_files_lie(message: Message, language: str) -> str:
    """Return where the files can be fetched that are too large for a letter, and until when; "" without any."""
    links = _links(message)
    if not links:
        return ""
    with translation.override(language):
        until = date_format(timezone.localtime(min(link.expires_at for link in links)), "DATE_FORMAT")
        rows = [gettext("To download until %(day)s:") % {"day": until}]
        for link in links:
            size = filesizeformat(link.attachment.size_bytes).replace("\xa0", " ")
            rows.append(f"{link.attachment.name} ({size})\n{link.url}")
    return "\n\n".join(rows)


def _people(message: Message, field: str) -> tuple[Address, ...]:
    return tuple(Address(*pair) for pair in message.recipients.get(field, ()))


def _answers_to(delivery: Delivery, account: ChannelAccount) -> str:
    """Return where the answer shall go: a signed address, if this recipient is somebody to whom it can be bound."""
    address = delivery.message.inbox.address
    if account.has_plus_addresses:
        value = normalised(IdentityKind.EMAIL, delivery.address)
        known = Identity.objects.filter(kind=IdentityKind.EMAIL, value=value).values_list("pk", flat=True)
        for pk in known:
            message = delivery.message
            return signing.signed_reply_address(address, message.conversation_id, pk, message.created_at)
    return address


def _senders(delivery: Delivery, account: ChannelAccount, inbox: Inbox) -> tuple[str, ...]:
    signed = signing.signed_bounce_address(inbox.address, delivery.pk) if account.takes_verp else ""
    if delivery.message.is_automatic:
        # What a machine wrote must not come back to another one; some servers let nothing out without a sender.
        return (signed or NEVER_BACK, inbox.address)
    return (signed, inbox.address) if signed else (inbox.address,)


def _marks(message: Message, *, answers: bool) -> dict[str, str]:
    is_answer = answers and message.mail_class == AUTOMATIC_ANSWER
    return {
        "Auto-Submitted": "auto-replied" if is_answer else "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "auto_reply",
    }


def _answered(message: Message) -> str:
    came = message.conversation.messages.filter(direction=Direction.IN, created_at__lte=message.created_at)
    # A bounce may stand between what a person wrote and our answer.
    newest = came.annotate(is_human=HUMAN).order_by("-is_human", "-created_at", "-id")
    ids = newest.values_list("external_id", flat=True)
    return next(filter(_is_sendable, ids[:1]), "")


def _earlier_ids(message: Message, answered: str) -> list[str]:
    earlier = message.conversation.messages.exclude(pk=message.pk).filter(created_at__lte=message.created_at)
    said = earlier.filter(HUMAN).exclude(external_id="").order_by("created_at", "id")
    ids = [found for found in said.values_list("external_id", flat=True) if found != answered]
    return [found for found in dict.fromkeys([*ids, answered]) if _is_sendable(found)]


def _is_sendable(found_id: str) -> bool:
    return SENDABLE_ID.fullmatch(found_id) is not None and not found_id.endswith(MADE_UP)

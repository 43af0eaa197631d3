"""Pictures of a mail shown in its frame: under addresses that we signed, for one reader and one message.

The frame has an origin of its own and brings no cookie, so the address itself says who may see what, and for how long.
Pictures that stand elsewhere are fetched by us, and only when the reader has asked for them; the other side learns that
somebody looked, and neither who nor from where.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from urllib.parse import unquote, urlsplit

from django.core import signing
from django.urls import reverse

from samovar.accounts.models import User
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.lib import pictures, safe_http
from samovar.lib.errors import NotFetched
from samovar.lib.media_types import PICTURES
from samovar.lib.pictures import Picture

SALT = "samovar.conversations.pictures"
VALID_FOR = timedelta(hours=1)
LONGEST_ADDRESS = 2000
FETCH_SECONDS, WAIT_SECONDS, REFUSED_SECONDS = 5.0, 3.0, 60.0
MOST_REFUSED = 1000

# A letter with many pictures on a slow server must not take the few threads that serve pages.
_fetching = BoundedSemaphore(1)
_refused: dict[str, float] = {}


@dataclass(frozen=True)
class Ticket:
    """What a signed address says: who may see which picture of which message; one of both sources is empty.

    Without a message it is a picture that the person has uploaded and not sent.
    """

    user_id: int
    message_id: int
    attachment_id: int = 0
    address: str = ""

    @property
    def url(self) -> str:
        """The address of the picture, worth something for a while."""
        said = signing.dumps([self.user_id, self.message_id, self.attachment_id, self.address], salt=SALT)
        return reverse("mail_picture", args=[said])


def read_ticket(said: str) -> Ticket | None:
    """Return what an address says that we signed not long ago; None for any other."""
    try:
        return Ticket(*signing.loads(said, salt=SALT, max_age=VALID_FOR))
    except signing.BadSignature:
        return None


def attached_to(message: Message, reader: User) -> Callable[[str], str | None]:
    """Return where each picture is that came with the message itself, by its content id."""
    found = Attachment.objects.filter(message=message, file__kind__in=PICTURES).exclude(content_id="")
    by_id = {content_id.lower(): pk for pk, content_id in found.order_by("-pk").values_list("pk", "content_id")}

    def address_of(content_id: str) -> str | None:
        pk = by_id.get(content_id.lower()) or by_id.get(unquote(content_id).lower())
        return Ticket(reader.pk, message.pk, attachment_id=pk).url if pk else None

    return address_of


def elsewhere(message: Message, reader: User) -> Callable[[str], str | None]:
    """Return through where a picture comes that stands on a server of others."""

    def address_of(address: str) -> str | None:
        full = f"https:{address}" if address.startswith("//") else address
        is_on_the_web = full.lower().startswith(("http://", "https://")) and len(full) <= LONGEST_ADDRESS
        return Ticket(reader.pk, message.pk, address=full).url if is_on_the_web else None

    return address_of


def drawn(ticket: Ticket) -> Picture | None:
    """Return the picture that a ticket is for, if its reader may see it now and it is one."""
    reader = User.objects.filter(pk=ticket.user_id, is_active=True).first()
    if reader is None:
        return None
    if not ticket.message_id:
        return _unsent(ticket, reader)
    if not _is_visible(ticket.message_id, reader):
        return None
    if ticket.address:
        content = _fetched(ticket.address)
        return pictures.redrawn(content) if content else None
    found = Attachment.objects.filter(pk=ticket.attachment_id, message=ticket.message_id).select_related("file").first()
    return redrawn(found) if found else None


def redrawn(attachment: Attachment, fits: tuple[int, int] = pictures.LARGE) -> Picture | None:
    """Return a file as a picture of ours; None for what is none, or is too large to be looked at."""
    if not attachment.file.is_picture or attachment.file.size_bytes > pictures.MOST_BYTES:
        return None
    return pictures.redrawn(attachment.file.read(), fits)


def _unsent(ticket: Ticket, reader: User) -> Picture | None:
    rows = Attachment.objects.filter(pk=ticket.attachment_id, message=None, uploaded_by=reader).select_related("file")
    found = rows.first()
    return redrawn(found) if found else None


def _is_visible(message_id: int, reader: User) -> bool:
    seen = Conversation.objects.all().visible_to(reader)
    return Message.objects.filter(pk=message_id, conversation__in=seen).exists()


def _fetched(address: str) -> bytes | None:
    """Return what stands there; a server that has just failed is left alone for a while."""
    try:
        host, now = urlsplit(address).netloc, time.monotonic()
    except ValueError:
        return None
    if _refused.get(host, 0.0) > now or not _fetching.acquire(timeout=WAIT_SECONDS):
        return None
    try:
        return safe_http.fetch(address, seconds=FETCH_SECONDS).content
    except NotFetched:
        if len(_refused) >= MOST_REFUSED:
            _refused.clear()
        _refused[host] = now + REFUSED_SECONDS
        return None
    finally:
        _fetching.release()

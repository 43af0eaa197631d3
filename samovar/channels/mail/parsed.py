"""A mail as facts, ready to be stored."""

from dataclasses import dataclass
from datetime import datetime

from samovar.channels.mail.addresses import Address
from samovar.channels.mail.headers import Headers


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail, or a part of it that is kept like one."""

    name: str
    media_type: str
    content: bytes
    content_id: str
    is_inline: bool
    """Whether it is a picture that the HTML text shows, and not a file beside the text."""

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.content)


@dataclass(frozen=True)
class ParsedMail:
    """What a mail says of itself. Texts are storable; addresses and ids are as written, without brackets and blanks."""

    sha256: str
    headers: Headers
    from_: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    """Addresses under which it was delivered, by the servers on its way."""
    subject: str
    date: datetime
    """In UTC, to sort by: never after the arrival."""
    sent_at: datetime | None
    """In UTC, as the mail says, true or not."""
    date_header: str
    message_id: str
    """Never empty: a mail without an id gets one made of its bytes."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    thread_root: str
    """Of Outlook's Thread-Index: the same for all mails of a conversation; "" without one."""
    text: str
    """The plain text with "\\n" at line ends; "" when the mail has HTML only."""
    html: str
    """The HTML text as it came: never to be shown unsanitised."""
    attachments: tuple[Attachment, ...]
    media_type: str
    report_type: str
    """Of a multipart/report: what kind of report it is, such as delivery-status."""
    problems: tuple[str, ...]

"""Messages, their files, and the ids by which answers find their conversation."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.conversations import signing
from samovar.conversations.folding import pieces_of, preview_of
from samovar.conversations.models.delivering import Deliverable
from samovar.conversations.models.inbox import Inbox
from samovar.customers.models import Customer
from samovar.files.models import StoredFile
from samovar.lib.rows import next_ids
from samovar.lib.text import digits_in, file_name


class Direction(models.TextChoices):
    """Which way a message goes."""

    IN = "in", _("From the customer")
    OUT = "out", _("To the customer")
    NOTE = "note", _("Note to the team")


class Verdict(models.TextChoices):
    """What we know of the sender of an incoming message."""

    VERIFIED = "verified", _("Sender verified")
    CLAIMED = "claimed", _("Sender not checked")
    FAILED = "failed", _("Sender not verified")


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages as a thread needs them."""

    def of_thread(self) -> MessageQuerySet:
        """Return what a thread shows, oldest first, with authors and files, without the HTML."""
        threads = self.select_related("author", "customer").prefetch_related("attachments")
        return threads.annotate(has_html=~Q(html="")).defer("html").order_by("created_at", "id")

    def write(
        self, *, conversation_id: int, inbox: Inbox, direction: Direction, author: User, text: str, at: datetime
    ) -> Message:
        """Store a message of ours; its Message-ID is fixed here and never changes."""
        [pk] = next_ids(connection, Message, 1)
        message = Message(
            pk=pk, conversation_id=conversation_id, direction=direction, author=author, text=text, created_at=at
        ).complete(inbox)
        message.save(force_insert=True)
        return message


class Message(Deliverable):
    """One message of a conversation: from the customer, to the customer, or a note to the team.

    ``text`` is the whole plain text; ``hidden`` lists the ranges [start, end) of quotes and signatures that are
    folded. ``external_id`` is the Message-ID without brackets; (inbox, external_id, dup_no) is unique, and a message
    that comes with a known id but another body (``fingerprint``) gets the next ``dup_no``. ``sent_at`` is the
    sender's clock, ``created_at`` is when it came; what was imported keeps its own time. ``noticed_at`` is when it
    could first be seen here, if that was later. The column ``search`` is kept by PostgreSQL
    (``conversations.searching``).
    """

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="messages", db_index=False)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    direction = models.CharField(max_length=4, choices=Direction.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    sender_name = models.CharField(max_length=300, blank=True)
    sender_address = models.CharField(max_length=320, blank=True)
    recipients = models.JSONField(default=dict, blank=True)
    external_id = models.CharField(max_length=998, blank=True)
    dup_no = models.SmallIntegerField(default=0)
    fingerprint = models.UUIDField(null=True)
    subject = models.CharField(_("subject"), max_length=1000, blank=True)
    text = models.TextField(_("text"), blank=True)
    hidden = models.JSONField(default=list, blank=True)
    html = models.TextField(blank=True)
    numbers = models.TextField(blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.CLAIMED)
    mail_class = models.CharField(max_length=16, default="human")
    rule = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    created_at = models.DateTimeField(_("came at"))
    noticed_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        constraints = [
            models.UniqueConstraint(
                fields=["inbox", "external_id", "dup_no"], name="message_once", condition=~Q(external_id="")
            ),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="message_direction_known"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="message_verdict_known"),
        ]
        indexes = [
            models.Index(fields=["conversation", "created_at", "id"], name="message_of_thread"),
            GinIndex(OpClass("numbers", name="gin_trgm_ops"), name="message_numbers", condition=~Q(numbers="")),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"

    def complete(self, inbox: Inbox) -> Message:
        """Derive the rest of a message of ours that is new: its Message-ID and what is found by its numbers."""
        self.inbox_id, self.sent_at, self.numbers = inbox.pk, self.created_at, digits_in(self.text)
        self.external_id = signing.signed_message_id(self.pk, inbox.address) if self.direction == Direction.OUT else ""
        return self

    @property
    def preview(self) -> str:
        """The first words that a reader sees, on one line."""
        return preview_of(self.text, self.hidden)

    @property
    def parts(self) -> list[tuple[bool, str]]:
        """The text in pieces: (is hidden, text), in order; empty pieces left out."""
        return [(is_hidden, text) for is_hidden, text in pieces_of(self.text, self.hidden) if text.strip()]


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files of messages and of drafts."""

    def upload(self, name: str, media_type: str, content: bytes, by: User) -> Attachment:
        """Keep a file that ``by`` is going to send; it belongs to no message yet."""
        return self.create(
            file=StoredFile.objects.all().keep(content),
            name=file_name(name)[:255],
            media_type=media_type[:127],
            size_bytes=len(content),
            uploaded_by=by,
        )

    def abandoned(self, before: datetime) -> AttachmentQuerySet:
        """Return the files that were uploaded before and belong to no message and to no draft any more."""
        return self.filter(message=None, draft=None, created_at__lt=before)


class Attachment(models.Model):
    """A file of a message; without ``message`` it was uploaded by ``uploaded_by``, for a draft, and is not sent yet."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="attachments")
    draft = models.ForeignKey("Draft", on_delete=models.SET_NULL, null=True, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=255)
    media_type = models.CharField(max_length=127)
    size_bytes = models.BigIntegerField(_("size"))
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        constraints = [
            models.CheckConstraint(
                condition=Q(message__isnull=False) | Q(uploaded_by__isnull=False), name="attachment_of_somebody"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Reference(models.Model):
    """The id of a mail that belongs to a conversation, be it stored here or only named as an ancestor."""

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="references")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "conversation"], name="reference_once")]

    def __str__(self) -> str:
        return f"{self.key} in {self.conversation_id}"


def reference_key(external_id: str) -> uuid.UUID:
    """Return the key under which the id of a mail is kept: the first 128 bits of its SHA-256."""
    return uuid.UUID(bytes=hashlib.sha256(external_id.encode("utf-8", "surrogatepass")).digest()[:16])

"""Messages, their files, and the ids by which answers find their conversation."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.accounts.voices import Voice
from samovar.conversations import signing
from samovar.conversations.folding import pieces_of, preview_of
from samovar.conversations.models.delivering import Deliverable
from samovar.conversations.models.inbox import Inbox
from samovar.conversations.models.mention import Mention
from samovar.conversations.models.note_edit import NoteEdit
from samovar.customers.models import Customer
from samovar.files.models import StoredFile
from samovar.lib.markdown import words_of
from samovar.lib.media_types import is_disguised
from samovar.lib.rows import next_ids
from samovar.lib.text import digits_in, file_name

PICTURE = re.compile(r"<img\b", re.IGNORECASE)
FOREIGN_SOURCE = re.compile(r"\bsrc\s{0,9}=\s{0,9}[\"']?\s{0,9}(?:https?:)?//", re.IGNORECASE)


class Direction(models.TextChoices):
    """Which way a message goes."""

    IN = "in", _("From the customer")
    OUT = "out", _("To the customer")
    NOTE = "note", _("Note to the team")


class Way(models.TextChoices):
    """How something was said that somebody of the team wrote down."""

    CALL = "call", _("Phone call")
    VISIT = "visit", _("Visit")


class Verdict(models.TextChoices):
    """What we know of the sender of an incoming message."""

    VERIFIED = "verified", _("Sender verified")
    CLAIMED = "claimed", _("Sender not checked")
    FAILED = "failed", _("Sender not verified")


# By which sign a message found its conversation, in words.
REASONS = {
    "reply-address": _("It was sent to an address that we signed for this conversation."),
    "our-message-id": _("It answers a message of ours."),
    "stored-message-id": _("It names a mail that stands here."),
    "body-marker": _("It quotes a mark that we signed for this conversation."),
    "subject-tag": _("Its subject names the number of this conversation."),
    "same-subject": _("The same sender wrote about the same subject a short while ago."),
    "possible-loop": _("Its sender had opened too many conversations in a short time."),
    "above-limit": _("Its sender had written as often on this day as we let them."),
    "passed-on": _("Somebody of the team passed it on to us."),
}


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages as a thread needs them."""

    def to_be_seen(self) -> MessageQuerySet:
        """Return what somebody who answers has to know: not our notes, and not what a machine of ours wrote."""
        return self.exclude(direction=Direction.NOTE).exclude(~Q(mail_class="human"), direction=Direction.OUT)

    def to_be_seen_by(self, author: User) -> MessageQuerySet:
        """Return the same without the answers of ``author``: what they wrote themselves is no news to them."""
        return self.to_be_seen().exclude(direction=Direction.OUT, author=author)

    def of_thread(self) -> MessageQuerySet:
        """Return what a thread shows, oldest first: authors, files, the ``names`` in notes, when these were
        edited (``edited_at``); without the HTML."""
        files = models.Prefetch("attachments", Attachment.objects.select_related("file", "link").order_by("pk"))
        threads = self.select_related("author", "customer", "inbox", "withdrawal__by").prefetch_related(files)
        named = ArraySubquery(Mention.objects.filter(message=models.OuterRef("pk")).values("name"))
        edits = NoteEdit.objects.all().in_force().filter(message=models.OuterRef("pk"))
        edited = models.Case(models.When(direction=Direction.NOTE, then=models.Subquery(edits.values("edited_at")[:1])))
        threads = threads.annotate(has_html=~Q(html=""), names=named, edited_at=edited)
        return threads.defer("html").order_by("created_at", "id")


class Message(Deliverable):
    """One message of a conversation: from the customer, to the customer, or a note to the team.

    ``text`` is the whole plain text; ``hidden`` lists the ranges [start, end) of quotes and signatures that are
    folded. What ``is_markdown`` was typed with its signs (``lib.markdown``). ``external_id`` is the Message-ID
    without brackets; (inbox, external_id, dup_no) is unique, and a message that comes with a known id but another
    body (``fingerprint``) gets the next ``dup_no``. ``sent_at`` is the sender's clock, ``created_at`` is when it
    came; what was imported keeps its own time. ``noticed_at`` is when it could first be seen here, if that was
    later. What ``is_history`` was read and settled elsewhere: it changes nothing about whose turn it is. What
    ``is_spam`` was called so by its provider, and belongs to no conversation that we had. A message of ours without
    an author was written in another program. A note with a ``way`` tells what was said there. In whose name an
    answer of ours went out and what stood at its foot is fixed when it is written (``from_name``, ``signature``,
    ``legal_line``), so that later changes rewrite nothing. A letter to somebody outside keeps the numbers of the
    messages that it quotes or whose files go along (``passed_on``). The column ``search`` is kept by PostgreSQL
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
    is_markdown = models.BooleanField(default=False, db_default=False)
    hidden = models.JSONField(default=list, blank=True)
    html = models.TextField(blank=True)
    has_foreign_pictures = models.BooleanField(default=False, db_default=False)
    numbers = models.TextField(blank=True)
    from_name = models.CharField(max_length=420, blank=True, default="", db_default="")
    signature = models.TextField(blank=True, default="", db_default="")
    legal_line = models.TextField(blank=True, default="", db_default="")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.CLAIMED)
    mail_class = models.CharField(max_length=16, default="human")
    rule = models.CharField(max_length=40, blank=True)
    way = models.CharField(max_length=8, choices=Way.choices, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(_("sent at"))
    created_at = models.DateTimeField(_("came at"))
    noticed_at = models.DateTimeField(null=True)
    is_history = models.BooleanField(default=False, db_default=False)
    is_spam = models.BooleanField(default=False, db_default=False)
    passed_on = ArrayField(models.BigIntegerField(), null=True)

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
            # Whom an answer goes to is asked of the newest of these, however much we have written since.
            models.Index(
                fields=["conversation", "created_at", "id"],
                name="message_of_people",
                condition=Q(direction="in", mail_class="human"),
            ),
            # What was written down of calls and visits is a small part of all.
            models.Index(fields=["way", "conversation"], name="message_written_down", condition=~Q(way="")),
            GinIndex(OpClass("numbers", name="gin_trgm_ops"), name="message_numbers", condition=~Q(numbers="")),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"

    def store(self, inbox: Inbox) -> None:
        """Write a message of ours that is new; its Message-ID is fixed here and never changes."""
        if self.pk is None:
            [self.pk] = next_ids(connection, Message, 1)
        self.complete(inbox).save(force_insert=True)

    def complete(self, inbox: Inbox) -> Message:
        """Derive the rest of a message of ours that is new: its Message-ID and what is found by its numbers."""
        self.inbox_id, self.sent_at, self.numbers = inbox.pk, self.created_at, digits_in(self.text)
        self.external_id = signing.signed_message_id(self.pk, inbox.address) if self.direction == Direction.OUT else ""
        return self

    def speak(self, voice: Voice) -> None:
        """Fix in whose name a new message of ours goes out, and how it is signed."""
        self.from_name, self.signature, self.legal_line = voice.from_name, voice.signature, voice.legal_line

    @property
    def voice(self) -> Voice | None:
        """In whose name it goes out and how it is signed; None where that was not kept."""
        return Voice(self.from_name, self.signature, self.legal_line) if self.from_name else None

    @property
    def is_aside(self) -> bool:
        """Whether it is no part of what was said with the customer: a note, or what a machine of ours wrote."""
        if self.direction == Direction.NOTE:
            return not self.way
        return self.direction == Direction.OUT and self.is_automatic

    @property
    def our_name(self) -> str:
        """Who of us wrote a message without an author here: somebody in another program, or a machine of ours."""
        return self.sender_name or self.inbox.sender_name or self.inbox.shown_name

    @property
    def why_here(self) -> str:
        """Why it stands in its conversation, in the reader's language; empty when it opened one like any mail."""
        return str(REASONS.get(self.rule, ""))

    @property
    def preview(self) -> str:
        """The first words that a reader sees, on one line."""
        if self.is_markdown:
            return preview_of(words_of(self.text))
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
        return self.filter(message=None, draft=None, pending=None, created_at__lt=before)

    def throw_away(self) -> None:
        """Delete them, with their bytes where nothing else has these."""
        held = set(self.values_list("file_id", flat=True))
        self.delete()
        in_use = set(Attachment.objects.filter(file__in=held).values_list("file_id", flat=True))
        StoredFile.objects.all().throw_away(held - in_use)

    def let_go(self) -> None:
        """Hold an empty file instead; their own go where nothing else belongs to them."""
        nothing = StoredFile.objects.all().keep(b"")
        rows = self.exclude(file=nothing)
        held = set(rows.values_list("file_id", flat=True))
        rows.update(file=nothing)
        in_use = set(Attachment.objects.filter(file__in=held).values_list("file_id", flat=True))
        StoredFile.objects.all().throw_away(held - in_use)


class Attachment(models.Model):
    """A file of a message; without ``message`` it was uploaded by ``uploaded_by`` and is not sent yet.

    It goes with a ``draft``, or with a reply that has not left (``pending``).
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="attachments")
    draft = models.ForeignKey("Draft", on_delete=models.SET_NULL, null=True, related_name="files")
    pending = models.ForeignKey(
        "PendingReply", on_delete=models.SET_NULL, null=True, related_name="files", db_index=False
    )
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
        indexes = [
            models.Index(fields=["pending"], name="attachment_pending", condition=Q(pending__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.file.is_picture

    @property
    def is_disguised(self) -> bool:
        """Whether it holds something else than its name says."""
        return is_disguised(self.name, self.file.kind)


class Reference(models.Model):
    """The id of a mail that belongs to a conversation, be it stored here or only named as an ancestor."""

    conversation = models.ForeignKey("Conversation", on_delete=models.PROTECT, related_name="references")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "conversation"], name="reference_once")]

    def __str__(self) -> str:
        return f"{self.key} in {self.conversation_id}"


def names_foreign_pictures(html: str) -> bool:
    """Whether HTML seems to show pictures that do not come with it: near enough to offer them, and quick."""
    return PICTURE.search(html) is not None and FOREIGN_SOURCE.search(html) is not None


def reference_key(external_id: str) -> uuid.UUID:
    """Return the key under which the id of a mail is kept: the first 128 bits of its SHA-256."""
    return uuid.UUID(bytes=hashlib.sha256(external_id.encode("utf-8", "surrogatepass")).digest()[:16])

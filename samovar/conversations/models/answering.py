"""Whose turn it is, and writing to the customer or to the team."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.conversations.errors import CustomerErased, EmptyMessage, NewerMessage
from samovar.conversations.events import (
    ColleagueMentioned,
    ConfirmationWritten,
    NoteAdded,
    PhoneCallLogged,
    ReplyWritten,
    VisitLogged,
)
from samovar.conversations.folding import PREVIEW_LENGTH
from samovar.conversations.models.circle import circle_and_number
from samovar.conversations.models.file_link import FileLink
from samovar.conversations.models.mention import Mention
from samovar.conversations.models.message import Attachment, Direction, Message, Way
from samovar.conversations.models.watching import Watching
from samovar.conversations.recipients import Recipients, recipients
from samovar.events.announcing import announce, announce_many
from samovar.lib import clock
from samovar.lib.markdown import pictures_in
from samovar.lib.text import storable

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.conversations.models.conversation import Conversation
    from samovar.conversations.models.inbox import Inbox
    from samovar.customers.models import Customer


# The class of what a machine of ours answers.
CONFIRMATION = "auto-reply"


class Heading(TypedDict):
    """What every event of a conversation says."""

    customer_id: int
    conversation_id: int
    actor_id: int | None
    title: str


class Answerable(models.Model):
    """Something to which people write in turn: keeps whose turn it is and what was said last."""

    waiting_since = models.DateTimeField(_("customer waits since"), null=True)
    first_response_at = models.DateTimeField(_("first answer"), null=True)
    last_message_at = models.DateTimeField(_("last message"))
    last_inbound_at = models.DateTimeField(_("customer's last message"), null=True)
    last_outbound_at = models.DateTimeField(_("our last message"), null=True)
    undelivered_at = models.DateTimeField(_("undelivered since"), null=True)
    preview = models.CharField(max_length=PREVIEW_LENGTH, blank=True)
    message_count = models.IntegerField(default=0)
    is_unread = models.BooleanField(default=True)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        pk: int
        customer_id: int
        customer: Customer
        parent: Conversation | None
        inbox: Inbox
        subject: str
        version: int
        resolved_at: datetime | None
        messages: models.Manager[Message]

        def locked(self) -> None: ...

    @property
    def customer_wrote_last(self) -> bool:
        """Whether the newest message that the customer can see is their own."""
        if self.last_inbound_at is None:
            return False
        return self.last_outbound_at is None or self.last_inbound_at > self.last_outbound_at

    def heading(self, by: User | None) -> Heading:
        """Return what every event of this conversation says; ``by`` is who did it, None for the clock or the mail."""
        return {
            "customer_id": self.customer_id,
            "conversation_id": self.pk,
            "actor_id": by.pk if by else None,
            "title": self.subject[:200],
        }

    @transaction.atomic
    def reply(
        self,
        text: str,
        by: User,
        files: Sequence[Attachment] = (),
        seen_id: int | None = None,
        to: Recipients | None = None,
    ) -> Message:
        """Answer the customer, and those who were admitted; the message is stored and leaves by itself.

        Whom it goes to is fixed here, unless ``to`` says it. ``files`` were uploaded before and belong to nobody yet.
        With ``seen_id``, the newest message that the author has seen, raises NewerMessage when something has come
        since from somebody else; raises EmptyMessage without text and files, and CustomerErased when there is
        nobody any more.
        """
        now = clock.now()
        self.ready_for(text, files, seen_id, by)
        message = self._draft(Direction.OUT, text, by, now)
        circle, message.pk = circle_and_number(self.pk)
        message.recipients = (to or recipients(circle)).as_kept
        message.speak(self.inbox.voice_of(by))
        message.is_markdown = True
        self._write(message, files)
        if files:
            FileLink.objects.all().make_for(message, self.inbox)
        self.answered(now, message.preview)
        self.save(update_fields=ANSWERED_FIELDS)
        announce(ReplyWritten(**self.heading(by), message_id=message.pk, preview=message.preview))
        return message

    @transaction.atomic
    def confirm(self, text: str, subject: str, address: str) -> Message:
        """Let a machine of ours tell whoever wrote that their message has come; it is no answer and ends no waiting."""
        self.locked()
        message = self._draft(Direction.OUT, text, None, clock.now())
        message.subject, message.mail_class, message.recipients = subject, CONFIRMATION, {"to": [["", address]]}
        message.speak(self.inbox.voice_of(None))
        self._write(message, ())
        self.noted()
        self.save(update_fields=["message_count", "version"])
        announce(ConfirmationWritten(**self.heading(None), message_id=message.pk))
        return message

    @transaction.atomic
    def add_note(self, text: str, by: User, files: Sequence[Attachment] = (), seen_id: int | None = None) -> Message:
        """Leave a note that only the team sees; it changes nothing about whose turn it is.

        Whom it names (``@`` and their name) is told, and watches from now on. Raises what reply() raises.
        """
        now = clock.now()
        self.ready_for(text, files, seen_id, by)
        message = self._draft(Direction.NOTE, text, by, now)
        message.is_markdown = True
        self._write(message, files)
        self.noted()
        self.save(update_fields=["message_count", "version"])
        announce(NoteAdded(**self.heading(by), message_id=message.pk, preview=message.preview))
        self.mention(message)
        return message

    def mention(self, note: Message, known: Collection[int] = ()) -> list[User]:
        """Take note of the colleagues whom a note names, and return them: they watch from now on, and are told.

        Those ``known`` by their numbers were named there before.
        """
        named = [found.user for found in Mention.objects.all().read(note, self.inbox)]
        people = [person for person in named if person.pk not in known]
        Watching.objects.all().begin(self.pk, people, clock.now())
        heading = self.heading(note.author)
        announce_many([ColleagueMentioned(**heading, message_id=note.pk, mentioned_id=person.pk) for person in people])
        return named

    @transaction.atomic
    def log(self, text: str, way: Way, at: datetime, by: User) -> Message:
        """Write down what was said on the phone or face to face at ``at``; nothing leaves, and nobody waits by it."""
        self.ready_for(text, (), None, by)
        message = self._draft(Direction.NOTE, text, by, at)
        message.way = way
        self._write(message, ())
        self.noted()
        self.last_message_at, self.preview = max(at, self.last_message_at), message.preview
        self.save(update_fields=["message_count", "version", "last_message_at", "preview"])
        event = PhoneCallLogged if way == Way.CALL else VisitLogged
        announce(event(**self.heading(by), at=at, message_id=message.pk, preview=message.preview))
        return message

    def answered(self, at: datetime, preview: str) -> None:
        """Set what an answer of ours at ``at`` changes on the row; bulk writers call it too."""
        self.first_response_at = self.first_response_at or at
        self.waiting_since, self.is_unread = None, False
        self.last_outbound_at, self.last_message_at, self.preview = at, at, preview
        self.message_count += 1
        self.version += 1

    def noted(self) -> None:
        """Set what a note changes on the row."""
        self.message_count += 1
        self.version += 1

    def received(self, at: datetime, preview: str, is_waiting: bool, counts_at: datetime) -> None:
        """Set what a message from outside at ``at`` changes on the row, also when it comes out of order.

        ``is_waiting`` says that a person wrote who expects an answer; machines change nothing about whose turn it is.
        ``counts_at`` is the moment by which we knew of it: an answer or a decision after that takes account of it.
        """
        self.message_count += 1
        self.version += 1
        self.is_unread = True
        if at >= self.last_message_at:
            self.last_message_at, self.preview = at, preview
        if is_waiting:
            self.last_inbound_at = max(counts_at, self.last_inbound_at or counts_at)
            settled_at = max(filter(None, (self.last_outbound_at, self.resolved_at)), default=None)
            if settled_at is None or counts_at > settled_at:
                self.waiting_since = min(at, self.waiting_since or at)

    def writable(self) -> None:
        """Take the row to write something that tells of its customer; raises CustomerErased."""
        self.locked()
        # What is said in a side conversation is about the customer of the other one.
        if self.customer.erased_at or (self.parent and self.parent.customer.erased_at):
            raise CustomerErased(_("This person was erased. Nothing can be written to them or about them any more."))

    def ready_for(self, text: str, files: Sequence[Attachment], seen_id: int | None, by: User) -> None:
        """Take the row to write this in it; raises what reply() raises."""
        if not text.strip() and not files:
            raise EmptyMessage(_("There is nothing to send yet. Write a text or attach a file."))
        self.writable()
        if seen_id is not None:
            # What they have written themselves since, as from a page without a connection, is no news to them.
            written = Message.objects.filter(conversation=self.pk, pk__gt=seen_id).to_be_seen_by(by)
            newest = written.order_by("-id").values_list("id", flat=True).first()
            if newest is not None:
                raise NewerMessage(newest)

    def _write(self, message: Message, files: Sequence[Attachment]) -> None:
        """Store a message of ours; its Message-ID is fixed here and never changes."""
        message.store(self.inbox)
        if files:
            own = Attachment.objects.filter(pk__in=[file.pk for file in files], message=None)
            own.filter(uploaded_by=message.author_id).update(message=message)
            if shown := pictures_in(message.text):
                message.attachments.filter(pk__in=shown).update(is_inline=True)

    def _draft(self, direction: Direction, text: str, by: User | None, at: datetime) -> Message:
        return Message(conversation_id=self.pk, direction=direction, author=by, text=storable(text), created_at=at)


ANSWERED_FIELDS = [
    "first_response_at",
    "waiting_since",
    "is_unread",
    "last_outbound_at",
    "last_message_at",
    "preview",
    "message_count",
    "version",
]

"""Files of ours that are too large for a letter: whoever has the link in it fetches them, for a while."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.conversations.events import FileLinkRestored, FileLinkWithdrawn
from samovar.conversations.models.message import Attachment, Message
from samovar.events.announcing import announce
from samovar.lib import clock

if TYPE_CHECKING:
    from samovar.conversations.models.inbox import Inbox

SALT = "samovar.conversations.file_link"
MOST_DIGITS = 18


class FileLinkQuerySet(models.QuerySet["FileLink"]):
    """Finds links, and makes them."""

    def make_for(self, message: Message, inbox: Inbox) -> None:
        """Let the largest files of a message go as links, until the others fit into a letter from ``inbox``.

        Where customers cannot reach us, all files go with the letter: a link would lead nowhere.
        """
        limit = inbox.letter_bytes
        if limit is None:
            return
        files = sorted(Attachment.objects.filter(message=message), key=lambda file: (-file.size_bytes, file.pk))
        too_much = sum(file.size_bytes for file in files) - limit
        expires_at, made = message.created_at + timedelta(days=inbox.link_days), list[FileLink]()
        for file in files:
            if too_much <= 0:
                break
            too_much -= file.size_bytes
            made.append(FileLink(attachment=file, expires_at=expires_at))
        self.bulk_create(made)

    def renew_for(self, message: Message, inbox: Inbox) -> None:
        """Let the links of a message that leaves once more be good as long as if it were new.

        What was over gets another address: the old one opens nothing all the same. What was withdrawn stays so.
        """
        until = clock.now() + timedelta(days=inbox.link_days)
        due = self.filter(attachment__message=message, withdrawn_at=None, expires_at__lt=until)
        for link in due.order_by("pk").select_for_update(of=("self",)):
            link.nonce = uuid.uuid4() if link.is_over else link.nonce
            link.expires_at = until
            link.save(update_fields=["nonce", "expires_at"])

    def opened_by(self, token: str, now: datetime) -> FileLink | None:
        """Return the link that ``token`` opens ``now``; None for all that opens nothing, whatever the reason."""
        number, _dash, signature = token.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
            return None
        rows = self.select_related("attachment__file", "attachment__message")
        found = rows.filter(
            pk=int(number),
            withdrawn_at=None,
            expires_at__gt=now,
            attachment__message__conversation__deleted_at=None,
            attachment__message__conversation__customer__erased_at=None,
            attachment__message__conversation__parent__customer__erased_at=None,
        ).first()
        return found if found and constant_time_compare(signature, found.signature) else None


class FileLink(models.Model):
    """A file of a letter of ours that whoever holds the link may fetch without signing in, until ``expires_at``.

    The link is signed with a key that does not lie in the database, over a ``nonce`` of this row: who reads the table
    cannot make one. ``downloads`` counts how often it was fetched, by people and by programs that look at mail.
    """

    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="link")
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    expires_at = models.DateTimeField(_("good until"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    downloads = models.PositiveIntegerField(_("downloads"), default=0)

    objects = FileLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a file")

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def signature(self) -> str:
        """What proves that we made the link."""
        return salted_hmac(SALT, f"{self.pk} {self.nonce}", algorithm="sha256").hexdigest()

    @property
    def url(self) -> str:
        """The whole address, for a letter."""
        return f"{settings.PUBLIC_URL}{reverse('shared_file', args=[f'{self.pk}-{self.signature}'])}"

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return clock.now() >= self.expires_at

    @transaction.atomic
    def withdraw(self, by: User) -> None:
        """Let the link open nothing any more; twice is once."""
        self._lock()
        if self.withdrawn_at is None:
            self.withdrawn_at, self.withdrawn_by = clock.now(), by
            self.save(update_fields=["withdrawn_at", "withdrawn_by"])
            self._tell(by, Action.FILE_LINK_WITHDRAWN)

    @transaction.atomic
    def restore(self, by: User) -> None:
        """Undo that; twice is once."""
        self._lock()
        if self.withdrawn_at is not None:
            self.withdrawn_at = self.withdrawn_by = None
            self.save(update_fields=["withdrawn_at", "withdrawn_by"])
            self._tell(by, Action.FILE_LINK_RESTORED)

    def count(self) -> None:
        """Note that the file was fetched; not worth a line of history."""
        FileLink.objects.filter(pk=self.pk).update(downloads=F("downloads") + 1)

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=FileLink.objects.select_for_update())

    def _tell(self, by: User, action: Action) -> None:
        message = self.attachment.message
        assert message is not None
        heading = message.conversation.heading(by)
        event = FileLinkWithdrawn if action == Action.FILE_LINK_WITHDRAWN else FileLinkRestored
        announce(event(**heading, message_id=message.pk))
        record(action, by, self)

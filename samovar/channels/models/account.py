"""How to sign in to a mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models.audit import Action, record, record_change
from samovar.channels.errors import ChannelTrouble
from samovar.channels.models.letting_in import LetIn
from samovar.channels.models.stopping import Stoppable
from samovar.conversations.models import Inbox
from samovar.lib import sayings, sealing

if TYPE_CHECKING:
    from samovar.accounts.models import User
    from samovar.channels.models.folder import MailFolder
    from samovar.channels.models.provider import SignInProvider
    from samovar.channels.models.raw import RawMail
    from samovar.channels.oauth import Tokens


UNREAD_FOR = timedelta(minutes=5)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
SENDING_FIELDS = ["sending_problem", "sending_problem_since", "send_again_at"]

# What an administrator types, and the audit log tells.
SETTINGS = [
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "user_name",
    "folder",
    "has_plus_addresses",
    "takes_verp",
    "most_a_minute",
    "most_a_day",
    "trusted_checker",
]
CONNECTED_FIELDS = [*SETTINGS, "sealed_password", "provider", "problem", "problem_since", *SENDING_FIELDS]


class Security(models.TextChoices):
    """How a connection is protected."""

    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("Not protected (this machine only)")


@dataclass(frozen=True)
class OldMailRead:
    """How many of the old mails of a mailbox are read."""

    read: int
    total: int
    is_stopped: bool


class ChannelAccountQuerySet(models.QuerySet["ChannelAccount"]):
    """Mailboxes."""

    def in_use(self) -> ChannelAccountQuerySet:
        """Return those that are to be read and sent from: neither paused nor archived."""
        return self.filter(paused_at=None, inbox__archived_at=None)

    def led_by(self, user: User) -> ChannelAccountQuerySet:
        """Return those of whose inbox ``user`` decides who sees it: of all, or of those in use that they see."""
        rows = self.select_related("inbox").prefetch_related("inbox__teams").order_by("inbox__name", "pk")
        if user.is_admin:
            return rows
        return rows.filter(inbox__archived_at=None, inbox__in=Inbox.objects.all().open_to(user))

    def for_staff(self) -> ChannelAccountQuerySet:
        """Return those through which letters to the staff may leave, the ones without trouble first."""
        let_in = Q(provider=None) | ~Q(sealed_refresh_token=b"")
        return self.in_use().filter(let_in).order_by(Length("sending_problem"), "pk")

    def sign_out_of(self, provider: SignInProvider) -> list[str]:
        """Forget what ``provider`` gave us for mailboxes; return the names of those that it had let us into."""
        let_in = self.filter(provider=provider).exclude(sealed_refresh_token=b"")
        names = list(let_in.order_by("inbox__name").values_list("inbox__name", flat=True))
        let_in.update(sealed_refresh_token=b"", sealed_access_token=b"", access_until=None)
        return names


class ChannelAccount(LetIn, Stoppable):
    """The servers of one mailbox; how far it has been read is kept with its folders.

    Mail from before ``connected_at`` is history, and is read as far back as ``read_since`` (empty: everything).
    ``problem`` says in words why the last attempt to fetch failed; fetching never stops for good because of it.
    """

    imap_host = models.CharField(_("incoming server"), max_length=255)
    imap_port = models.PositiveIntegerField(_("port"), default=993)
    imap_security = models.CharField(_("protection"), max_length=10, choices=Security.choices, default=Security.TLS)
    has_plus_addresses = models.BooleanField(_("mail to name+anything@ comes here too"), default=False)
    takes_verp = models.BooleanField(_("mail may leave as name+anything@"), default=False)
    smtp_host = models.CharField(_("outgoing server"), max_length=255)
    smtp_port = models.PositiveIntegerField(_("port"), default=465)
    smtp_security = models.CharField(_("protection"), max_length=10, choices=Security.choices, default=Security.TLS)
    most_a_minute = models.PositiveIntegerField(_("most mails a minute"), default=100)
    most_a_day = models.PositiveIntegerField(_("most mails a day"), null=True)
    user_name = models.CharField(_("user name"), max_length=255)
    sealed_password = models.BinaryField(default=b"")
    folder = models.CharField(_("folder"), max_length=255, default="INBOX")
    trusted_checker = models.CharField(_("server whose verdict on senders we believe"), max_length=255, blank=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    connected_at = models.DateTimeField(null=True)
    read_since = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(_("last fetched"), null=True)
    problem = models.CharField(_("problem"), max_length=sayings.LONGEST, blank=True)
    problem_since = models.DateTimeField(_("problem since"), null=True)
    sending_problem = models.CharField(_("problem with sending"), max_length=sayings.LONGEST, blank=True)
    sending_problem_since = models.DateTimeField(_("cannot send since"), null=True)
    send_again_at = models.DateTimeField(_("outgoing server left alone until"), null=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    if TYPE_CHECKING:
        mails: models.Manager[RawMail]
        folders: models.Manager[MailFolder]

    objects = ChannelAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user_name} at {self.imap_host}"

    @property
    def password(self) -> str:
        """The password in the clear; it is kept sealed with a key outside the database."""
        return sealing.opened(bytes(self.sealed_password))

    @password.setter
    def password(self, value: str) -> None:
        self.sealed_password = sealing.sealed(value)

    @property
    def facts(self) -> dict[str, object]:
        """What the audit log tells of it: never a password."""
        named = {name: getattr(self.inbox, name) for name in ("name", "address", "sender_name")}
        settings = {name: getattr(self, name) for name in SETTINGS}
        others = list(self.inbox.addresses[1:])
        return {**named, "further_addresses": others, **settings, "provider": str(self.provider or "")}

    @transaction.atomic
    def connect(self, inbox: Inbox, by: User | None, others: Sequence[str] | None = None) -> None:
        """Store the mailbox with its inbox, new or changed; what went wrong with the old settings is forgotten.

        ``others`` are the further addresses of the inbox, None to leave them as they are. Raises AddressTaken.
        """
        self.problem, self.problem_since = "", None
        self.sending_problem, self.sending_problem_since, self.send_again_at = "", None, None
        rows = ChannelAccount.objects.select_related("inbox", "provider").select_for_update(of=("self",))
        before = rows.get(pk=self.pk) if self.pk else None
        known = before.facts if before else {}
        if inbox.pk:
            inbox.save(update_fields=["name", "address", "sender_name"])
        else:
            inbox.save(force_insert=True)
        self.inbox = inbox
        if others is not None:
            inbox.answer_at(others)
        if before:
            self._change(before)
            told = self.facts
            # Sealing the same one twice gives other bytes: it is another one when somebody typed one.
            if bytes(before.sealed_password) != bytes(self.sealed_password):
                told["new_password"] = True
            record_change(Action.MAILBOX_CHANGED, by, self, known, told)
        else:
            self.connected_at = timezone.now()
            self.save(force_insert=True)
            record(Action.MAILBOX_CONNECTED, by, self, after={name: fact for name, fact in self.facts.items() if fact})

    @transaction.atomic
    def call(self, name: str, by: User) -> None:
        """Let the inbox have this name at the desk."""
        inbox = Inbox.objects.select_for_update().get(pk=self.inbox_id)
        before, inbox.name = inbox.name, name
        inbox.save(update_fields=["name"])
        self.inbox.name = name
        record_change(Action.MAILBOX_CHANGED, by, self, {"name": before}, {"name": name})

    def _change(self, before: ChannelAccount) -> None:
        self.save(update_fields=CONNECTED_FIELDS)
        if before.place != self.place:
            self.begin_anew()
        if before.confided_to != self.confided_to:
            self.forget_tokens()

    @transaction.atomic
    def sign_in(self, tokens: Tokens, at: datetime, by: User) -> None:
        """Note that a person has let us in; what went wrong before is forgotten, and reading begins at once."""
        self.signed_in_at, self.problem, self.problem_since = at, "", None
        self.sending_problem, self.sending_problem_since, self.send_again_at = "", None, None
        self.save(update_fields=["signed_in_at", "problem", "problem_since", *SENDING_FIELDS])
        self.take_tokens(tokens)
        record(Action.MAILBOX_SIGNED_IN, by, self, after={"provider": str(self.provider or "")})

    @property
    def confided_to(self) -> tuple[object, ...]:
        """Whom the password is told, and how: under other circumstances it has to be written again."""
        incoming = self.imap_host.lower(), self.imap_port, self.imap_security
        return *incoming, self.smtp_host.lower(), self.smtp_port, self.smtp_security, self.user_name, self.provider_id

    @property
    def place(self) -> tuple[str, str, str]:
        """Where its mail lies; in another place the numbers of mails mean other mails."""
        return self.imap_host, self.user_name, self.folder

    @property
    def way_in(self) -> tuple[object, ...]:
        """Everything that a connection to the mailbox is made by; when it changes, another one has to be made."""
        secret = bytes(self.sealed_password), self.provider_id, self.signed_in_at
        return self.imap_host, self.imap_port, self.imap_security, self.user_name, secret, self.folder

    @property
    def problem_text(self) -> str:
        """Why the mailbox cannot be read, in the reader's language; empty when it can."""
        return sayings.told(self.problem)

    @property
    def last_looked_at(self) -> datetime:
        """When the mailbox was last read to its end, or else when it was connected."""
        return self.fetched_at or self.created_at

    def is_behind(self, at: datetime) -> bool:
        """Whether nothing was read for so long that somebody should know."""
        return at - self.last_looked_at > UNREAD_FOR

    @property
    def is_late(self) -> bool:
        """Whether it is behind now, although it had been read before."""
        return self.fetched_at is not None and self.is_behind(timezone.now())

    def note_fetched(self, at: datetime, problem: str = "") -> None:
        """Note that the mailbox was read to its end; ``problem`` (kept) says what could not be read all the same."""
        self.fetched_at = at
        self.save(update_fields=["fetched_at"])
        self.note_problem(problem, at)

    def note_problem(self, problem: str, at: datetime) -> None:
        """Note why the mailbox cannot be read (kept), or that nothing hinders it any more."""
        since = (self.problem_since or at) if problem else None
        if (self.problem, self.problem_since) != (problem, since):
            self.problem, self.problem_since = problem, since
            self.save(update_fields=["problem", "problem_since"])

    @transaction.atomic
    def begin_anew(self) -> None:
        """Read from the beginning, because the mail lies in another place; what lies there already is history."""
        self.connected_at = timezone.now()
        self.save(update_fields=["connected_at"])
        for folder in self.folders.all():
            folder.move_to(self.folder if folder.role == "inbox" else folder.name, self.connected_at)

    @property
    def old_mail(self) -> OldMailRead | None:
        """How far the old mail of all its folders has been read, while that is under way."""
        open_ = [one for one in self.folders.all() if one.history_finished_at is None and one.history_total]
        if not open_:
            return None
        read, total = sum(one.history_read for one in open_), sum(one.history_total for one in open_)
        return OldMailRead(read, total, all(one.history_stopped_at for one in open_))

    @property
    def sending_problem_text(self) -> str:
        """Why nothing can be sent, in the reader's language; empty when it can."""
        return sayings.told(self.sending_problem)

    def check_sending(self, at: datetime) -> None:
        """Raise the ChannelTrouble of the last try while the outgoing server is left alone."""
        if self.send_again_at and at < self.send_again_at:
            raise ChannelTrouble.again(self.sending_problem)

    def note_sending_problem(self, problem: str, at: datetime, jitter: float) -> datetime:
        """Note that the outgoing server cannot be used (kept); return until when to leave it alone.

        The pause grows with the time that the trouble has lasted, from half a minute to a quarter of an hour.
        """
        if self.send_again_at and at < self.send_again_at:
            return self.send_again_at
        self.sending_problem, self.sending_problem_since = problem, self.sending_problem_since or at
        lasted = at - self.sending_problem_since
        self.send_again_at = at + min(max(lasted / 2, SHORTEST_PAUSE), LONGEST_PAUSE) * jitter
        self.save(update_fields=SENDING_FIELDS)
        return self.send_again_at

    def note_sending_works(self) -> None:
        """Note that the outgoing server can be used."""
        if self.sending_problem:
            self.sending_problem, self.sending_problem_since, self.send_again_at = "", None, None
            self.save(update_fields=SENDING_FIELDS)

"""Trying out a mailbox: what is tried, and what was found so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.channels.models.account import ChannelAccount
from samovar.channels.models.letting_in import TOKEN_FIELDS
from samovar.conversations.models import Inbox
from samovar.lib import sayings

SETTINGS = (
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "user_name",
    "folder",
    "provider_id",
)


class Side(models.TextChoices):
    """What a finding is about."""

    INCOMING = "incoming", _("Incoming")
    OUTGOING = "outgoing", _("Outgoing")
    MAILS = "mails", _("Mails to ourselves")


class Tone(models.TextChoices):
    """Whether something works, does not, or works with less."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was found out; ``kept`` is told in the language of whoever reads it."""

    kept: str
    tone: Tone = Tone.OK

    @property
    def text(self) -> str:
        """The finding in the reader's language."""
        return sayings.told(self.kept)


class Trial(models.Model):
    """One try of the settings of a mailbox, stored or only typed; the password is kept, sealed, while it lasts.

    ``has_plus_addresses`` and ``takes_verp`` stay empty as long as nobody knows. ``checker`` is the server that judged
    our own mail on its way in, as it calls itself.
    """

    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.EmailField(max_length=254)
    settings = models.JSONField(default=dict)
    sealed_password = models.BinaryField(default=b"")
    progress = models.CharField(max_length=sayings.LONGEST, blank=True)
    findings = models.JSONField(default=list)
    has_plus_addresses = models.BooleanField(null=True)
    takes_verp = models.BooleanField(null=True)
    checker = models.CharField(max_length=255, blank=True, db_default="")
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("try of a mailbox")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.address

    @classmethod
    def of(cls, mailbox: ChannelAccount, at: datetime) -> Trial:
        """Store a new try of the settings of ``mailbox``, which need not be stored itself."""
        settings = {name: getattr(mailbox, name) for name in (*SETTINGS, "trusted_checker")}
        stored = mailbox if mailbox.pk else None
        password = bytes(mailbox.sealed_password)
        address = mailbox.inbox.address
        return cls.objects.create(
            account=stored, address=address, settings=settings, sealed_password=password, began_at=at
        )

    def mailbox(self) -> ChannelAccount:
        """Return the mailbox that is tried, never to be stored."""
        inbox = Inbox(name=self.address, address=self.address)
        mailbox = ChannelAccount(inbox=inbox, sealed_password=bytes(self.sealed_password), **self.settings)
        stored = self.account
        if stored is not None and stored.confided_to == mailbox.confided_to:
            # What a person agreed to is for the place that they agreed to.
            for name in TOKEN_FIELDS:
                setattr(mailbox, name, getattr(stored, name))
        return mailbox

    @property
    def step(self) -> int:
        """How much is known: a page that has shown as much need not be drawn again."""
        return len(self.findings) * 2 + bool(self.progress)

    @property
    def progress_text(self) -> str:
        """What is being done now, in the reader's language."""
        return sayings.told(self.progress) if self.progress else ""

    @property
    def are_good(self) -> bool:
        """Whether nothing was found that does not work."""
        return self.ended_at is not None and all(tone != Tone.BAD for _side, _kept, tone in self.findings)

    @property
    def has_limits(self) -> bool:
        """Whether something works with less than it could."""
        return any(tone == Tone.WARN for _side, _kept, tone in self.findings)

    @property
    def sides(self) -> list[tuple[str, list[Finding]]]:
        """What was found, by what it is about."""
        found: dict[str, list[Finding]] = {}
        for side, kept, tone in self.findings:
            found.setdefault(side, []).append(Finding(kept, Tone(tone)))
        return [(str(Side(side).label), findings) for side, findings in found.items()]

    def note_progress(self, kept: str) -> None:
        """Note what is being done now."""
        self.progress = kept
        self.save(update_fields=["progress"])

    def note(self, side: Side, *findings: Finding) -> None:
        """Note what was found out."""
        self.findings += [[side.value, finding.kept, finding.tone.value] for finding in findings]
        self.progress = ""
        self.save(update_fields=["findings", "progress"])

    def note_checker(self, name: str) -> None:
        """Note who judged our mail."""
        self.checker = name
        self.save(update_fields=["checker"])

    def note_ways(self, *, has_plus_addresses: bool, takes_verp: bool) -> None:
        """Note which addresses work, here and on the mailbox if it is stored and has not moved meanwhile."""
        self.has_plus_addresses, self.takes_verp = has_plus_addresses, takes_verp
        self.save(update_fields=["has_plus_addresses", "takes_verp"])
        same = {name: self.settings[name] for name in SETTINGS}
        ways = {"has_plus_addresses": has_plus_addresses, "takes_verp": takes_verp}
        ChannelAccount.objects.filter(pk=self.account_id or 0, inbox__address=self.address, **same).update(**ways)

    def end(self, at: datetime) -> None:
        """Note that nothing more is tried, and forget the password."""
        self.ended_at, self.progress, self.sealed_password = at, "", b""
        self.save(update_fields=["ended_at", "progress", "sealed_password"])

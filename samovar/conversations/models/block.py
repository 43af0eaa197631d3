"""Whom we do not want to hear from any more, and why a message stands among spam."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from samovar.accounts.models import User
from samovar.conversations.models.message import Message
from samovar.conversations.recipients import mailbox_key

# Nobody writes from deeper down.
MOST_LABELS = 8


class BlockKind(models.TextChoices):
    """What is blocked."""

    ADDRESS = "address", gettext_lazy("An address")
    DOMAIN = "domain", gettext_lazy("Everybody at a domain")


class BlockReason(models.TextChoices):
    """Why somebody is blocked: one of few words, so that nothing about a person is ever written here."""

    SPAM = "spam", gettext_lazy("Writes what nobody asked for")
    ABUSE = "abuse", gettext_lazy("Insults or threatens")
    FRAUD = "fraud", gettext_lazy("Tries to deceive")
    OTHER = "other", gettext_lazy("Another reason")


class BlockQuerySet(models.QuerySet["Block"]):
    """Finds who is blocked."""

    def visible_to(self, user: User) -> BlockQuerySet:
        """Return those that ``user`` may see: every one for the desk, none for outside experts."""
        return self if user.can_look else self.none()

    def in_force(self) -> BlockQuerySet:
        """Return those that were not lifted."""
        return self.filter(lifted_at=None)

    def against(self, addresses: Collection[str]) -> dict[str, Block]:
        """Return what is in force against each of these addresses, that of the single address first; one query."""
        wanted = {address: list(forms_of(address)) for address in addresses}
        values = {value for forms in wanted.values() for value in forms}
        found = {block.value: block for block in self.in_force().filter(value__in=values)} if values else {}
        matched = {address: [found[value] for value in forms if value in found] for address, forms in wanted.items()}
        return {address: blocks[0] for address, blocks in matched.items() if blocks}


class Block(models.Model):
    """An address, or all addresses at a domain and below it, of which everything goes to spam.

    ``value`` is the address as one mailbox (``recipients.mailbox_key``), or the domain in Latin letters. A block that
    was lifted stays, so that lifting can be undone and its mails can still be counted; of an erased person it is empty.
    """

    kind = models.CharField(_("what"), max_length=8, choices=BlockKind.choices)
    value = models.CharField(_("address or domain"), max_length=320)
    reason = models.CharField(_("why"), max_length=8, choices=BlockReason.choices)
    blocked_at = models.DateTimeField(_("blocked at"))
    blocked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        constraints = [
            models.UniqueConstraint(fields=["value"], name="block_once", condition=Q(lifted_at=None)),
            models.CheckConstraint(condition=Q(kind__in=BlockKind.values), name="block_kind_known"),
            models.CheckConstraint(condition=Q(reason__in=BlockReason.values), name="block_reason_known"),
        ]
        indexes = [
            models.Index(models.F("blocked_at").desc(), models.F("id").desc(), name="block_newest"),
        ]

    def __str__(self) -> str:
        # In the audit log too, where no address belongs.
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("block", args=[self.pk])

    @property
    def is_of_domain(self) -> bool:
        """Whether it is about everybody at a domain."""
        return self.kind == BlockKind.DOMAIN

    @property
    def who(self) -> str:
        """Whom it is about, as people write it, in the reader's language."""
        if not self.value:
            return _("Erased")
        shown = readable(self.value)
        return _("Everybody at %(domain)s") % {"domain": shown} if self.is_of_domain else shown


class SpamReason(models.TextChoices):
    """Why a message stands among spam without anybody having put it there."""

    PROVIDER = "provider", pgettext_lazy("why it is spam", "Marked by your mail provider")
    JUNK = "junk", pgettext_lazy("why it is spam", "Lay in the spam folder of the mailbox")
    BLOCKED = "blocked", pgettext_lazy("why it is spam", "Its sender is blocked")


class SpamSign(models.Model):
    """Why a message came among spam; ``block`` says by whose decision, where somebody is blocked."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("why"), max_length=8, choices=SpamReason.choices)
    block = models.ForeignKey(Block, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("sign of spam")
        constraints = [models.CheckConstraint(condition=Q(reason__in=SpamReason.values), name="spam_sign_reason_known")]

    def __str__(self) -> str:
        return f"{self.reason} {self.message_id}"


def forms_of(address: str) -> Iterator[str]:
    """Yield what a block against an address may be called: the mailbox itself, its domain, and those above it."""
    mailbox = mailbox_key(address)
    name, _at, domain = mailbox.rpartition("@")
    if not name or not domain:
        return
    yield mailbox[:320]
    yield from _and_above(domain)


def _and_above(domain: str) -> Iterable[str]:
    labels = domain.split(".")[-MOST_LABELS:]
    return [".".join(labels[first:]) for first in range(len(labels) - 1)]


def readable(value: str) -> str:
    """Return an address or a domain in its own letters."""
    name, at, domain = value.rpartition("@")
    try:
        return f"{name}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return value

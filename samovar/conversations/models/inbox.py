"""Inboxes: the addresses at which customers reach us."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import Brand, Role, Team, User
from samovar.accounts.models.audit import Action, record
from samovar.accounts.voices import Voice, poses_as_address, voice_of
from samovar.conversations.errors import AddressTaken

# The number of the advisory lock that whoever gives addresses to inboxes holds: two tables share one set of them.
GIVING_ADDRESSES = 5_113
# Where calls and visits stand that belong to no address: how it is found, never how it is shown.
BY_HAND = "Phone and visits"
MAKING_BY_HAND = 5_114
MEGABYTE = 1024 * 1024
# What is decided about the mail of an inbox; of the last ones only the number is told, for they may be customers.
RULES = ("attach_megabytes", "link_days", "confirmation", "joins_by_subject_days", "relays", "frequent_senders")
COUNTED = ("frequent_senders",)
ONLY_HERE = {"127.0.0.1", "::1", "localhost"}


class InboxQuerySet(models.QuerySet["Inbox"]):
    """Finds inboxes."""

    def reached_by(self, addresses: Collection[str]) -> InboxQuerySet:
        """Return those that have one of ``addresses``, in whatever letters."""
        wanted = [address.lower() for address in addresses if address]
        by_main = self.annotate(main=Lower("address")).filter(main__in=wanted).values("pk")
        by_other = InboxAddress.objects.filter(address__in=wanted).values("inbox")
        return self.filter(models.Q(pk__in=by_main) | models.Q(pk__in=by_other))

    @transaction.atomic
    def belong_to(self, brand: Brand, by: User) -> None:
        """Let exactly these belong to ``brand``, which is not the default one; what it had before goes to that."""
        own = {inbox.pk: inbox for inbox in Inbox.objects.filter(brand=brand).select_for_update(of=("self",))}
        wanted = {inbox.pk: inbox for inbox in self.select_related("brand").select_for_update(of=("self",))}
        for inbox in (*own.values(), *wanted.values()):
            new = brand if inbox.pk in wanted else None
            if inbox.brand_id != (new.pk if new else None):
                before, inbox.brand = str(inbox.brand or ""), new
                inbox.save(update_fields=["brand"])
                record(Action.INBOX_BRANDED, by, inbox, {"brand": before}, {"brand": str(new or "")})

    def closed_to(self, user: User) -> InboxQuerySet:
        """Return those that are open to teams of which ``user`` is none; none for administrators, who decide that."""
        if user.is_admin:
            return self.none()
        return self.filter(teams__isnull=False).exclude(teams__in=user.teams.all())

    @transaction.atomic
    def by_hand(self) -> Inbox:
        """Return where calls and visits stand while there is no address; it is made at first use, by one only."""
        rows = self.filter(name=BY_HAND, address="").order_by("pk")
        if found := rows.first():
            return found
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING_BY_HAND])
        return rows.first() or self.create(name=BY_HAND, address="")

    def open_to(self, user: User) -> InboxQuerySet:
        """Return those whose conversations ``user`` may see, if they may see any."""
        return self.exclude(pk__in=Inbox.objects.closed_to(user).values("pk"))


class Inbox(models.Model):
    """One place at which customers reach us. It is archived, never deleted: history hangs on it.

    ``address`` is the main one, which we write from; others may lead to the same inbox. ``relays`` are addresses of
    web forms whose Reply-To is the customer, ``frequent_senders`` may open any number of conversations; both one a
    line. With ``joins_by_subject_days`` a sender's mail with a known subject joins their conversation when nothing
    else tells where it belongs. Of files beyond ``attach_megabytes`` in all, letters carry links. ``confirmation``
    is what whoever opens a conversation is told at once, "" for nothing. With ``teams``, only their members and
    administrators see what stands in it; without, everybody of the desk does.
    """

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    address = models.EmailField(_("address"), blank=True, max_length=254)
    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True)
    joins_by_subject_days = models.PositiveSmallIntegerField(_("days within which a subject is enough"), null=True)
    relays = models.TextField(_("web forms and relays"), blank=True, db_default="", default="")
    confirmation = models.TextField(_("text that confirms a mail"), blank=True, db_default="", default="")
    frequent_senders = models.TextField(_("senders of many mails"), blank=True, db_default="", default="")
    attach_megabytes = models.PositiveSmallIntegerField(_("megabytes of files in a letter"), default=15, db_default=15)
    link_days = models.PositiveSmallIntegerField(_("days for which links to files are good"), default=30, db_default=30)
    teams = models.ManyToManyField(Team, related_name="+", blank=True, verbose_name=_("teams that see it"))
    # Without one it belongs to the default brand.
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    if TYPE_CHECKING:
        others: models.Manager[InboxAddress]

    objects = InboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("address"), name="inbox_address_unique", condition=~models.Q(address="")),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the reader's language where it is ours, and as it was typed where somebody chose it."""
        return str(_("Phone and visits")) if self.name == BY_HAND and not self.address else self.name

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that lead here, the main one first."""
        main = (self.address,) if self.address else ()
        return *main, *self.others.order_by("pk").values_list("address", flat=True)

    @property
    def letter_bytes(self) -> int | None:
        """How much in files a letter carries, beyond which they go as links; None where a link would lead nowhere."""
        if urlsplit(settings.PUBLIC_URL).hostname in ONLY_HERE:
            return None
        return self.attach_megabytes * MEGABYTE

    def house_name(self, brand: Brand) -> str:
        """Return what customers call the place; nothing that could be taken for somebody else's address."""
        names = (self.sender_name, brand.name, self.name, self.address.partition("@")[0])
        return next((name for name in names if name and not poses_as_address(name)), "")

    def voice_of(self, author: User | None) -> Voice:
        """Return in whose name and with which signature ``author`` writes from here, None for a machine of ours."""
        brand = Brand.objects.all().of(self.brand_id)
        return voice_of(brand, self.house_name(brand), author)

    @transaction.atomic
    def open_for(self, teams: Collection[Team], by: User) -> None:
        """Let only the members of ``teams`` see what stands here, from now on; without teams everybody of the desk."""
        Inbox.objects.select_for_update().get(pk=self.pk)
        before = sorted(self.teams.values_list("name", flat=True))
        self.teams.set(teams)
        after = sorted(team.name for team in teams)
        if before != after:
            record(Action.INBOX_OPENED, by, self, {"teams": before}, {"teams": after})

    @transaction.atomic
    def set_rules(self, rules: Mapping[str, str | int | None], by: User) -> None:
        """Let these rules hold for the next mail; what says the same changes nothing."""
        self.refresh_from_db(fields=RULES, from_queryset=Inbox.objects.select_for_update())
        before = {name: getattr(self, name) for name in RULES if getattr(self, name) != rules[name]}
        if before:
            for name in before:
                setattr(self, name, rules[name])
            self.save(update_fields=list(before))
            after = {name: rules[name] for name in before}
            record(Action.INBOX_RULES_CHANGED, by, self, _told(before), _told(after))

    def those_who_see(self, users: models.QuerySet[User]) -> models.QuerySet[User]:
        """Return those of ``users`` who see what stands here, if they may see conversations at all."""
        teams = self.teams.values("pk")
        members = User.teams.through.objects.filter(user=models.OuterRef("pk"), team__in=teams)
        return users.filter(~models.Exists(teams) | models.Q(role=Role.ADMIN) | models.Exists(members))

    @transaction.atomic
    def answer_at(self, others: Sequence[str]) -> None:
        """Let these addresses lead here too, and no others besides the main one; raises AddressTaken."""
        wanted = list(dict.fromkeys(address.lower() for address in others if address.lower() != self.address.lower()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GIVING_ADDRESSES])
        taken = Inbox.objects.reached_by([self.address, *wanted]).exclude(pk=self.pk).first()
        if taken is not None:
            raise AddressTaken(taken.name)
        self.others.exclude(address__in=wanted).delete()
        known = set(self.others.values_list("address", flat=True))
        InboxAddress.objects.bulk_create(
            InboxAddress(inbox=self, address=address) for address in wanted if address not in known
        )


def _told(rules: Mapping[str, object]) -> dict[str, object]:
    return {name: len(str(value).split()) if name in COUNTED else value for name, value in rules.items()}


class InboxAddress(models.Model):
    """A further address that leads to an inbox, in small letters; no two inboxes share one."""

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="others")
    address = models.EmailField(_("address"), max_length=254)

    class Meta:
        verbose_name = _("further address")
        verbose_name_plural = _("further addresses")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["address"], name="further_address_unique"),
            models.CheckConstraint(condition=models.Q(address=Lower("address")), name="further_address_lower"),
        ]

    def __str__(self) -> str:
        return self.address

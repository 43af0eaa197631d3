"""Blocking an address or a whole domain: what comes from there is kept like any mail, and goes to spam unheard."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.utils.translation import gettext as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.conversations import spam
from samovar.conversations.errors import CannotBlock
from samovar.conversations.events import SenderBlocked, SenderUnblocked
from samovar.conversations.models import Block, Conversation, Inbox
from samovar.conversations.models.block import BlockKind, BlockReason, forms_of, readable
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.recipients import PLAIN, mailbox_key
from samovar.customers.models import Identity
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.mail_domains import DOMAIN, PUBLIC
from samovar.lib.rows import lock_keys, number_of

LOCK_SPACE = 5_131
# Under these stands half a country, not somebody.
WHOLE_COUNTRIES = frozenset(["ac", "co", "com", "edu", "gov", "msk", "net", "org", "spb"])


@dataclass(frozen=True)
class Wish:
    """Whom somebody wants to block, and why; ``value`` is normalised."""

    kind: BlockKind
    value: str
    reason: BlockReason

    @classmethod
    def of(cls, typed: str, reason: BlockReason) -> "Wish":
        """Read an address or a domain as it was typed; raises CannotBlock for what is neither."""
        text = typed.strip().lower().removeprefix("@")
        key = mailbox_key(text if "@" in text else f"x@{text}")
        domain = key.rpartition("@")[2]
        is_whole = "@" not in text
        if not DOMAIN.fullmatch(domain) or not (is_whole or PLAIN.fullmatch(key)) or len(key) > 320:
            raise CannotBlock(_("Write an address like name@example.org, or a domain like example.org."))
        if is_whole:
            return cls(BlockKind.DOMAIN, domain, reason)
        return cls(BlockKind.ADDRESS, key, reason)


@transaction.atomic
def block(wish: Wish, by: User, conversation: Conversation | None = None) -> Block:
    """Block somebody, and call ``conversation`` spam; twice is once. Raises CannotBlock with the reason in words."""
    _check(wish, by)
    lock_keys(connection, LOCK_SPACE, {number_of(wish.value)})
    found = Block.objects.all().in_force().filter(value=wish.value).first()
    if found is None:
        found = Block.objects.create(
            kind=wish.kind, value=wish.value, reason=wish.reason, blocked_at=clock.now(), blocked_by=by
        )
        record(Action.SENDER_BLOCKED, by, found, after={"what": wish.kind.value}, reason=wish.reason.value)
        _tell(found, by, SenderBlocked)
    if conversation is not None:
        spam.mark(conversation, by=by)
    return found


@transaction.atomic
def lift(found: Block, by: User, conversation: Conversation | None = None) -> None:
    """Unblock somebody, and say that ``conversation`` is no spam; twice is once. What came meanwhile stays there."""
    _check_right(found.kind, by)
    _lock(found)
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by = clock.now(), by
        found.save(update_fields=["lifted_at", "lifted_by"])
        record(Action.SENDER_UNBLOCKED, by, found, before={"what": found.kind})
        _tell(found, by, SenderUnblocked)
    if conversation is not None:
        spam.clear(conversation, by=by)


@transaction.atomic
def put_back(found: Block, by: User, conversation: Conversation | None = None) -> None:
    """Undo the lifting of a block; twice is once. Raises CannotBlock where somebody may not be blocked (any more)."""
    _check(Wish(BlockKind(found.kind), found.value, BlockReason(found.reason)), by)
    _lock(found)
    if not found.value:
        raise CannotBlock(_("Whoever was blocked here was erased: there is no address any more."))
    if found.lifted_at is not None and not Block.objects.all().in_force().filter(value=found.value).exists():
        found.lifted_at = found.lifted_by = None
        found.save(update_fields=["lifted_at", "lifted_by"])
        record(Action.SENDER_BLOCKED, by, found, after={"what": found.kind}, reason=found.reason)
        _tell(found, by, SenderBlocked)
    if conversation is not None:
        spam.mark(conversation, by=by)


def possible(address: str, by: User) -> list[Wish]:
    """Return what ``by`` may block of somebody who wrote from ``address``: it alone, or everybody beside it."""
    found = []
    for typed in (address, f"@{address.rpartition('@')[2]}"):
        try:
            wish = Wish.of(typed, BlockReason.SPAM)
            _check(wish, by)
        except CannotBlock:
            continue
        found.append(wish)
    return found


def with_reason(wish: Wish, reason: BlockReason) -> Wish:
    """Return the same wish for another reason."""
    return replace(wish, reason=reason)


def _lock(found: Block) -> None:
    lock_keys(connection, LOCK_SPACE, {number_of(found.value)})
    found.refresh_from_db(from_queryset=Block.objects.select_for_update(no_key=True))


def _check(wish: Wish, by: User) -> None:
    """Refuse what nobody may want: to shut out ourselves, or people who have nothing to do with each other."""
    _check_right(wish.kind, by)
    if wish.kind == BlockKind.DOMAIN:
        _check_domain(wish.value)
    if _holds(wish.value, _own()):
        raise CannotBlock(_("%(who)s is our own: mail to one of our mailboxes comes from there.") % _shown(wish))
    if _holds(wish.value, User.objects.filter(is_active=True).values_list("email", flat=True)):
        raise CannotBlock(_("Somebody of the team has an address there: %(who)s.") % _shown(wish))


def _check_right(kind: str, by: User) -> None:
    if kind == BlockKind.DOMAIN and not by.can_lead:
        raise CannotBlock(_("Only leads and administrators decide about whole domains."))


def _check_domain(domain: str) -> None:
    first, _dot, rest = domain.partition(".")
    if domain in PUBLIC:
        raise CannotBlock(
            _("Anybody can have an address at %(domain)s. Block the single address.") % {"domain": domain}
        )
    if first in WHOLE_COUNTRIES and len(rest) == 2:
        raise CannotBlock(_("Half a country writes from %(domain)s. Block something below it.") % {"domain": domain})


def _own() -> set[str]:
    relays = Inbox.objects.exclude(relays="").values_list("relays", flat=True)
    return {*own_addresses().all, *(one for lines in relays for one in lines.split())}


def _holds(value: str, addresses: Iterable[str]) -> bool:
    return any(value in forms_of(address) for address in addresses)


def _shown(wish: Wish) -> dict[str, str]:
    return {"who": readable(wish.value)}


def _tell(found: Block, by: User, kind: type[SenderBlocked | SenderUnblocked]) -> None:
    """Write it into the history of the customer who has the address; a domain has no history."""
    identity = Identity.objects.filter(kind="email", value=found.value).select_related("customer").first()
    if identity is not None and not found.is_of_domain:
        owner = identity.customer
        announce(kind(customer_id=owner.merged_into_id or owner.pk, actor_id=by.pk, block_id=found.pk))

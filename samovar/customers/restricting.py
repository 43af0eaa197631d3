"""Deciding about difficult customers: anybody who answers proposes, a lead agrees or refuses; all of it can be undone.

Who proposes and who decides hold the card of the customer, so that two people who do it at once come one after the
other, and the second one reads what the first has done. What is in force ends by itself at its moment: nothing asks
whether a job has run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.customers.errors import CannotRestrict
from samovar.customers.events import (
    RestrictionBegun,
    RestrictionEnded,
    RestrictionEvent,
    RestrictionProposed,
    RestrictionRefused,
    RestrictionReopened,
    RestrictionWithdrawn,
)
from samovar.customers.models import Customer, Restriction
from samovar.customers.models.restriction import (
    STRICTNESS,
    RestrictionKind,
    RestrictionQuerySet,
    RestrictionState,
)
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import storable, tidy


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to be done about a customer: for which reason, and until when (None: no end)."""

    kind: str
    reason: str
    until: datetime | None
    most_a_day: int | None = None
    conversation_number: int | None = None


@transaction.atomic
def propose(customer: Customer, wish: Wish, by: User) -> Restriction:
    """Propose something; of a lead it is in force at once. Raises CardClosed and CannotRestrict."""
    customer.writable()
    if wish.until is None and not by.can_lead:
        raise CannotRestrict(_("Only leads and administrators decide that it has no end."))
    if wish.until is not None and wish.until <= clock.now():
        raise CannotRestrict(_("This moment has passed. Choose a later one."))
    _check_alone(customer, wish.kind)
    now = clock.now()
    made = Restriction.objects.create(
        customer=customer,
        kind=wish.kind,
        most_a_day=wish.most_a_day,
        reason=storable(tidy(wish.reason)),
        until=wish.until,
        conversation_number=wish.conversation_number,
        proposed_by=by,
        proposed_at=now,
        decided_by=by if by.can_lead else None,
        begun_at=now if by.can_lead else None,
    )
    if by.can_lead:
        _tell(made, RestrictionBegun, Action.RESTRICTION_BEGUN, by)
    else:
        _tell(made, RestrictionProposed, Action.RESTRICTION_PROPOSED, by)
    return made


@transaction.atomic
def agree(found: Restriction, by: User) -> None:
    """Put a proposal in force; twice is once.

    Raises CannotRestrict where somebody has decided otherwise, for one of which the moment has passed, and where the
    same is in force already: a merge brings two of a kind to one card.
    """
    if not _is_to_decide(found, RestrictionState.IN_FORCE):
        return
    _check_alone(found.customer, found.kind, Restriction.objects.all().in_force())
    found.begun_at, found.decided_by = clock.now(), by
    found.save(update_fields=["begun_at", "decided_by"])
    _tell(found, RestrictionBegun, Action.RESTRICTION_BEGUN, by)


@transaction.atomic
def refuse(found: Restriction, by: User) -> None:
    """Say no to a proposal; twice is once. Raises CannotRestrict where somebody has decided otherwise."""
    if not _is_to_decide(found, RestrictionState.REFUSED):
        return
    found.refused_at, found.decided_by = clock.now(), by
    found.save(update_fields=["refused_at", "decided_by"])
    _tell(found, RestrictionRefused, Action.RESTRICTION_REFUSED, by)


@transaction.atomic
def reopen(found: Restriction, by: User) -> None:
    """Take a decision back: the proposal waits again. Twice is once; raises CannotRestrict when it cannot any more."""
    _lock(found)
    if found.state == RestrictionState.WAITING:
        return
    # What a lead puts in force themselves has never waited.
    has_waited = found.decided_by_id != found.proposed_by_id
    if found.state not in (RestrictionState.IN_FORCE, RestrictionState.REFUSED) or not has_waited:
        raise CannotRestrict(_told(found))
    _check_present(found)
    if found.begun_at is None:
        _check_alone(found.customer, found.kind)
    found.begun_at = found.refused_at = found.decided_by = None
    found.save(update_fields=["begun_at", "refused_at", "decided_by"])
    _tell(found, RestrictionReopened, Action.RESTRICTION_PROPOSED, by)


@transaction.atomic
def end(found: Restriction, by: User) -> None:
    """End what is in force before its time, or withdraw a proposal; twice is once. Raises CannotRestrict."""
    _lock(found)
    if found.state in (RestrictionState.ENDED, RestrictionState.WITHDRAWN):
        return
    if found.state == RestrictionState.REFUSED:
        raise CannotRestrict(_told(found))
    if not may_end(found, by):
        raise CannotRestrict(_("Only leads and administrators end what is in force."))
    event = RestrictionEnded if found.begun_at else RestrictionWithdrawn
    found.ended_at, found.ended_by = clock.now(), by
    found.save(update_fields=["ended_at", "ended_by"])
    _tell(found, event, Action.RESTRICTION_ENDED, by)


@transaction.atomic
def resume(found: Restriction, by: User) -> None:
    """Undo an end: it counts again, or waits again. Twice is once.

    Raises CannotRestrict when its time is over, and for who does not lead where somebody else has ended it.
    """
    _lock(found)
    if found.state in (RestrictionState.IN_FORCE, RestrictionState.WAITING):
        return
    is_late = found.until is not None and found.until <= clock.now()
    is_theirs = by.can_lead or found.ended_by_id == by.pk
    if found.ended_by is None or is_late or not is_theirs or not may_end(found, by):
        raise CannotRestrict(_told(found))
    _check_present(found)
    _check_alone(found.customer, found.kind)
    found.ended_at = found.ended_by = None
    found.save(update_fields=["ended_at", "ended_by"])
    if found.begun_at:
        _tell(found, RestrictionBegun, Action.RESTRICTION_BEGUN, by)
    else:
        _tell(found, RestrictionReopened, Action.RESTRICTION_PROPOSED, by)


@transaction.atomic
def end_when_due(found: Restriction) -> None:
    """Write down that the time of something is over, once; nobody has done it."""
    _lock(found)
    if found.ended_at is not None or found.refused_at is not None or found.until is None or found.until > clock.now():
        return
    found.ended_at = found.until
    found.save(update_fields=["ended_at"])
    _announce(found, RestrictionEnded if found.begun_at else RestrictionWithdrawn, None)


def may_end(found: Restriction, by: User) -> bool:
    """Whether somebody may end it: leads what is in force and what waits, others what they proposed themselves."""
    return by.can_lead or (by.can_answer and found.begun_at is None and found.proposed_by_id == by.pk)


def strictest(found: Iterable[Restriction]) -> Restriction | None:
    """Return what counts of several that are in force: the strictest, of several limits the smallest number."""
    return max(found, key=lambda one: (STRICTNESS[one.kind], -(one.most_a_day or 0), -one.pk), default=None)


def _lock(found: Restriction) -> None:
    """Hold the card and the restriction; a card that was merged meanwhile has handed it on."""
    now_with = Restriction.objects.values_list("customer_id", flat=True).get(pk=found.pk)
    Customer.objects.select_for_update(no_key=True).get(pk=now_with)
    rows = Restriction.objects.select_related("customer", "proposed_by", "decided_by", "ended_by")
    found.refresh_from_db(from_queryset=rows.select_for_update(of=("self",)))


def _check_alone(customer: Customer, kind: str, beside: RestrictionQuerySet | None = None) -> None:
    rows = Restriction.objects.all().open() if beside is None else beside
    same = rows.filter(customer=customer, kind=kind).select_related("proposed_by")
    if other := same.order_by("pk").first():
        label = RestrictionKind(kind).label
        if other.begun_at is None:
            text = _("%(name)s has proposed that already: %(what)s. It waits for a decision.")
            raise CannotRestrict(text % {"name": other.proposed_by.name, "what": label})
        raise CannotRestrict(_("This is in force already: %(what)s. End it first.") % {"what": label})


def _check_present(found: Restriction) -> None:
    if found.customer.erased_at:
        raise CannotRestrict(_("This person was erased."))


def _is_to_decide(found: Restriction, decision: RestrictionState) -> bool:
    """Lock a proposal; return False where it was decided so already. Raises CannotRestrict for any other decision."""
    _lock(found)
    if found.state == decision:
        return False
    _check_waiting(found)
    return True


def _check_waiting(found: Restriction) -> None:
    _check_present(found)
    if found.state != RestrictionState.WAITING:
        raise CannotRestrict(_told(found))


def _told(found: Restriction) -> str:
    """Say what became of something meanwhile, for whoever came second."""
    who = found.ended_by or found.decided_by
    is_over = found.state in (RestrictionState.ENDED, RestrictionState.WITHDRAWN)
    if who is None or (is_over and found.ended_by is None):
        return _("Its time is over.")
    return _("%(name)s has decided meanwhile: %(state)s.") % {"name": who.name, "state": found.state.label}


def _tell(found: Restriction, event: type[RestrictionEvent], action: Action, by: User) -> None:
    record(action, by, found, after={"measure": found.kind})
    _announce(found, event, by)


def _announce(found: Restriction, event: type[RestrictionEvent], by: User | None) -> None:
    preview = f"{found.get_kind_display()}: {found.reason}"
    told = event(
        customer_id=found.customer_id,
        actor_id=by.pk if by else None,
        preview=preview[:200],
        restriction_id=found.pk,
        measure=found.kind,
    )
    announce(told)

"""Two cards that are one person: made one, and taken apart again within 30 days.

What decides (which card stays, where mail from their addresses goes) changes in one short transaction; rows that are
too many for it follow in batches, each in a transaction of its own, while mail arrives and people write. Nothing waits
here for a row that somebody else holds: it is left for the next batch.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.customers.errors import CannotMerge, CannotSeparate
from samovar.customers.events import CustomersMerged, CustomersSeparated
from samovar.customers.models import Customer, Identity, Membership, Merge, MovedRow, RemovedIdentity
from samovar.customers.models.customer import DETAILS
from samovar.customers.models.merge import UNDONE_WITHIN
from samovar.customers.places import Place, places
from samovar.customers.recognition import lock_addresses
from samovar.events.announcing import announce
from samovar.lib import clock

BATCH = 200
# By then every transaction has ended that had begun before the merge and could still write for the other card.
SETTLES_AFTER = timedelta(minutes=1)
# Under which word a merge keeps what it has changed about the survivor's places in organisations.
PLACES = "places"
TWINS: dict[type[Model], type[Model]] = {Identity: RemovedIdentity, RemovedIdentity: Identity}


@dataclass(frozen=True)
class Decision:
    """What somebody decides about two cards: which one stays, and which details it takes from the other one.

    ``is_sure`` says that they have read that both have addresses of the same kind which are known to be theirs.
    """

    survivor: Customer
    merged: Customer
    taken: Collection[str] = ()
    is_sure: bool = False


def conflicts(one: Customer, other: Customer) -> list[tuple[Identity, Identity]]:
    """Return the pairs of addresses of one kind that are known to be theirs: they may be two persons."""
    known = Identity.objects.filter(customer__in=[one, other], verified_at__isnull=False).exclude(shown="")
    rows = list(known.order_by("pk"))
    return [
        (mine, theirs)
        for mine in rows
        for theirs in rows
        if (mine.customer_id, theirs.customer_id) == (one.pk, other.pk) and mine.kind == theirs.kind
    ]


@transaction.atomic
def merge(decision: Decision, by: User) -> Merge:
    """Make two cards one; mail from the addresses of both belongs to the survivor from now on.

    Raises CannotMerge when one of them is no card of its own any more, or when their known addresses say that they are
    two persons and nobody is sure.
    """
    survivor, merged = _locked(decision.survivor.pk, decision.merged.pk)
    _check(survivor, merged, decision)
    now = clock.now()
    done = Merge(survivor=survivor, merged=merged, by=by, began_at=now)
    _write_details(done, survivor, merged, decision.taken)
    _fill_places(done)
    done.save()
    merged.merged_into = survivor
    merged.save(update_fields=["merged_into"])
    _follow(done)
    announce(
        CustomersMerged(
            customer_id=survivor.pk,
            actor_id=by.pk,
            merge_id=done.pk,
            merged_id=merged.pk,
            preview=merged.name,
            at=now,
        )
    )
    record(Action.CUSTOMERS_MERGED, by, survivor, after={"merged": merged.pk, "taken": sorted(decision.taken)})
    return done


@transaction.atomic
def separate(done: Merge, by: User) -> None:
    """Undo a merge: what was moved goes back, what was written since stays. Twice is once; raises CannotSeparate."""
    _locked(done.survivor_id, done.merged_id)
    done.refresh_from_db(from_queryset=Merge.objects.select_for_update(of=("self",)))
    if done.undone_at is not None:
        return
    now = clock.now()
    if now - done.began_at >= UNDONE_WITHIN:
        raise CannotSeparate(_("A merge can be undone for 30 days only."))
    if done.survivor.erased_at:
        raise CannotSeparate(_("The person was erased."))
    if later := _later(done):
        text = _("%(name)s was merged into this card later. Separate that one first.")
        raise CannotSeparate(text % {"name": later.shown_name})
    done.undone_at, done.settled_at = now, None
    done.save(update_fields=["undone_at", "settled_at"])
    survivor, merged = Customer.objects.get(pk=done.survivor_id), Customer.objects.get(pk=done.merged_id)
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    _restore_details(done, survivor)
    _empty_places(done)
    _follow(done)
    for one, other in ((survivor, merged), (merged, survivor)):
        announce(
            CustomersSeparated(
                customer_id=one.pk,
                actor_id=by.pk,
                merge_id=done.pk,
                other_id=other.pk,
                preview=other.name,
                at=now,
            )
        )
    record(Action.CUSTOMERS_SEPARATED, by, survivor, after={"separated": merged.pk})


def _fill_places(done: Merge) -> None:
    """Let the survivor belong where the merged card does and the survivor was taken out, as the merged card does.

    Where both have a row, each keeps its own: that of the survivor is shown, and both are as they were after an undo.
    """
    theirs = Membership.objects.filter(customer=done.merged_id, removed_at=None)
    by_organisation = {row.organisation_id: row for row in theirs}
    mine = Membership.objects.filter(customer=done.survivor_id, organisation__in=by_organisation)
    filled = {}
    for row in mine.exclude(removed_at=None).order_by("pk").select_for_update(of=("self",)):
        was, became = _standing_of(row), _standing_of(by_organisation[row.organisation_id])
        Membership.objects.filter(pk=row.pk).update(**became)
        filled[str(row.pk)] = {"was": was, "became": became}
    if filled:
        done.before |= {PLACES: filled}


def _empty_places(done: Merge) -> None:
    """Take the survivor out again where only the merge has let them in, unless somebody has corrected that since."""
    filled = done.before.get(PLACES, {})
    for row in Membership.objects.filter(pk__in=filled).order_by("pk").select_for_update(of=("self",)):
        if _standing_of(row) == filled[str(row.pk)]["became"]:
            Membership.objects.filter(pk=row.pk).update(**filled[str(row.pk)]["was"])


def _standing_of(row: Membership) -> dict[str, str | None]:
    """Return what a row says about somebody's place, as it is kept with a merge."""
    moments = {name: getattr(row, name) for name in ("since_on", "until_on", "removed_at")}
    return {"role": row.role, **{name: at.isoformat() if at else None for name, at in moments.items()}}


def _later(done: Merge) -> Customer | None:
    """Return the card that was merged into the same survivor last and after this one: it knows what this took."""
    later = Merge.objects.filter(survivor=done.survivor_id, pk__gt=done.pk, undone_at=None).select_related("merged")
    last = later.order_by("-pk").first()
    return last.merged if last else None


def carry_on(merge_id: int) -> None:
    """Move what is left of a merge, or of its undoing, batch by batch, until nothing is left or somebody holds it."""
    while _next_batches(merge_id):
        pass


def unsettled() -> list[int]:
    """Return the merges of which something may be left to be moved."""
    return list(Merge.objects.filter(settled_at=None).order_by("began_at").values_list("pk", flat=True))


def forget_moved(limit: int) -> int:
    """Forget what was moved by merges that can no longer be undone; return how many rows that were."""
    old = MovedRow.objects.filter(merge__began_at__lt=clock.now() - UNDONE_WITHIN - SETTLES_AFTER)
    ids = list(old.exclude(merge__settled_at=None).order_by("pk").values_list("pk", flat=True)[:limit])
    return MovedRow.objects.filter(pk__in=ids).delete()[0]


@transaction.atomic
def _next_batches(merge_id: int) -> int:
    done = Merge.objects.select_for_update().get(pk=merge_id)
    if done.settled_at is not None:
        return 0
    moved = _follow(done)
    if not moved and not _is_left(done) and clock.now() - (done.undone_at or done.began_at) > SETTLES_AFTER:
        done.settled_at = clock.now()
        done.save(update_fields=["settled_at"])
    return moved


def _follow(done: Merge) -> int:
    """Move a batch of every place after the decision; return how many rows that were."""
    move = _give if done.undone_at is None else _give_back
    return sum(move(done, place) for place in places())


def _is_left(done: Merge) -> bool:
    if done.undone_at is not None:
        return done.moved.exists()
    # Another card may still be on its way to the one that was merged here.
    is_fed = Merge.objects.filter(survivor=done.merged_id, settled_at=None, undone_at=None).exists()
    return is_fed or any(place.movable(done.merged_id, done.survivor_id).exists() for place in places())


def _give(done: Merge, place: Place) -> int:
    rows = place.movable(done.merged_id, done.survivor_id)
    if place.model is Customer:
        rows = rows.exclude(pk=done.merged_id)
    ids = _free(rows)
    place.model._base_manager.filter(pk__in=ids).update(**{place.column: done.survivor_id})
    moved = (MovedRow(merge=done, place=place.name, row_id=pk) for pk in ids)
    MovedRow.objects.bulk_create(moved, ignore_conflicts=True)
    return len(ids)


def _give_back(done: Merge, place: Place) -> int:
    """Give back a batch of what was moved and is still where it was moved to, be it merged further meanwhile."""
    noted = list(done.moved.filter(place=place.name).order_by("row_id").values_list("row_id", flat=True)[:BATCH])
    now_with = set(_onward(done.survivor_id))
    present = place.model._base_manager.filter(pk__in=noted, **{f"{place.column}__in": now_with})
    free = _free(present)
    place.model._base_manager.filter(pk__in=free).update(**{place.column: done.merged_id})
    held = set(present.values_list("pk", flat=True)) - set(free)
    if twin := TWINS.get(place.model):
        # It was taken off the card since, or put back: under the same number, in the other table.
        twin._base_manager.filter(pk__in=noted, customer__in=now_with).update(customer=done.merged_id)
    settled = [pk for pk in noted if pk not in held]
    done.moved.filter(place=place.name, row_id__in=settled).delete()
    return len(settled)


def _free(rows: QuerySet[Model]) -> list[int]:
    """Return the next rows that nobody holds, and hold them."""
    locked = rows.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(locked.values_list("pk", flat=True)[:BATCH])


def _onward(customer_id: int | None) -> Iterator[int]:
    """Yield a card, the one that it was merged into, and so on."""
    while customer_id is not None:
        yield customer_id
        customer_id = Customer.objects.values_list("merged_into_id", flat=True).get(pk=customer_id)


def _locked(survivor_id: int, merged_id: int) -> tuple[Customer, Customer]:
    """Hold both cards and all their addresses, so that mail comes before or after and never in between."""
    ids = (survivor_id, merged_id)
    lock_addresses(Identity.objects.filter(customer__in=ids).values_list("kind", "value"))
    # Without the key: whoever only writes something for one of them need not wait.
    rows = Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).in_bulk()
    return rows[survivor_id], rows[merged_id]


def _check(survivor: Customer, merged: Customer, decision: Decision) -> None:
    if survivor.pk == merged.pk or merged.merged_into_id == survivor.pk or survivor.merged_into_id == merged.pk:
        raise CannotMerge(_("They are one customer already."))
    if survivor.merged_into_id or merged.merged_into_id:
        raise CannotMerge(_("One of the two cards was merged into a third one meanwhile. Look at both again."))
    if survivor.erased_at or merged.erased_at:
        raise CannotMerge(_("One of the two was erased."))
    if not decision.is_sure and conflicts(survivor, merged):
        raise CannotMerge(_("Both have addresses that are known to be theirs. Say that you are sure."))


def _write_details(done: Merge, survivor: Customer, merged: Customer, taken: Collection[str]) -> None:
    chosen = {name: getattr(merged, name) for name in DETAILS if name in taken}
    changed = {name: value for name, value in chosen.items() if value != getattr(survivor, name)}
    done.before = {name: getattr(survivor, name) for name in changed}
    done.after = changed
    _set(survivor, changed)
    earliest = min(survivor.created_at, merged.created_at)
    if earliest != survivor.created_at:
        done.before |= {"created_at": survivor.created_at.isoformat()}
        Customer.objects.filter(pk=survivor.pk).update(created_at=earliest)


def _restore_details(done: Merge, survivor: Customer) -> None:
    """Put back what the merge has changed on the card, but for what somebody has corrected since."""
    since = {name: done.before[name] for name, value in done.after.items() if getattr(survivor, name) == value}
    _set(survivor, since)
    if "created_at" in done.before:
        Customer.objects.filter(pk=survivor.pk).update(created_at=done.before["created_at"])


def _set(customer: Customer, details: dict[str, str]) -> None:
    for name, value in details.items():
        setattr(customer, name, value)
    if details:
        customer.save(update_fields=["sort_key", "search_key", *details])

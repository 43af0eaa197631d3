"""Erasing one person: what is personal is emptied in every table, the rows stay, and a proof tells how many.

The card and the addresses are emptied first, in one short transaction under the locks of the addresses: mail that comes
from then on is that of somebody new. What others have of the person is taken out next, because the rows that lead there
are emptied after it. Everything else follows table by table, in batches, and once more a minute later.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.customers.errors import CannotErase
from samovar.customers.models import Customer, Erasure, Identity, PersonArchive, RemovedIdentity
from samovar.customers.recognition import lock_addresses
from samovar.lib import clock
from samovar.lib.personal import Elsewhere, Personal, Subject, conversations_about, declared, elsewhere

BATCH = 200
# By then every transaction has ended that had begun before and could still write of this person.
SETTLES_AFTER = timedelta(minutes=1)
AT_ONCE = (Customer, Identity, RemovedIdentity)
# Before the name of a table of which rows were changed that belong to others.
OF_OTHERS = "others/"


def preview(customer: Customer) -> dict[str, int]:
    """Return how many rows of each table hold something of a person, by the name of the table."""
    subject = subject_of(customer.pk, addresses_of(customer.pk))
    counted = {one.model._meta.label: len(keys_of(one, subject)) for one in declared() if one.emptied}
    counted |= {f"{OF_OTHERS}{one.model._meta.label}": len(one.found(subject)) for one in elsewhere()}
    return {name: count for name, count in counted.items() if count}


def told(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return counts of rows with what each table is called in the reader's language, the largest first."""
    named = ((_called(name), count) for name, count in counts.items() if count)
    return sorted(named, key=lambda row: (-row[1], row[0]))


@transaction.atomic
def erase(customer: Customer, ground: str, by: User) -> Erasure:
    """Begin to erase a person. Raises CannotErase for a card that was merged into another one.

    Twice at once is once. When it was completed before, all tables are looked through again for what an older version
    may have left or written since; it stays one erasure, with one proof.
    """
    lock_addresses(Identity.objects.filter(customer__in=ids_of(customer.pk)).values_list("kind", "value"))
    customer.refresh_from_db(from_queryset=Customer.objects.select_for_update(of=("self",)))
    if customer.merged_into_id:
        raise CannotErase(_("This card was merged into another one. Erase that one."))
    if customer.erased_at:
        return _begun_again(customer, by)
    ids, addresses = ids_of(customer.pk), sorted(addresses_of(customer.pk))
    done = Erasure.objects.create(customer=customer, by=by, ground=ground, addresses=addresses, began_at=clock.now())
    for one in declared():
        if one.model in AT_ONCE:
            _empty(one, keys_of(one, Subject(ids)))
    Customer.objects.filter(pk__in=ids).update(erased_at=done.began_at)
    PersonArchive.objects.filter(customer__in=ids).throw_away()
    record(Action.CUSTOMER_ERASED, by, customer, reason=ground)
    return done


def _begun_again(customer: Customer, by: User) -> Erasure:
    done = Erasure.objects.select_for_update(of=("self",)).filter(customer=customer).latest("began_at")
    if done.settled_at is not None:
        done.settled_at = None
        done.save(update_fields=["settled_at"])
        record(Action.CUSTOMER_ERASED, by, customer, reason=done.ground)
    return done


def carry_on(erasure_id: int) -> None:
    """Empty what is left of a person, in every table; complete the proof when nothing can follow any more."""
    done = Erasure.objects.get(pk=erasure_id)
    if done.settled_at is not None:
        return
    is_late = clock.now() - done.began_at > SETTLES_AFTER
    subject = subject_of(done.customer_id, done.addresses)
    # What leads to others is kept as long as somebody holds what it leads to.
    held = sum(_take_out_everywhere(done.pk, one, subject) for one in elsewhere())
    if held:
        return
    for one in declared():
        if one.emptied:
            count, busy = walk(one, keys_of(one, subject))
            _count_owned(done.pk, one.model._meta.label, count)
            held += busy
    if is_late and not held:
        Erasure.objects.filter(pk=done.pk, settled_at=None).update(settled_at=clock.now(), addresses=[])


def unsettled() -> list[int]:
    """Return the erasures that are not completed."""
    return list(Erasure.objects.filter(settled_at=None).order_by("began_at").values_list("pk", flat=True))


def keys_of(one: Personal, subject: Subject) -> list[int]:
    """Return the keys of the rows of a table that belong to a person; each way to them is a question of its own."""
    ways = [one.model._base_manager.filter(**{f"{owner}__in": subject.ids}) for owner in one.owners]
    if one.by_address and subject.addresses:
        rows = one.by_address(subject.addresses)
        # Whoever has the address by now writes and is written to as somebody new.
        for owner in one.owners if subject.successors else ():
            rows = rows.exclude(**{f"{owner}__in": subject.successors})
        ways.append(rows)
    found = {pk for rows in ways for pk in rows.order_by().values_list("pk", flat=True)}
    return sorted(found.union(one.of_conversations(subject.matters)))


def subject_of(customer_id: int, addresses: Collection[str]) -> Subject:
    """Return whose data it is that belongs to a card, or belonged to it when it had these addresses."""
    ids = ids_of(customer_id)
    holders = Identity.objects.filter(value__in=addresses).exclude(customer__in=ids).order_by()
    successors = {pk for row in holders.values_list("customer_id", "customer__merged_into_id") for pk in row if pk}
    return Subject(ids, frozenset(addresses), sorted(successors), conversations_about(ids))


def ids_of(customer_id: int) -> list[int]:
    """Return the card of a person and those that were merged into it."""
    return [customer_id, *Customer.objects.filter(merged_into=customer_id).values_list("pk", flat=True)]


def addresses_of(customer_id: int) -> set[str]:
    """Return the addresses of a person, also those that were taken off the card."""
    ids = ids_of(customer_id)
    found = [Identity.objects.filter(customer__in=ids), RemovedIdentity.objects.filter(customer__in=ids)]
    return {value.lower() for rows in found for value in rows.exclude(shown="").values_list("value", flat=True)}


def walk(one: Personal, keys: Sequence[int]) -> tuple[int, int]:
    """Empty rows batch by batch; return how many there are, and how many of them somebody holds just now."""
    held = 0
    for batch in _batches(keys):
        with transaction.atomic():
            rows = one.model._base_manager.filter(pk__in=batch).order_by("pk")
            free = list(rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
            _empty(one, free)
        held += len(batch) - len(free)
    return len(keys), held


def _called(name: str) -> str:
    table = str(apps.get_model(name.removeprefix(OF_OTHERS))._meta.verbose_name)
    return _("%(table)s of other customers") % {"table": table} if name.startswith(OF_OTHERS) else table


def _take_out_everywhere(erasure_id: int, one: Elsewhere, subject: Subject) -> int:
    """Take out of what belongs to others what it says of a person; return how many rows somebody holds just now."""
    held = 0
    for key in sorted(one.found(subject)):
        with transaction.atomic():
            changed = one.taken_out(key, subject)
            _count_others(erasure_id, changed or {})
        held += changed is None
    return held


def _count_others(erasure_id: int, changed: Mapping[str, int]) -> None:
    """Add to the proof, in the transaction of the change: what is changed once is not found again."""
    if changed:
        done = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
        added = Counter({f"{OF_OTHERS}{name}": count for name, count in changed.items()})
        done.counts = dict(Counter(done.counts) + added)
        done.save(update_fields=["counts"])


@transaction.atomic
def _count_owned(erasure_id: int, name: str, count: int) -> None:
    """Note in the proof how many rows of a table were emptied."""
    done = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    # Rows that are found by an address are found until it is empty: the larger number is the true one.
    if count > done.counts.get(name, 0):
        done.counts = done.counts | {name: count}
        done.save(update_fields=["counts"])


def _batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _empty(one: Personal, keys: Sequence[int]) -> None:
    if keys:
        one.model._base_manager.filter(pk__in=keys).update(**one.emptied)
        one.also(keys)

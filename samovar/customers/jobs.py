"""Queued and timed work on customers."""

from samovar.customers import addresses, archive, erasure, merging, restricting
from samovar.customers.models import PersonArchive, Restriction
from samovar.jobs.registry import job

AT_ONCE = 500


@job(every="1 day", lease="10 minutes")
def forget_removed_addresses() -> None:
    """Forget the addresses that were taken off too long ago to be put back."""
    while addresses.forget_removed(AT_ONCE):
        pass


@job(lease="10 minutes")
def carry_over(merge_id: int) -> None:
    """Move what two cards have that became one, or that are two again."""
    merging.carry_on(merge_id)


@job(every="1 minute", lease="10 minutes")
def settle_merges() -> None:
    """Look again after what was still held, or written, while two cards became one."""
    for merge_id in merging.unsettled():
        merging.carry_on(merge_id)


@job(every="1 day", lease="10 minutes")
def forget_moved_rows() -> None:
    """Forget what was moved by merges that can no longer be undone."""
    while merging.forget_moved(AT_ONCE):
        pass


@job(lease="10 minutes")
def carry_erasure_on(erasure_id: int) -> None:
    """Empty what is left of a person."""
    erasure.carry_on(erasure_id)


@job(every="1 minute", lease="10 minutes")
def settle_erasures() -> None:
    """Look again after what was still held, or written, while a person was erased, and complete the proof."""
    for erasure_id in erasure.unsettled():
        erasure.carry_on(erasure_id)


@job(lease="30 minutes", tries=2)
def make_archive(archive_id: int) -> None:
    """Write all that is kept of a person into one file."""
    archive.make(archive_id)


@job(every="1 hour")
def throw_archives_away() -> None:
    """Throw away the archives that nobody may fetch any more."""
    PersonArchive.objects.all().expired().throw_away()


@job(every="1 minute")
def end_restrictions() -> None:
    """Write down what is over by itself about difficult customers; it counts no more in any case."""
    for found in Restriction.objects.all().to_end().order_by("until", "pk")[:AT_ONCE]:
        restricting.end_when_due(found)

"""The archive of one person: all that is kept of them, as files that any program can read, in one ZIP.

One file of JSON lines for each table that says what is personal in it (``<app>/personal.py``), the files of messages by
their SHA-256, and the mails as they came.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.customers.erasure import addresses_of, keys_of, subject_of
from samovar.customers.models import Customer, PersonArchive
from samovar.files.models import StoredFile
from samovar.lib import clock
from samovar.lib.personal import Personal, declared

BATCH = 200


@transaction.atomic
def ask(customer: Customer, purpose: str, by: User) -> PersonArchive:
    """Note that somebody wants all that is kept of a person; the archive is made later."""
    asked = PersonArchive.objects.create(
        customer=customer, by=by, purpose=purpose, total=len(declared()), asked_at=clock.now()
    )
    record(Action.PERSON_EXPORTED, by, customer, reason=purpose)
    return asked


def make(archive_id: int) -> None:
    """Make the archive, and keep it unless the person was erased meanwhile. Making it twice is making it once."""
    archive = PersonArchive.objects.select_related("customer").get(pk=archive_id)
    if archive.finished_at is not None:
        return
    PersonArchive.objects.filter(pk=archive_id).throw_away()
    with tempfile.TemporaryFile() as draft:
        if archive.customer.erased_at is None:
            write(archive.customer_id, draft, lambda done: _note(archive_id, done))
            archive.file = StoredFile.objects.all().begin(draft)
            # Noted before its bytes are written: whatever stops this, somebody knows whose they are.
            archive.save(update_fields=["file"])
            archive.file.fill(draft)
    with transaction.atomic():
        # An erasure waits for this, or has taken place before.
        customer = Customer.objects.select_for_update(no_key=True).get(pk=archive.customer_id)
        kept = archive.file if customer.erased_at is None else None
        PersonArchive.objects.filter(pk=archive_id).update(file=kept, finished_at=clock.now())
    if archive.file and kept is None:
        StoredFile.objects.all().throw_away([archive.file.pk])


def write(customer_id: int, out: IO[bytes], advance: Callable[[int], None]) -> None:
    """Write all that is kept of a person into ``out``; ``advance`` hears how many tables are done."""
    subject = subject_of(customer_id, addresses_of(customer_id))
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for done, one in enumerate(declared(), start=1):
            keys = keys_of(one, subject)
            if keys:
                _write_table(archive, one, keys)
            advance(done)


def _note(archive_id: int, done: int) -> None:
    PersonArchive.objects.filter(pk=archive_id).update(done=done)


def _write_table(archive: ZipFile, one: Personal, keys: Sequence[int]) -> None:
    fields = one.model._meta.concrete_fields
    told = [field.attname for field in fields if not isinstance(field, models.BinaryField)]
    has_files = any(field.related_model is StoredFile for field in fields)
    with archive.open(f"{one.model._meta.db_table}.jsonl", "w") as lines:
        for row in _rows(one, keys, told):
            lines.write(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n")
    if has_files:
        _write_files(archive, one, keys)
    if one.contents:
        _write_contents(archive, one, keys)


def _rows(one: Personal, keys: Sequence[int], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(keys), BATCH):
        yield from one.model._base_manager.filter(pk__in=keys[start : start + BATCH]).order_by("pk").values(*names)


def _write_files(archive: ZipFile, one: Personal, keys: Sequence[int]) -> None:
    held = one.model._base_manager.filter(pk__in=keys).values("file")
    for file in StoredFile.objects.filter(pk__in=held).order_by("pk").iterator(BATCH):
        with archive.open(f"files/{file.pk}-{file.sha256}", "w") as entry:
            for piece in file.stream():
                entry.write(piece)


def _write_contents(archive: ZipFile, one: Personal, keys: Sequence[int]) -> None:
    """Write bytes that a row itself holds: one at a time, they may be large."""
    for key in keys:
        content = one.model._base_manager.values_list(one.contents, flat=True).get(pk=key)
        if content:
            archive.writestr(f"{one.model._meta.db_table}/{key}.eml", bytes(content))

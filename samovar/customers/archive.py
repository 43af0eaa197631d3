"""The archive of one person: all that is kept of them, as files that any program can read, in one ZIP.

One file of JSON lines for each table that says what is personal in it (``<app>/personal.py``), the files of messages
under their names, the mails as they came, and a page that says what is what in the language of whoever asked.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import User
from samovar.customers.erasure import addresses_of, keys_of, subject_of
from samovar.customers.models import Customer, PersonArchive
from samovar.files.models import StoredFile
from samovar.lib import clock
from samovar.lib.personal import Personal, declared
from samovar.lib.text import file_name

BATCH = 200
UNWANTED = re.compile(r'[\\/:*?"<>|]')
LONGEST_NAME = 100


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
    archive = PersonArchive.objects.select_related("customer", "by").get(pk=archive_id)
    if archive.finished_at is not None:
        return
    PersonArchive.objects.filter(pk=archive_id).throw_away()
    with tempfile.TemporaryFile() as draft:
        if archive.customer.erased_at is None:
            with translation.override(archive.by.language or settings.LANGUAGE_CODE):
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
        told = []
        for done, one in enumerate(declared(), start=1):
            keys = keys_of(one, subject)
            if keys:
                _write_table(archive, one, keys)
                told.append(f"{_file_of(one)}: {capfirst(one.model._meta.verbose_name)} ({len(keys)})")
            advance(done)
        archive.writestr("README.txt", "\n\n".join([*_about(), "\n".join(told), ""]))


def _note(archive_id: int, done: int) -> None:
    PersonArchive.objects.filter(pk=archive_id).update(done=done)


def _about() -> Iterator[str]:
    yield _("All that is kept of one person, on %(day)s.") % {"day": date_format(clock.now(), "DATE_FORMAT")}
    yield _(
        "Each file .jsonl holds the records of one kind, one a line, as JSON. In the folder files stands what was sent "
        "along; a number before its name is the file_id of the record that belongs to it. Files .eml are mails as they "
        "came, which any mail program opens; their names are the id of the record."
    )


def _file_of(one: Personal) -> str:
    return f"{one.model._meta.db_table}.jsonl"


def _write_table(archive: ZipFile, one: Personal, keys: Sequence[int]) -> None:
    fields = one.model._meta.concrete_fields
    told = [field.attname for field in fields if not isinstance(field, models.BinaryField)]
    has_files = any(field.related_model is StoredFile for field in fields)
    with archive.open(_file_of(one), "w") as lines:
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
    held = one.model._base_manager.filter(pk__in=keys)
    # The same bytes may have been sent under several names: one is enough to know what they are.
    names = dict(held.order_by("-pk").values_list("file_id", "name")) if hasattr(one.model, "name") else {}
    for file in StoredFile.objects.filter(pk__in=held.values("file")).order_by("pk").iterator(BATCH):
        with archive.open(f"files/{file.pk}-{_harmless(names.get(file.pk, ''))}", "w") as entry:
            for piece in file.stream():
                entry.write(piece)


def _harmless(name: str) -> str:
    """Return the name of a file that leads nowhere and that every machine can have; its end says what it is."""
    return UNWANTED.sub("_", file_name(name))[-LONGEST_NAME:]


def _write_contents(archive: ZipFile, one: Personal, keys: Sequence[int]) -> None:
    """Write bytes that a row itself holds: one at a time, they may be large."""
    for key in keys:
        content = one.model._base_manager.values_list(one.contents, flat=True).get(pk=key)
        if content:
            archive.writestr(f"{one.model._meta.db_table}/{key}.eml", bytes(content))

"""Content of attachments, kept once by its SHA-256."""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from typing import IO, Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from samovar.lib.media_types import HEAD_BYTES, PICTURES, kind_of

CHUNK_BYTES = 256 * 1024
STATEMENT_BYTES, STATEMENT_ROWS = 1 * 1024 * 1024, 64


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Keeps content and finds it again."""

    def keep(self, content: bytes) -> "StoredFile":
        """Return the stored file with this content, writing it if nobody sent it before."""
        return self.keep_all([content])[hashlib.sha256(content).hexdigest()]

    @transaction.atomic
    def keep_all(self, contents: Iterable[bytes]) -> dict[str, "StoredFile"]:
        """Store every content that is new, a MB in a statement; return all of them by SHA-256 (hexadecimal)."""
        by_hash = {hashlib.sha256(content).hexdigest(): content for content in contents}
        known = {file.sha256: file for file in self.filter(sha256__in=by_hash)}
        fresh = [_described(key, by_hash[key]) for key in sorted(by_hash.keys() - known.keys())]
        if fresh:
            # Two transactions may bring the same content at once: the first row wins and the other is not written.
            self.bulk_create(fresh, ignore_conflicts=True)
            known |= {file.sha256: file for file in self.filter(sha256__in=[file.sha256 for file in fresh])}
            chunks = (chunk for file in fresh for chunk in _chunks(known[file.sha256], by_hash[file.sha256]))
            for batch in _batches(chunks):
                Chunk.objects.bulk_create(batch, ignore_conflicts=True)
        return known

    def begin(self, file: IO[bytes]) -> "StoredFile":
        """Return the stored file for what stands in ``file``, however large; its bytes are to be written by fill()."""
        return self.get_or_create(**_description(file))[0]

    def throw_away(self, ids: Collection[int]) -> int:
        """Delete those of the files that nothing holds any more, with their bytes; return how many there were.

        Whoever sends the same bytes as somebody else holds the same file.
        """
        unheld = set(ids)
        for field in StoredFile._meta.get_fields(include_hidden=True):
            if isinstance(field, models.ManyToOneRel) and field.field.model is not Chunk:
                name = field.field.attname
                held = field.field.model._base_manager.filter(**{f"{name}__in": unheld})
                unheld -= set(held.values_list(name, flat=True))
        Chunk.objects.filter(file__in=unheld).delete()
        return self.filter(pk__in=unheld).delete()[0]


class StoredFile(models.Model):
    """Bytes that somebody sent us or that we send, known by their SHA-256.

    ``kind`` is the media type that the content itself shows, "" for one that we do not know; what its sender says of it
    stands elsewhere.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField(_("size"))
    kind = models.CharField(max_length=40, blank=True, db_default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def is_picture(self) -> bool:
        """Whether its content begins like a picture that we can write anew."""
        return self.kind in PICTURES

    def stream(self) -> Iterator[bytes]:
        """Yield the content piece by piece, so that a large file never stands in memory as a whole."""
        for number in range(max(1, -(-self.size_bytes // CHUNK_BYTES))):
            yield bytes(Chunk.objects.values_list("content", flat=True).get(file=self, number=number))

    def fill(self, file: IO[bytes]) -> None:
        """Write the bytes of what was begun, a MB in a statement."""
        for batch in _batches(_pieces(self, file)):
            Chunk.objects.bulk_create(batch, ignore_conflicts=True)

    def read(self) -> bytes:
        """Return the whole content."""
        return b"".join(self.stream())


class Chunk(models.Model):
    """A piece of a stored file, at most 256 KiB."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="chunks", db_index=False)
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


def _chunks(file: StoredFile, content: bytes) -> Iterator[Chunk]:
    for number in range(max(1, -(-len(content) // CHUNK_BYTES))):
        start = number * CHUNK_BYTES
        yield Chunk(file=file, number=number, content=content[start : start + CHUNK_BYTES])


def _batches(chunks: Iterable["Chunk"]) -> Iterator[list["Chunk"]]:
    """Yield what is written by one statement: a statement takes several times the memory of what it writes."""
    batch: list[Chunk] = []
    size = 0
    for chunk in chunks:
        batch.append(chunk)
        size += len(chunk.content)
        if size >= STATEMENT_BYTES or len(batch) == STATEMENT_ROWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _description(file: IO[bytes]) -> dict[str, Any]:
    file.seek(0)
    known = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]  # wants what reads into a buffer, as files do
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return {"sha256": known.hexdigest(), "defaults": {"size_bytes": size, "kind": kind_of(file.read(HEAD_BYTES))}}


def _pieces(kept: StoredFile, file: IO[bytes]) -> Iterator[Chunk]:
    file.seek(0)
    for number in range(max(1, -(-kept.size_bytes // CHUNK_BYTES))):
        yield Chunk(file=kept, number=number, content=file.read(CHUNK_BYTES))


def _described(sha256: str, content: bytes) -> StoredFile:
    return StoredFile(sha256=sha256, size_bytes=len(content), kind=kind_of(content[:HEAD_BYTES]))

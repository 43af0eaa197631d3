"""Content of attachments, kept once by its SHA-256."""

import hashlib
from collections.abc import Collection, Iterable, Iterator

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

CHUNK_BYTES = 256 * 1024


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Keeps content and finds it again."""

    def keep(self, content: bytes) -> "StoredFile":
        """Return the stored file with this content, writing it if nobody sent it before."""
        return self.keep_all([content])[hashlib.sha256(content).hexdigest()]

    @transaction.atomic
    def keep_all(self, contents: Iterable[bytes]) -> dict[str, "StoredFile"]:
        """Store every content that is new, in three statements; return all of them by SHA-256 (hexadecimal)."""
        by_hash = {hashlib.sha256(content).hexdigest(): content for content in contents}
        known = {file.sha256: file for file in self.filter(sha256__in=by_hash)}
        fresh = [StoredFile(sha256=key, size_bytes=len(by_hash[key])) for key in sorted(by_hash.keys() - known.keys())]
        if fresh:
            # Two transactions may bring the same content at once: the first row wins and the other is not written.
            self.bulk_create(fresh, ignore_conflicts=True)
            known |= {file.sha256: file for file in self.filter(sha256__in=[file.sha256 for file in fresh])}
            Chunk.objects.bulk_create(
                [chunk for file in fresh for chunk in _chunks(known[file.sha256], by_hash[file.sha256])],
                ignore_conflicts=True,
                batch_size=64,
            )
        return known

    def throw_away(self, ids: Collection[int]) -> int:
        """Delete files that nothing belongs to any more, with their bytes; return how many there were."""
        Chunk.objects.filter(file__in=ids).delete()
        return self.filter(pk__in=ids).delete()[0]


class StoredFile(models.Model):
    """Bytes that somebody sent us or that we send, known by their SHA-256."""

    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField(_("size"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")

    def __str__(self) -> str:
        return self.sha256[:12]

    def stream(self) -> Iterator[bytes]:
        """Yield the content piece by piece, so that a large file never stands in memory as a whole."""
        for number in range(max(1, -(-self.size_bytes // CHUNK_BYTES))):
            yield bytes(Chunk.objects.values_list("content", flat=True).get(file=self, number=number))

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

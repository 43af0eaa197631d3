"""Raw first: the bytes of a mail are stored and committed before anybody tries to understand them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection

from samovar.lib.prepared import prepared

WRITE = """
INSERT INTO channels_rawmail
    (inbox_id, account_id, folder_id, uid_validity, is_from_archive,
     uid, sha256, content, size_bytes, arrived_at, tries, problem)
SELECT %s, %s, %s, %s, %s OR is_old, uid, sha256, content, length(content), arrived_at, 0, ''
FROM {} AS given(uid, sha256, content, arrived_at, is_old)
ON CONFLICT DO NOTHING
RETURNING id, sha256
"""
WRITE_MANY = WRITE.format("unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::timestamptz[], %s::boolean[])")
WRITE_ONE = WRITE.format("(VALUES (%s::bigint, %s::bytea, %s::bytea, %s::timestamptz, %s::boolean))")
# An array is put together from copies: beyond this each mail goes by itself, and takes twice its size, not six times.
MANY_BYTES = 16_000_000
# A mail whose number was forgotten is met again under its new one; any other is noted as a copy of what is stored.
RENUMBER = """
UPDATE channels_rawmail AS raw SET folder_id = %(folder)s, uid_validity = %(validity)s, uid = given.uid
FROM unnest(%(uids)s::bigint[], %(digests)s::bytea[]) AS given(uid, sha256)
WHERE raw.inbox_id = %(inbox)s AND raw.sha256 = given.sha256 AND raw.uid IS NULL
    AND raw.account_id = %(account)s AND (raw.folder_id = %(folder)s OR raw.folder_id IS NULL AND %(is_inbox)s)
"""
NOTE_COPIES = """
INSERT INTO channels_knowncopy (folder_id, uid_validity, uid, size_bytes, raw_id)
SELECT %(folder)s, %(validity)s, given.uid, given.size_bytes, raw.id
FROM unnest(%(uids)s::bigint[], %(digests)s::bytea[], %(sizes)s::bigint[]) AS given(uid, sha256, size_bytes)
JOIN channels_rawmail AS raw ON raw.inbox_id = %(inbox)s AND raw.sha256 = given.sha256
WHERE (raw.folder_id, raw.uid_validity, raw.uid) IS DISTINCT FROM (%(folder)s, %(validity)s, given.uid)
    OR raw.size_bytes <> given.size_bytes
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Arrival:
    """The bytes of one mail, when it came, and its number on the server if it came from one.

    One that ``is_old`` lay there before the mailbox was connected.
    """

    content: bytes
    at: datetime
    uid: int | None = None
    is_old: bool = False

    @cached_property
    def sha256(self) -> bytes:
        """The digest by which a mail is known (32 bytes)."""
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True)
class Source:
    """Where mails come from: the inbox they are for, the mailbox and folder they were read from, or an old archive."""

    inbox_id: int
    account_id: int | None = None
    uid_validity: int | None = None
    is_archive: bool = False
    folder_id: int | None = None


def keep_all(source: Source, arrivals: Sequence[Arrival]) -> dict[bytes, int]:
    """Store mails, in one statement unless they are large; return the ids of the new rows by SHA-256 (32 bytes).

    A mail that is known byte by byte in this inbox is not in the answer: it is a duplicate and changes nothing.
    """
    place = [source.inbox_id, source.account_id, source.folder_id, source.uid_validity, source.is_archive]
    rows = [(one.uid, one.sha256, one.content, one.at, one.is_old) for one in arrivals]
    if rows and sum(len(one.content) for one in arrivals) <= MANY_BYTES:
        return _written(WRITE_MANY, [*place, *(list(column) for column in zip(*rows, strict=True))])
    return {sha256: pk for row in rows for sha256, pk in _written(WRITE_ONE, [*place, *row]).items()}


def _written(sql: str, values: Sequence[object]) -> dict[bytes, int]:
    with prepared(sql, values) as cursor:
        return {bytes(sha256): int(pk) for pk, sha256 in cursor.fetchall()}


def note_known(source: Source, arrivals: Sequence[Arrival], sizes: Mapping[int, int], *, is_inbox: bool) -> None:
    """Note where mails lie whose bytes were known already, so that nobody takes them for missing.

    ``sizes`` are what the server says of each, which may differ from the bytes that it hands over.
    """
    given = {
        "inbox": source.inbox_id,
        "account": source.account_id,
        "folder": source.folder_id,
        "validity": source.uid_validity,
        "is_inbox": is_inbox,
        "uids": [arrival.uid for arrival in arrivals],
        "digests": [arrival.sha256 for arrival in arrivals],
        "sizes": [sizes.get(arrival.uid or 0, len(arrival.content)) for arrival in arrivals],
    }
    with connection.cursor() as cursor:
        cursor.execute(RENUMBER, given)
        cursor.execute(NOTE_COPIES, given)

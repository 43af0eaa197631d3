"""Raw first: the bytes of a mail are stored and committed before anybody tries to understand them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection

WRITE = """
INSERT INTO channels_rawmail
    (inbox_id, account_id, uid_validity, is_from_archive, uid, sha256, content, size_bytes, arrived_at, tries, problem)
SELECT %s, %s, %s, %s, uid, sha256, content, length(content), arrived_at, 0, ''
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::timestamptz[]) AS given(uid, sha256, content, arrived_at)
ON CONFLICT DO NOTHING
RETURNING id, sha256
"""


@dataclass(frozen=True)
class Arrival:
    """The bytes of one mail, when it came, and its number on the server if it came from one."""

    content: bytes
    at: datetime
    uid: int | None = None

    @cached_property
    def sha256(self) -> bytes:
        """The digest by which a mail is known (32 bytes)."""
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True)
class Source:
    """Where mails come from: the inbox they are for, the mailbox they were read from, or an archive of old mail."""

    inbox_id: int
    account_id: int | None = None
    uid_validity: int | None = None
    is_archive: bool = False


def keep_all(source: Source, arrivals: Sequence[Arrival]) -> dict[bytes, int]:
    """Store mails in one statement; return the ids of the new rows by SHA-256 (32 bytes).

    A mail that is known byte by byte in this inbox is not in the answer: it is a duplicate and changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [
                source.inbox_id,
                source.account_id,
                source.uid_validity,
                source.is_archive,
                [arrival.uid for arrival in arrivals],
                [arrival.sha256 for arrival in arrivals],
                [arrival.content for arrival in arrivals],
                [arrival.at for arrival in arrivals],
            ],
        )
        return {bytes(sha256): int(pk) for pk, sha256 in cursor.fetchall()}

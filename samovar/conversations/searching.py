"""How messages are indexed for search: one PostgreSQL configuration of our own, written with the message.

Russian stems for Cyrillic and English for Latin words; ё is folded to е, and "-", "/" and "_" become blanks, so that
parts of order numbers are found. Only the beginning of a text is indexed: a vector over 1 MB is an error of PostgreSQL
that would refuse the message.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from samovar.lib.text import storable

CONFIGURATION_SQL = """
CREATE TEXT SEARCH CONFIGURATION samovar (COPY = pg_catalog.russian)
"""

# What a person typed becomes a query by the same folding as the text; its body is bound when it is made.
FUNCTION_SQL = """
CREATE FUNCTION message_query(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN websearch_to_tsquery('samovar'::regconfig, translate(asked, 'ёЁ-/_', 'еЕ   '))
"""

COLUMN_SQL = """
ALTER TABLE conversations_message ADD COLUMN search tsvector GENERATED ALWAYS AS (
    to_tsvector(
        'samovar'::regconfig,
        translate(left(subject || ' ' || sender_name || ' ' || text, 200000), 'ёЁ-/_', 'еЕ   ')
    )
) STORED
"""

INDEX_SQL = """
CREATE INDEX message_search ON conversations_message USING gin (search);
CREATE INDEX message_by_time ON conversations_message (created_at DESC, id DESC);
"""

LEAST_DIGITS = 4
# Looking at one hit in the order of the table costs as much as passing by about three messages from the newest.
MESSAGES_A_HIT = 3
# A moment and a key after those of any message.
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC), 2**62

# Who reads may see the conversation of a hit. Being a value and no EXISTS it is not made a join: it is asked of one hit
# after the other, the newest first, until a page is full.
IS_SEEN = """(
    SELECT it.deleted_at IS NULL AND it.inbox_id <> ALL(%(closed)s::bigint[])
    FROM conversations_conversation AS it WHERE it.id = conversation_id
)"""
# The first step takes hits as the index of words has them; its count says whether it had to stop. OFFSET keeps the
# planner from asking who may see a hit before they are in order.
COLLECT = f"""
WITH hits AS MATERIALIZED (
    SELECT id, conversation_id, created_at FROM conversations_message
    WHERE search @@ message_query(%(text)s) LIMIT %(most)s
)
SELECT total.count, page.* FROM (SELECT count(*) FROM hits) AS total LEFT JOIN LATERAL (
    SELECT id, conversation_id, created_at FROM (
        SELECT id, conversation_id, created_at FROM hits
        WHERE (created_at, id) < (%(moment)s, %(key)s) ORDER BY created_at DESC, id DESC OFFSET 0
    ) AS newest
    WHERE {IS_SEEN} LIMIT %(limit)s
) AS page ON true
"""  # noqa: S608 - put together of our own words alone
# The inner LIMIT keeps the planner on the index by time; the outer one stops it at the last hit that is wanted.
WALK = f"""
SELECT id, conversation_id, created_at FROM (
    SELECT id, conversation_id, created_at, search FROM conversations_message
    WHERE (created_at, id) < (%(moment)s, %(key)s) ORDER BY created_at DESC, id DESC LIMIT %(most)s
) AS newest
WHERE search @@ message_query(%(text)s) AND {IS_SEEN} LIMIT %(limit)s
"""  # noqa: S608 - put together of our own words alone
WINDOW_END = """
SELECT created_at, id FROM conversations_message WHERE (created_at, id) < (%(moment)s, %(key)s)
ORDER BY created_at DESC, id DESC OFFSET %(most)s - 1 LIMIT 1
"""
# Those whom most inboxes are closed to see few conversations: no row when there are more than that.
FEW = """
SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT id FROM conversations_conversation
    WHERE inbox_id IN (SELECT id FROM conversations_inbox WHERE id <> ALL(%(closed)s::bigint[])) AND deleted_at IS NULL
    LIMIT %(most)s + 1
) AS seen HAVING count(*) <= %(most)s
"""
AMONG_FEW = """
SELECT id, conversation_id, created_at FROM conversations_message
WHERE conversation_id = ANY(%(few)s::bigint[]) AND search @@ message_query(%(text)s)
      AND (created_at, id) < (%(moment)s, %(key)s)
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
BY_NUMBER = f"""
SELECT id, conversation_id, created_at FROM conversations_message
WHERE numbers <> '' AND numbers LIKE %(pattern)s AND (created_at, id) < (%(moment)s, %(key)s) AND {IS_SEEN}
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - put together of our own words alone
FOUND_SINCE = """
SELECT DISTINCT conversation_id FROM conversations_message
WHERE conversation_id = ANY(%(conversations)s) AND (created_at, id) >= (%(moment)s, %(key)s)
      AND (search @@ message_query(%(text)s) OR (%(pattern)s <> '' AND numbers LIKE %(pattern)s))
"""
ESTIMATE = "EXPLAIN (FORMAT JSON) SELECT 1 FROM conversations_message WHERE search @@ message_query(%(text)s)"
SNIPPETS = """
SELECT id, ts_headline('samovar', left(text, 4000), message_query(%(text)s),
                       'StartSel="\x02", StopSel="\x03", MaxWords=24, MinWords=12, ShortWord=0')
FROM conversations_message WHERE id = ANY(%(ids)s)
"""
TEXTS = "SELECT id, left(text, 4000) FROM conversations_message WHERE id = ANY(%(ids)s)"
# What is shown around a number that was found, in characters.
BEFORE, AFTER = 80, 120


Asked = dict[str, str | int | list[int] | datetime | None]
Mark = tuple[datetime, int]


@dataclass(frozen=True)
class Hit:
    """A message that was found; ``pieces`` of its text in order, each with whether it is what was searched for."""

    message_id: int
    conversation_id: int
    created_at: datetime
    pieces: tuple[tuple[bool, str], ...] = ()

    @property
    def mark(self) -> Mark:
        """Where the hit stands among all messages."""
        return self.created_at, self.message_id


@dataclass(frozen=True)
class Effort:
    """When one way of searching costs more than another.

    Ordering the hits of a word needs all of them; above ``most_to_collect`` it is quicker to walk the messages from the
    newest, ``window`` of them at first and twice as many each time that they did not hold enough hits. Whoever sees
    ``few_seen`` conversations at most would walk past what is closed to them: of theirs all messages are looked at.
    """

    most_to_collect: int = 8_000
    few_seen: int = 5_000
    window: int = 40_000


def find_messages(
    text: str,
    limit: int = 50,
    before: Mark | None = None,
    closed: Collection[int] = (),
    effort: Effort = Effort(),
) -> list[Hit]:
    """Return the newest messages in which all words of ``text`` stand, in any of their forms, newest first.

    Numbers of four and more digits are also found as parts of order numbers and phones, however they are spaced.
    ``before`` is the mark of the last hit of the page before. What stands in inboxes that are ``closed`` to whoever
    reads, and what is deleted, is as if it were not there: it takes no place of what can be seen.
    """
    asked = _asked(text, before, limit=limit, closed=list(closed))
    found = _by_number(asked) if asked["pattern"] else []
    found += _by_words(asked, effort)
    newest = sorted(set(found), key=lambda row: (row.created_at, row.id), reverse=True)[:limit]
    pieces = _snippets(asked, [row.id for row in newest])
    return [Hit(row.id, row.conversation_id, row.created_at, pieces.get(row.id, ())) for row in newest]


def found_since(text: str, mark: Mark, conversation_ids: Collection[int]) -> set[int]:
    """Return which of these conversations hold a message that is found by ``text`` and stands at ``mark`` or later."""
    asked = _asked(text, mark, conversations=list(conversation_ids))
    return {pk for (pk,) in _rows(FOUND_SINCE, asked)}


class _Row(NamedTuple):
    id: int
    conversation_id: int
    created_at: datetime


def _asked(text: str, mark: Mark | None, **more: int | list[int]) -> Asked:
    moment, key = mark or END_OF_TIME
    digits = _digits(text)
    pattern = f"%{digits}%" if digits else ""
    return {"text": storable(text)[:500], "pattern": pattern, "moment": moment, "key": key, **more}


def _by_words(asked: Asked, effort: Effort) -> list[_Row]:
    estimate = _estimate(asked)
    if estimate > effort.most_to_collect:
        return _of_many(asked, effort, estimate)
    count, found = _collected(asked, most=effort.most_to_collect + 1)
    # The index has the oldest first, so what was cut off are the newest: begin again from the other end.
    return _of_many(asked, effort, count) if count > effort.most_to_collect else found


def _of_many(asked: Asked, effort: Effort, estimate: int) -> list[_Row]:
    seen = _rows(FEW, {**asked, "most": effort.few_seen}) if asked["closed"] else []
    if not seen:
        return _walked(asked, effort, estimate)
    return [_Row(*row) for row in _rows(AMONG_FEW, {**asked, "few": seen[0][0]})]


def _collected(asked: Asked, most: int | None) -> tuple[int, list[_Row]]:
    """Return how many hits there are at all, ``most`` at most, and the newest of them."""
    rows = _rows(COLLECT, {**asked, "most": most})
    return rows[0][0], [_Row(*row[1:]) for row in rows if row[1]]


def _walked(asked: Asked, effort: Effort, estimate: int) -> list[_Row]:
    """Return the newest hits, looking at more and more messages; ordering all hits when that becomes cheaper."""
    limit, window = int(str(asked["limit"])), effort.window
    found: list[_Row] = []
    while True:
        here = {**asked, "most": window, "limit": limit - len(found)}
        found += [_Row(*row) for row in _rows(WALK, here)]
        end = _rows(WINDOW_END, here) if len(found) < limit else []
        if not end:
            return found
        [(moment, key)] = end
        window *= 2
        asked = {**asked, "moment": moment, "key": key}
        if window > estimate * MESSAGES_A_HIT:
            return (found + _collected(asked, most=None)[1])[:limit]


def _by_number(asked: Asked) -> list[_Row]:
    return [_Row(*row) for row in _rows(BY_NUMBER, asked)]


def _digits(text: str) -> str:
    digits = "".join(filter(str.isdecimal, text))
    is_number = not any(character.isalpha() for character in text)
    return digits if is_number and len(digits) >= LEAST_DIGITS else ""


def _estimate(asked: Asked) -> int:
    [[plan]] = _rows(ESTIMATE, asked)
    return int(plan[0]["Plan"]["Plan Rows"])


def _snippets(asked: Asked, ids: list[int]) -> dict[int, tuple[tuple[bool, str], ...]]:
    if not ids:
        return {}
    by_words = {pk: _pieces(headline) for pk, headline in _rows(SNIPPETS, {**asked, "ids": ids})}
    return by_words | _around_number(asked, ids) if asked["pattern"] else by_words


def _around_number(asked: Asked, ids: list[int]) -> dict[int, tuple[tuple[bool, str], ...]]:
    """Return the places where the number stands, however it is spaced: as a word it would end at its first sign."""
    spaced = re.compile(r"\D{0,3}".join(str(asked["pattern"]).strip("%")))
    found = ((pk, text, spaced.search(text)) for pk, text in _rows(TEXTS, {**asked, "ids": ids}))
    return {pk: _cut(text, *place.span()) for pk, text, place in found if place}


def _cut(text: str, start: int, end: int) -> tuple[tuple[bool, str], ...]:
    before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    if start > BEFORE:
        before = before.partition(" ")[2]
    if end + AFTER < len(text):
        after = after.rpartition(" ")[0]
    return tuple(
        (is_match, piece) for is_match, piece in ((False, before), (True, text[start:end]), (False, after)) if piece
    )


def _pieces(headline: str) -> tuple[tuple[bool, str], ...]:
    pieces: list[tuple[bool, str]] = []
    for number, part in enumerate(headline.split("\x02")):
        marked, _stop, rest = part.partition("\x03") if number else ("", "", part)
        pieces += [(True, marked), (False, rest)]
    return tuple((is_match, text) for is_match, text in pieces if text)


def _rows(sql: str, asked: Asked) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

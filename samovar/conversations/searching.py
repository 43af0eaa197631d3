"""How messages are indexed for search: one PostgreSQL configuration of our own, written with the message.

Russian stems for Cyrillic and English for Latin words; ё is folded to е, and "-", "/" and "_" become blanks, so that
parts of order numbers are found. Only the beginning of a text is indexed: a vector over 1 MB is an error of PostgreSQL
that would refuse the message.
"""

from dataclasses import dataclass
from datetime import datetime
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

# Ordering the hits of a word needs all of them; above this many it is quicker to walk the messages from the newest.
MOST_TO_COLLECT = 8_000
MOST_TO_WALK = 40_000
LEAST_DIGITS = 4

COLLECT = """
WITH hits AS MATERIALIZED (
    SELECT id, conversation_id, created_at FROM conversations_message
    WHERE search @@ message_query(%(text)s) LIMIT %(most)s
)
SELECT id, conversation_id, created_at, (SELECT count(*) FROM hits)
FROM hits ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
# The inner LIMIT keeps the planner on the index by time; the outer one stops it at the last hit that is wanted.
WALK = """
SELECT id, conversation_id, created_at FROM (
    SELECT id, conversation_id, created_at, search FROM conversations_message
    ORDER BY created_at DESC, id DESC LIMIT %(most)s
) AS newest
WHERE search @@ message_query(%(text)s) LIMIT %(limit)s
"""
BY_NUMBER = """
SELECT id, conversation_id, created_at FROM conversations_message
WHERE numbers <> '' AND numbers LIKE %(pattern)s ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
ESTIMATE = "EXPLAIN (FORMAT JSON) SELECT 1 FROM conversations_message WHERE search @@ message_query(%(text)s)"
SNIPPETS = """
SELECT id, ts_headline('samovar', left(text, 4000), message_query(%(text)s),
                       'StartSel="\x02", StopSel="\x03", MaxWords=24, MinWords=12, ShortWord=0')
FROM conversations_message WHERE id = ANY(%(ids)s)
"""


Asked = dict[str, str | int | list[int]]


@dataclass(frozen=True)
class Hit:
    """A message that was found; ``pieces`` of its text in order, each with whether it is what was searched for."""

    message_id: int
    conversation_id: int
    pieces: tuple[tuple[bool, str], ...] = ()


def find_messages(text: str, limit: int = 50, most_to_collect: int = MOST_TO_COLLECT) -> list[Hit]:
    """Return the newest messages in which all words of ``text`` stand, in any of their forms, newest first.

    Numbers of four and more digits are also found as parts of order numbers and phones, however they are spaced.
    """
    asked: Asked = {"text": storable(text)[:500], "limit": limit, "most": most_to_collect + 1}
    found = _by_number(asked) if _digits(text) else []
    found += _collected(asked) if _estimate(asked) <= most_to_collect else _walked(asked)
    newest = sorted(set(found), key=lambda row: (row.created_at, row.id), reverse=True)[:limit]
    pieces = _snippets(asked, [row.id for row in newest])
    return [Hit(row.id, row.conversation_id, pieces.get(row.id, ())) for row in newest]


class _Row(NamedTuple):
    id: int
    conversation_id: int
    created_at: datetime


def _collected(asked: Asked) -> list[_Row]:
    rows = _rows(COLLECT, asked)
    if rows and rows[0][3] == asked["most"]:
        # A bitmap scan returns the oldest first, so what was cut off are the newest: begin again from the other end.
        return _walked(asked)
    return [_Row(*row[:3]) for row in rows]


def _walked(asked: Asked) -> list[_Row]:
    return [_Row(*row) for row in _rows(WALK, {**asked, "most": MOST_TO_WALK})]


def _by_number(asked: Asked) -> list[_Row]:
    return [_Row(*row) for row in _rows(BY_NUMBER, {**asked, "pattern": f"%{_digits(str(asked['text']))}%"})]


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
    return {pk: _pieces(headline) for pk, headline in _rows(SNIPPETS, {**asked, "ids": ids})}


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

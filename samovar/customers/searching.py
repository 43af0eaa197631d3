"""Finding people by a name, typos included, and by a piece of an address or a phone."""

from typing import Any

from django.db import connection

from samovar.accounts.models import User
from samovar.customers.models import Customer
from samovar.lib.text import search_key

LEAST_LETTERS = 2
CLOSE_ENOUGH = 0.45

# `query <% name` asks whether some words of the name are like the query; the limit stands before the sorting, so that
# a common first name costs no more than a rare one.
BY_NAME = """
WITH near AS MATERIALIZED (
    SELECT id, search_key FROM customers_customer
    WHERE %(text)s <%% search_key AND merged_into_id IS NULL LIMIT 400
)
SELECT id FROM near ORDER BY word_similarity(%(text)s, search_key) DESC, length(search_key), id LIMIT %(limit)s
"""
# The people of the companies that are called so.
BY_COMPANY = """
WITH near AS MATERIALIZED (
    SELECT id, search_key FROM customers_organisation WHERE %(text)s <%% search_key LIMIT 100
)
SELECT member.customer_id FROM near
CROSS JOIN LATERAL (
    SELECT customer_id, id FROM customers_membership WHERE organisation_id = near.id AND removed_at IS NULL
    ORDER BY id LIMIT %(limit)s
) AS member
JOIN customers_customer AS customer ON customer.id = member.customer_id AND customer.merged_into_id IS NULL
ORDER BY word_similarity(%(text)s, near.search_key) DESC, member.id LIMIT %(limit)s
"""
BY_ADDRESS = """
SELECT DISTINCT coalesce(merged_into_id, id) FROM customers_customer WHERE id IN (
    SELECT customer_id FROM customers_identity WHERE value LIKE %(pattern)s LIMIT 200
) LIMIT %(limit)s
"""


def find_customers(user: User, text: str, limit: int = 20) -> list[Customer]:
    """Return those whom ``user`` may see and whose name, address, phone or company is like ``text``, best first."""
    wanted = search_key(text)
    if len(wanted) < LEAST_LETTERS:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(CLOSE_ENOUGH)])
    ids = _ids(BY_ADDRESS, {"pattern": _pattern(wanted), "limit": limit}) if len(wanted) > LEAST_LETTERS else []
    ids += _ids(BY_NAME, {"text": wanted, "limit": limit})
    if len(set(ids)) < limit:
        ids += _ids(BY_COMPANY, {"text": wanted, "limit": limit})
    rows = (
        Customer.objects.filter(erased_at=None)
        .visible_to(user)
        .prefetch_related("identities")
        .in_bulk(ids[: limit * 3])
    )
    return [rows[pk] for pk in dict.fromkeys(ids) if pk in rows][:limit]


def _pattern(wanted: str) -> str:
    digits = "".join(filter(str.isdecimal, wanted))
    is_phone = len(digits) >= LEAST_LETTERS * 2 and not any(
        character.isalpha() or character == "@" for character in wanted
    )
    # A Russian number is written with 8 or +7 in front; what follows is the same.
    core = digits[1:] if is_phone and digits[0] == "8" and len(digits) == 11 else digits
    escaped = (core if is_phone else wanted).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _ids(sql: str, asked: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [int(row[0]) for row in cursor.fetchall()]

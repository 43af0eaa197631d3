"""Finding people by a name, typos included, and by a piece of an address or a phone."""

import re
from operator import itemgetter
from typing import Any

from django.db import connection

from samovar.accounts.models import User
from samovar.customers.models import Customer
from samovar.lib.layouts import other_layout
from samovar.lib.text import search_key

LEAST_LETTERS = 2
CLOSE_ENOUGH = 0.45
# What stands between signs: less of it is in no index.
LETTERS = re.compile(r"\w{3}")

# The limit stands before the sorting everywhere, so that a common first name costs no more than a rare one.
BY_NAME = """
WITH near AS MATERIALIZED (
    SELECT id, search_key FROM customers_customer
    WHERE search_key LIKE %(inside)s AND merged_into_id IS NULL LIMIT 400
)
SELECT id FROM near
ORDER BY ' ' || search_key || ' ' LIKE %(word)s DESC, ' ' || search_key LIKE %(start)s DESC, length(search_key), id
LIMIT %(limit)s
"""
# The same for what the same keys write in the other layout, whole words or not; NULL finds nobody, and asks nothing.
IN_OTHER_LAYOUT = """
SELECT id FROM (
    SELECT id, search_key FROM customers_customer
    WHERE search_key LIKE %(otherwise)s AND merged_into_id IS NULL LIMIT 400
) AS near
ORDER BY ' ' || search_key LIKE %(start_otherwise)s DESC, length(search_key), id
LIMIT %(limit)s
"""
# `query <% name` asks whether some words of the name are like the query. Sorted they are by how like the whole is,
# which finds more of what was meant, at a quarter of the price: looking for the best part is the dearest of all.
BY_LIKE_NAME = """
WITH near AS MATERIALIZED (
    SELECT id, search_key FROM customers_customer
    WHERE %(text)s <%% search_key AND merged_into_id IS NULL LIMIT 400
)
SELECT id FROM near ORDER BY similarity(%(text)s, search_key) DESC, length(search_key), id LIMIT %(limit)s
"""
# The people of the companies that are called so, or like it.
MEMBERS = """
SELECT member.customer_id AS id FROM near
CROSS JOIN LATERAL (
    SELECT customer_id, id FROM customers_membership WHERE organisation_id = near.id AND removed_at IS NULL
    ORDER BY id LIMIT %(limit)s
) AS member
JOIN customers_customer AS customer ON customer.id = member.customer_id AND customer.merged_into_id IS NULL
ORDER BY near.likeness DESC, member.id LIMIT %(limit)s
"""
COMPANIES = """
WITH near AS MATERIALIZED (
    SELECT id, -length(search_key) AS likeness FROM customers_organisation
    WHERE search_key LIKE %(inside)s LIMIT 100
)
"""
LIKE_COMPANIES = """
WITH near AS MATERIALIZED (
    SELECT id, similarity(%(text)s, search_key) AS likeness FROM customers_organisation
    WHERE %(text)s <%% search_key AND NOT %(has_company)s LIMIT 50
)
"""
BY_ADDRESS = """
SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id IN (
    SELECT customer_id FROM customers_identity WHERE value LIKE %(address)s LIMIT 200
) LIMIT %(limit)s
"""
# One statement for all that may be asked together; what each finds stands in its own order.
PART = "SELECT {} AS tier, row_number() OVER () AS place, id FROM ({}) AS found"
TIERS = (BY_ADDRESS, BY_NAME, IN_OTHER_LAYOUT, BY_LIKE_NAME, COMPANIES + MEMBERS, LIKE_COMPANIES + MEMBERS)
COMPANY = 4
WRITTEN, ALIKE = (
    " UNION ALL ".join(PART.format(tier, TIERS[tier]) for tier in tiers) + " ORDER BY tier, place"
    for tiers in ((0, 1, 2, COMPANY), (3, 5))
)


def find_customers(user: User, text: str, limit: int = 20) -> list[Customer]:
    """Return those whom ``user`` may see and whose name, address, phone or company is like ``text``, best first.

    A name is also found by what its keys write in the other layout of the keyboard.
    """
    wanted = search_key(text)
    if len(wanted) < LEAST_LETTERS:
        return []
    ids = dict.fromkeys(_found(wanted, limit))
    rows = (
        Customer.objects.filter(erased_at=None)
        .visible_to(user)
        .prefetch_related("identities")
        .in_bulk(list(ids)[: limit * 3])
    )
    return [rows[pk] for pk in ids if pk in rows][:limit]


def _found(wanted: str, limit: int) -> list[int]:
    """Return of whom ``wanted`` may be a part, best first: the dearer questions only while there are not enough."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(CLOSE_ENOUGH)])
    asked: dict[str, Any] = {"text": wanted, "limit": limit, "address": _address(wanted)}
    asked |= {"inside": _inside(wanted), "start": _inside(f" {wanted}"), "word": _inside(f" {wanted} ")}
    asked |= _otherwise(wanted)
    found = _ranked(WRITTEN, asked) if len(wanted) > LEAST_LETTERS else []
    if len({pk for _tier, pk in found}) < limit:
        asked["has_company"] = any(tier == COMPANY for tier, _pk in found)
        found = sorted([*found, *_ranked(ALIKE, asked)], key=itemgetter(0))
    return [pk for _tier, pk in found]


def _inside(text: str) -> str:
    """Return the pattern of what has ``text`` in it."""
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _otherwise(wanted: str) -> dict[str, str | None]:
    """Return the patterns of the name in the other layout; None where too few letters would let the index find it."""
    other = other_layout(wanted)
    is_name = other != wanted and LETTERS.search(other)
    return {
        "otherwise": _inside(other) if is_name else None,
        "start_otherwise": _inside(f" {other}") if is_name else None,
    }


def _address(wanted: str) -> str:
    """Return the pattern of the addresses and phones that are meant."""
    digits = "".join(filter(str.isdecimal, wanted))
    is_phone = len(digits) >= LEAST_LETTERS * 2 and not any(
        character.isalpha() or character == "@" for character in wanted
    )
    # A Russian number is written with 8 or +7 in front; what follows is the same.
    core = digits[1:] if is_phone and digits[0] == "8" and len(digits) == 11 else digits
    return _inside(core if is_phone else wanted)


def _ranked(sql: str, asked: dict[str, Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [(int(tier), int(pk)) for tier, _place, pk in cursor.fetchall()]

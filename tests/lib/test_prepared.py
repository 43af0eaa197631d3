"""Statements whose plan the server keeps."""

import pytest
from django.db import DataError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from samovar.lib.prepared import KEPT_AFTER, prepared

pytestmark = pytest.mark.django_db
SUM = "SELECT %s::int + %s::int"


def kept() -> list[str]:
    """Return the statements that the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE NOT from_sql")
        return [text for (text,) in cursor.fetchall()]


def asked(sql: str, *values: object) -> object:
    with prepared(sql, values) as cursor:
        return cursor.fetchone()


def test_a_plan_is_kept_after_a_few_uses_and_answers_for_all_values() -> None:
    assert [asked(SUM, number, 1) for number in range(KEPT_AFTER + 2)] == [(n + 1,) for n in range(KEPT_AFTER + 2)]
    assert kept() == ["SELECT $1::int + $2::int"]


def test_other_statements_are_not_kept() -> None:
    asked(SUM, 1, 1)
    with connection.cursor() as cursor:
        for _time in range(KEPT_AFTER + 2):
            cursor.execute("SELECT %s", ["a text of somebody"])

    assert kept() == []
    # Not even counted: the text of each, with its values, would stay in memory.
    assert connection.connection.prepare_threshold is None


def test_a_fault_is_told_as_django_tells_it_and_leaves_the_connection_usable() -> None:
    with pytest.raises(DataError), transaction.atomic():
        asked("SELECT 1 / %s::int", 0)

    assert connection.connection.prepare_threshold is None
    assert asked(SUM, 1, 2) == (3,)


def test_it_counts_as_a_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        asked(SUM, 1, 2)


def test_bytes_come_as_they_are() -> None:
    with prepared("SELECT %s::bytea", [b"\x00\xff"], is_binary=True) as cursor:
        assert cursor.fetchone() == (b"\x00\xff",)

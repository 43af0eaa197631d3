"""Writing many rows at once."""

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.models import Team
from samovar.lib.rows import copy_rows, update_rows

pytestmark = pytest.mark.django_db


def test_the_named_fields_of_each_row_are_written_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    teams = [Team.objects.create(name=name) for name in ("Sales", "Service", "Returns")]
    for team in teams:
        team.name = f"{team.name} of Riga"
        team.archived_at = timezone.now()
    with django_assert_num_queries(1):
        update_rows(connection, teams, ["name"])

    assert sorted(Team.objects.values_list("name", "archived_at")) == [
        ("Returns of Riga", None),
        ("Sales of Riga", None),
        ("Service of Riga", None),
    ]


def test_where_there_is_nothing_to_write_the_database_is_not_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        update_rows(connection, [], ["name"])
        copy_rows(connection, [])

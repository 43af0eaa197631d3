"""A front for the tests that only read from it; whoever kills something starts his own."""

from collections.abc import Iterator

import pytest

from tests.live.serving import Serving, serving


@pytest.fixture(scope="package", autouse=True)
def _database(django_db_setup: None) -> None:
    """Have the database of the test there before a front starts: it must never take that of an installation."""


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a front with two web processes."""
    with serving(tmp_path_factory.mktemp("served"), 2) as found:
        yield found

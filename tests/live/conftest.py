"""A front for the tests that only read from it; whoever kills something starts his own."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests.live.serving import Serving, serving
from tests.postgres import database_address


@pytest.fixture(scope="package", autouse=True)
def _database(django_db_setup: None) -> None:
    """Have the database of the test there before a front starts: it must never take that of an installation."""


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a front with two web processes."""
    with serving(tmp_path_factory.mktemp("served"), 2) as found:
        yield found


@pytest.fixture(scope="module")
def front(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    """Return a front on the test database; there are no pages in this matter."""
    home = tmp_path_factory.mktemp("streams")
    (home / "secrets").mkdir()
    # Sessions are signed: both sides are of one installation.
    (home / "secrets" / "django").write_text(settings.SECRET_KEY, encoding="ascii")
    with django_db_blocker.unblock():
        address = database_address()
    with serving(home, 0, DATABASE_URL=address) as found:
        yield found

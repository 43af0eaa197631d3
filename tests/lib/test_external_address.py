"""DATABASE_URL is read as PostgreSQL's own tools read it."""

import pytest

from samovar.lib.env import WrongSetting
from samovar.lib.postgres.external import external_address


@pytest.mark.parametrize(
    ("url", "address", "words"),
    [
        ("postgresql://u:p@db:5433/desk", ("desk", "u", "p", "db", "5433"), {}),
        ("postgres://db/desk", ("desk", "", "", "db", ""), {}),
        ("postgresql:///desk?host=/var/run/PG&user=u", ("desk", "u", "", "/var/run/PG", ""), {}),
        ("postgresql://u@%2Ftmp%2FBig%20A/desk", ("desk", "u", "", "/tmp/Big A", ""), {}),
        ("postgresql://u:p%40%2F@[::1]/desk", ("desk", "u", "p@/", "::1", ""), {}),
        ("postgresql://db/desk?sslmode=require", ("desk", "", "", "db", ""), {"sslmode": "require"}),
        ("host=db dbname=desk user=u", ("desk", "u", "", "db", ""), {}),
    ],
)
def test_every_way_to_write_an_address_is_understood(url: str, address: tuple[str, ...], words: dict[str, str]) -> None:
    found, more = external_address(url)

    assert tuple(found.values()) == address
    assert more == words


@pytest.mark.parametrize(
    "url", ["mysql://u@db/desk", "postgresql://u@db", "postgresql://u@db:port/x?nonsense=1", "db/desk"]
)
def test_an_address_that_cannot_be_read_names_its_setting_and_shows_a_right_one(url: str) -> None:
    with pytest.raises(WrongSetting, match=r"DATABASE_URL cannot be read.*postgresql://USER:PASSWORD@HOST"):
        external_address(url)

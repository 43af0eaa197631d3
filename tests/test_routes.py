"""Every address gives every role exactly what ``docs/routes.md`` says; a new address needs a row there."""

import difflib
import os

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests import make
from tests.routes import METHODS, OBJECTS, OF_NOTHING, Route, routes, table
from tests.sources import ROOT

PAGE = ROOT / "docs" / "routes.md"
MARK = "<!-- written by scripts/routes -->\n"


@pytest.mark.django_db
def test_every_role_gets_what_the_table_says() -> None:
    before, _, kept = PAGE.read_text(encoding="utf-8").partition(MARK)
    found = table()

    if os.environ.get("SAMOVAR_WRITE_ROUTES"):
        PAGE.write_text(f"{before}{MARK}{found}\n", encoding="utf-8")
        kept = f"{found}\n"
    difference = difflib.unified_diff(
        kept.splitlines(), found.splitlines(), "docs/routes.md", "found", lineterm="", n=0
    )
    assert not list(difference), "If it is meant so: scripts/routes, and look at what changes."


def test_no_address_breaks() -> None:
    assert "BROKEN" not in PAGE.read_text(encoding="utf-8")


def test_a_stranger_gets_nothing_of_ours_but_the_public_pages() -> None:
    public = {"account_", "health", "first_run", "set_language"}
    for line in PAGE.read_text(encoding="utf-8").partition(MARK)[2].splitlines()[2:]:
        name, stranger = (cell.strip().strip("`") for cell in line.split(" | ")[1:3])
        assert stranger == "sign in" or name.split(":")[-1].startswith(tuple(public)), line


def test_every_address_has_a_name_of_its_own() -> None:
    names = [route.name for route in routes()]

    assert not [route.pattern for route in routes() if not route.name.split(":")[-1]]
    assert len(names) == len(set(names))


def test_every_address_with_parameters_has_an_object() -> None:
    assert not [route.name for route in routes() if route.parameters and route.name not in OBJECTS]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [r for r in routes() if r.parameters and r.is_ours], ids=lambda route: str(route.name)
)
def test_an_id_of_nothing_is_not_found_even_for_an_admin(client: Client, route: Route) -> None:
    client.force_login(make.admin())
    address = reverse(route.name, kwargs={name: OF_NOTHING.get(kind, "nothing") for name, kind in route.parameters})

    for method in METHODS:
        with transaction.atomic():
            assert client.generic(method, address).status_code in {404, 405}

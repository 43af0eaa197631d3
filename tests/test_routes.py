"""Every address gives every role exactly what ``docs/routes.md`` says; a new address needs a row there."""

import difflib
import os
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import Role
from tests import make
from tests.rights import FORMER, OTHER_TEAM, STRANGER, Found, World
from tests.routes import MINE, OBJECTS, OPEN_TO_ALL_TEAMS, routes
from tests.sources import ROOT

pytestmark = pytest.mark.django_db
PAGE = ROOT / "docs" / "routes.md"
MARK = "<!-- written by scripts/routes -->\n"
# A frame of a mail brings no cookie: the addresses of its pictures are signed, and nothing else opens them.
PUBLIC = (
    "account_",
    "health",
    "first_run",
    "set_language",
    "mail_picture",
    "shared_file",
    "mfa_login_webauthn",
    "accepting",
    "single",
    # What makes an app of it: it tells the name of the company, as the page to sign in on does.
    "manifest",
    "service_worker",
    "offline",
)
# What is asked again although all is there: it needs a device, a server, or to be sent in another way.
NEEDS_MORE = {"authenticator_app", "new_passkey", "mailbox", "new_mailbox", "mailbox_copying", "mailbox_test"}
NEEDS_MORE |= {"sign_in_provider", "new_sign_in_provider"}
# Of all that was said nothing may be moved; how it goes is shown by tests/conversations/test_regrouping_views.py.
NEEDS_MORE |= {"moving"}


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any) -> Found:
    """Walk all addresses once for all tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        walked = World().walk()
        transaction.set_rollback(True)
    return walked


def test_every_role_gets_what_the_table_says(found: Found) -> None:
    before, _, kept = PAGE.read_text(encoding="utf-8").partition(MARK)

    if os.environ.get("SAMOVAR_WRITE_ROUTES"):
        PAGE.write_text(f"{before}{MARK}{found.table()}\n", encoding="utf-8")
        kept = f"{found.table()}\n"
    difference = difflib.unified_diff(
        kept.splitlines(), found.table().splitlines(), "docs/routes.md", "found", lineterm="", n=0
    )
    assert not list(difference), "If it is meant so: scripts/routes, and look at what changes."


def test_what_is_closed_to_somebody_and_what_is_nothing_are_answered_alike(found: Found) -> None:
    assert found.faults == []


def test_what_belongs_to_an_inbox_is_closed_to_other_teams(found: Found) -> None:
    inside = [
        route
        for route in routes()
        if route.parameters and route.is_ours and route.name not in OPEN_TO_ALL_TEAMS | {*MINE}
    ]

    assert not [one.name for one in inside if not is_closed(found.cells[one.name][OTHER_TEAM])]


def test_no_address_breaks(found: Found) -> None:
    assert "BROKEN" not in found.table()


def test_a_stranger_gets_nothing_of_ours_but_the_public_pages(found: Found) -> None:
    private = {name: cells for name, cells in found.cells.items() if not name.split(":")[-1].startswith(PUBLIC)}

    assert {cells[STRANGER] for cells in private.values()} == {"sign in"}
    # A session that outlived its owner's account opens no more.
    assert [name for name, cells in found.cells.items() if cells[FORMER] != cells[STRANGER]] == []


def test_every_form_is_filled_in_as_it_must_be(found: Found) -> None:
    """An address that only asks again has refused before it has looked."""
    asked_again = {name for name, cells in found.cells.items() if "asked again" in cells[Role.ADMIN]}

    assert asked_again - NEEDS_MORE == set()


def test_every_address_has_a_name_of_its_own() -> None:
    names = [route.name for route in routes()]

    assert not [route.pattern for route in routes() if not route.name.split(":")[-1]]
    assert len(names) == len(set(names))


def test_every_address_with_parameters_has_an_object() -> None:
    assert not [route.name for route in routes() if route.parameters and route.name not in OBJECTS]


def test_what_belongs_to_one_conversation_is_not_found_under_another(client: Client) -> None:
    client.force_login(make.admin())
    participant, delivery = make.participant_numbers(), make.delivery_place()
    other = make.conversation("Where is my lamp?", sender=make.sender("boris@mail.example", "Boris"), subject="A lamp")

    for route, numbers, of_other in (
        ("participant", participant, other.pk),
        ("delivery_address", delivery, other.messages.get().pk),
    ):
        address = reverse(route, kwargs=numbers | {"pk": of_other})
        assert client.post(address, {"choice": "admit", "address": "eve@mail.example"}).status_code == 404


def is_closed(cell: str) -> bool:
    """Whether nothing is got: "refused", or "GET: not found, POST: refused"."""
    words = {part.rpartition(": ")[2] for part in cell.split(", ")}
    return words <= {"refused", "not found", "405"}

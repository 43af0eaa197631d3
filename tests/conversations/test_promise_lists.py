"""Promises looked back at by a company of many: people, teams and promises are found, and come page by page."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations.models import Promise
from samovar.conversations.models.promise import PromiseKind
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("lea")
    client.force_login(user)
    return user


@pytest.fixture
def due() -> datetime:
    """A moment of today that has passed."""
    return timezone.now() - timedelta(minutes=1)


def names(client: Client, **given: str) -> list[str]:
    """Return whose figures are shown."""
    context = client.get("/promises/", given).context
    return [row.name for row in (*context["people"].rows, *context["teams"])]


def test_people_and_teams_are_found_by_their_names(client: Client, lea: User, due: datetime) -> None:
    elena, oleg = make.agent("elena"), make.agent("oleg")
    elena.change_ways(name="Елена Ёлкина")
    make.team("Help", oleg)
    for owner in (elena, oleg):
        make.promise(owner, due)

    assert names(client, q="елкин") == names(client, q="tkrby") == ["Елена Ёлкина"]
    assert names(client, q="hel") == ["Help"]
    assert names(client, q="ole", days="7") == ["Oleg"]
    assert names(client) == ["Oleg", "Елена Ёлкина", "Help"]


def test_the_figures_of_who_is_found_lead_to_all_their_promises(client: Client, lea: User, due: datetime) -> None:
    make.promise(make.agent("oleg"), due)

    [row] = client.get("/promises/?q=ole").context["people"].rows

    assert "q=" not in row.made.query
    assert len(client.get(f"/promises/rows/?{row.made.query}").context["found"].rows) == 1


def test_other_days_keep_what_was_searched(client: Client, lea: User) -> None:
    page = unescape(client.get("/promises/?q=zzz&days=7").content.decode())

    assert 'href="?days=90&q=zzz"' in page
    assert '<input type="hidden" name="days" value="7">' in page
    assert "Nobody called so has promised anything" in page
    assert '<a class="button" href="?days=7">Show all</a>' in page


def test_people_come_page_by_page_and_what_nobody_keeps_at_the_end(
    client: Client, lea: User, due: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samovar.conversations.promise_figures.PAGE", 2)
    owners = [make.agent(name) for name in ("anna", "boris", "boris2")]
    # Two of one name.
    owners[2].change_ways(name="Boris")
    for owner in owners:
        make.promise(owner, due)
    left = make.promise(make.agent("zoya"), due)
    Promise.objects.filter(pk=left.pk).update(owner=None)
    make.team("Help", *owners)

    first = client.get("/promises/?days=7").context
    rest = client.get(f"/promises/?{first['following']}").context

    assert [row.name for row in first["people"].rows] == ["Anna", "Boris"]
    assert [row.name for row in first["teams"]] == ["Help"]
    assert [row.name for row in rest["people"].rows] == ["Boris", "Nobody"]
    assert rest["asked"].days == 7
    assert not rest["people"].after
    assert not rest["teams"]


def test_an_agent_searches_nobody_else(client: Client, due: datetime) -> None:
    olga = make.agent("olga")
    make.promise(olga, due)
    client.force_login(olga)

    assert names(client, q="zzz") == ["Olga"]
    assert 'type="search" name="q" value' not in client.get("/promises/").content.decode().split("<main")[-1]


@pytest.mark.parametrize("typed", ["doorstep", "Соколо", "cjrjkj", "oleg"])
def test_promises_are_found_by_what_it_is_for_whom_and_who_keeps_it(
    client: Client, lea: User, due: datetime, typed: str
) -> None:
    oleg, igor = make.agent("oleg"), make.agent("igor")
    of_elena = make.conversation(sender=make.sender("elena@mail.example", "Елена Соколова"))
    wanted = of_elena.promise(PromiseKind.OTHER, due, by=oleg, what="Bring it to the doorstep")
    of_denis = make.conversation(sender=make.sender("denis@mail.example", "Denis Karpov"))
    of_denis.promise(PromiseKind.CALL, due, by=igor)

    found = client.get("/promises/rows/", {"q": typed, "days": "7"}).context["found"]

    assert [row.pk for row in found.rows] == [wanted.pk]


def test_the_next_page_of_promises_is_of_what_was_searched(
    client: Client, lea: User, due: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samovar.conversations.promise_figures.PAGE", 1)
    oleg = make.agent("oleg")
    made = [make.promise(oleg, due).pk for _ in range(2)]

    first = client.get("/promises/rows/?q=oleg&state=late").context
    rest = client.get(f"/promises/rows/?{first['following']}").context

    assert [row.pk for row in (*first["found"].rows, *rest["found"].rows)] == sorted(made, reverse=True)
    assert (rest["asked"].q, rest["asked"].state) == ("oleg", "late")


def test_no_such_promise_leads_back_to_all_behind_the_number(client: Client, lea: User) -> None:
    page = unescape(client.get("/promises/rows/?q=zzz&days=7&state=late").content.decode())

    assert "No such promise" in page
    assert '<a class="button" href="?days=7&state=late">Show all</a>' in page
    assert '<input type="hidden" name="state" value="late">' in page

"""The lists of colleagues: found by a piece of what they are called, page by page."""

from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samovar.accounts.models import Role, User
from samovar.lib import listing
from tests import make

pytestmark = pytest.mark.django_db

Queries = Callable[[int], CaptureQueriesContext]
LIST = '<section class="card" aria-label="People"'


@pytest.fixture
def anna(client: Client) -> User:
    """An administrator who is signed in."""
    user = make.admin("anna")
    client.force_login(user)
    return user


def shown(client: Client, address: str, **given: str) -> str:
    """Return a page as it is read."""
    answer = client.get(address, given)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def of_many(count: int = listing.PAGE) -> list[User]:
    """Return so many colleagues, made at once."""
    people = [
        User(email=f"olga{number}@aurora.example", name=f"Olga {number:02}", sort_key=f"olga {number:02}", password="!")
        for number in range(count)
    ]
    return User.objects.bulk_create(people)


@pytest.mark.parametrize(
    "typed", ["elkina", "ЁЛКИНА", "елкин", "tkrbyf", "`krbyf", "lena@", "warehouse"], ids=lambda typed: typed
)
def test_somebody_is_found_by_name_in_any_layout_by_mail_and_by_what_they_do(
    client: Client, anna: User, typed: str
) -> None:
    lena, oleg = make.user("lena"), make.user("oleg")
    lena.change_ways(name="Елена Ёлкина" if typed != "elkina" else "Elena Elkina", title="The warehouse")

    page = shown(client, "/people/", q=typed)

    assert f'href="/people/{lena.pk}/"' in page
    assert f'href="/people/{oleg.pk}/"' not in page
    assert f'value="{typed}"' in page


def test_whom_nobody_knows_is_said_with_the_way_back(client: Client, anna: User) -> None:
    page = shown(client, "/people/", q="zzz")

    assert "Nobody is called so" in page
    assert '<a class="button" href="/people/">Show all</a>' in page
    assert LIST not in page


def test_people_stand_on_pages_those_who_left_at_the_end(client: Client, anna: User) -> None:
    gone = make.agent("aaron")
    gone.deactivate(by=anna)
    people = of_many()

    first = client.get("/people/").context
    rest = client.get(f"/people/?{first['people_following']}").context

    assert list(first["people"].rows) == [anna, *people[:-1]]
    assert list(rest["people"].rows) == [people[-1], gone]
    assert not rest["people"].after
    assert first["count"] == rest["count"] == len(people) + 2


def test_the_next_page_is_of_what_was_searched(client: Client, anna: User) -> None:
    people = of_many(listing.PAGE + 1)

    first = client.get("/people/?q=olga").context
    rest = client.get(f"/people/?{first['people_following']}").context

    assert first["asked"] == rest["asked"] == "olga"
    assert list(rest["people"].rows) == people[-1:]


def test_the_invited_have_pages_of_their_own_and_are_found_too(client: Client, anna: User) -> None:
    for number in range(listing.PAGE + 1):
        make.invited(f"guest{number:02}@aurora.example", by=anna)

    first = client.get("/people/").context
    rest = client.get(f"/people/?{first['invitations_following']}").context
    found = shown(client, "/people/", q="guest07")

    assert [one.email for one in rest["invitations"].rows] == ["guest00@aurora.example"]
    assert list(rest["people"].rows) == [anna]
    assert "guest07@aurora.example" in found
    assert "guest08@aurora.example" not in found
    assert "Nobody is called so" not in found


def test_who_knows_what_is_found_by_name_and_by_topic(client: Client, anna: User) -> None:
    boris, olga = make.user("boris", role=Role.EXPERT), make.agent("olga")
    boris.know_about(["Oak", "склад"], by=boris)

    for typed in ("boris", "oak", "crkfl", "СКЛАД"):
        page = shown(client, "/experts/", q=typed)
        assert f'href="/experts/{boris.pk}/"' in page
        assert f'href="/experts/{olga.pk}/"' not in page
    assert "Nobody is called so or knows about it" in shown(client, "/experts/", q="zzz")


def test_who_knows_what_stands_on_pages(client: Client, anna: User) -> None:
    people = of_many()

    first = client.get("/experts/").context
    rest = client.get(f"/experts/?{first['following']}").context

    assert list(first["page"].rows) == [anna, *people[:-1]]
    assert list(rest["page"].rows) == people[-1:]


@pytest.mark.parametrize("address", ["/people/", "/people/?q=o", "/experts/", "/experts/?q=o"])
def test_more_people_are_no_more_questions(
    client: Client, anna: User, address: str, django_assert_num_queries: Queries
) -> None:
    make.agent("olga").know_about(["oak"], by=anna)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for person in of_many(30):
        person.know_about(["oak"], by=person)

    with django_assert_num_queries(len(few)):
        client.get(address)

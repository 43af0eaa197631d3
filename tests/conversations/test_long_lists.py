"""Causes, tags and macros of a company that has many: found by a piece of the name, page by page."""

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations import causes
from samovar.conversations.causes import Branch
from samovar.conversations.models import Cause, Tag
from samovar.lib import listing
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("lena")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _no_causes() -> None:
    """Leave out the causes that are delivered."""
    Cause.objects.filter(parent__isnull=False).delete()
    Cause.objects.all().delete()


def shown(client: Client, address: str) -> str:
    """Return a page as it is read."""
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def of_many_causes(count: int, parts: int = 0) -> list[Cause]:
    """Return so many causes in order, made at once, each with so many parts."""
    tops = Cause.objects.bulk_create([Cause(name=f"Top {at:03}", position=at) for at in range(count)])
    below = [Cause(name=f"{top.name}, part {at}", parent=top, position=at) for top in tops for at in range(parts)]
    Cause.objects.bulk_create(below)
    return tops


def tree() -> list[Branch]:
    """Return the whole tree."""
    return causes.tree(make.lead(), Cause.objects.in_order())


def names(page: listing.Page[causes.Line]) -> list[str]:
    """Return what is listed."""
    return [str(line.branch.cause) for line in page.rows]


def test_a_page_of_the_tree_never_tears_parts_from_what_they_stand_below() -> None:
    of_many_causes(20, parts=6)
    branches = tree()

    first = causes.listed(branches)
    rest = causes.listed(branches, after=first.after)

    assert len(first.rows) == 56
    assert names(first)[-1] == "Top 007, part 5"
    assert names(rest)[0] == "Top 008"
    assert causes.listed(branches, after="0") == first


def test_the_pages_of_the_tree_hold_all_of_it_once() -> None:
    of_many_causes(60, parts=1)
    branches, seen, after = tree(), list[str](), ""
    while not seen or after:
        page = causes.listed(branches, after=after)
        seen += names(page)
        after = page.after

    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("stairs", ["Delivery", "On the stairs"]),
        ("deliv", ["Delivery", "On the stairs", "Late"]),
        ("вудшм", ["Delivery", "On the stairs", "Late"]),
        ("oak", ["Oak"]),
        ("deliwery", ["Delivery", "On the stairs", "Late"]),
        ("zzz", []),
        ("", ["Delivery", "On the stairs", "Late", "Oak"]),
    ],
)
def test_a_cause_is_found_with_what_it_stands_below(typed: str, found: list[str]) -> None:
    delivery = make.cause("Delivery")
    make.cause("On the stairs", delivery)
    make.cause("Late", delivery)
    make.cause("Oak")

    assert names(causes.listed(tree(), typed)) == found


def test_what_is_found_still_says_where_it_stands_among_all() -> None:
    of_many_causes(3)

    [line] = causes.listed(tree(), "Top 001").rows

    assert (line.is_first, line.is_last) == (False, False)


def test_who_moves_a_cause_stays_on_the_page_where_it_was_pressed(client: Client, lena: User) -> None:
    first, _second = of_many_causes(2)
    address = f"/causes/{first.pk}/place/"

    searched = client.post(address, {"step": "down"}, HTTP_REFERER="http://testserver/causes/?q=top")
    elsewhere = client.post(address, {"step": "up"}, HTTP_REFERER="http://testserver/")

    assert searched["Location"] == "/causes/?q=top"
    assert elsewhere["Location"] == "/causes/"


def test_causes_that_are_retired_have_pages_of_their_own(client: Client, lena: User) -> None:
    of_many_causes(listing.PAGE + 2)
    Cause.objects.update(archived_at=timezone.now())
    make.cause("Oak")

    first = client.get("/causes/").context
    rest = client.get(f"/causes/?{first['retired_following']}").context

    assert len(first["retired"].rows) == listing.PAGE
    assert [str(cause) for cause in rest["retired"].rows] == ["Top 050", "Top 051"]
    assert names(rest["page"]) == ["Oak"]
    assert len(client.get("/causes/?q=01").context["retired"].rows) == 11


def test_tags_come_page_by_page_in_use_and_retired(client: Client, lena: User) -> None:
    Tag.objects.bulk_create([Tag(name=f"Tag {at:03}") for at in range(listing.PAGE + 1)])
    Tag.objects.bulk_create([Tag(name=f"Gone {at:03}", archived_at=timezone.now()) for at in range(listing.PAGE + 1)])

    first = client.get("/tags/").context
    rest = client.get(f"/tags/?{first['following']}").context
    gone = client.get(f"/tags/?{first['retired_following']}").context
    found = client.get("/tags/?q=05").context

    assert [tag.name for tag in rest["tags"].rows] == ["Tag 050"]
    assert [tag.name for tag in gone["retired"].rows] == ["Gone 050"]
    assert first["count"] == rest["count"] == gone["count"] == listing.PAGE + 1
    assert [tag.name for tag in (*found["tags"].rows, *found["retired"].rows)][:2] == ["Tag 005", "Tag 050"]


@pytest.mark.parametrize("typed", ["склад", "crkfl"])
def test_a_tag_and_a_macro_are_found_in_either_layout(client: Client, lena: User, typed: str) -> None:
    make.tag("Наш склад")
    make.macro("Спросить склад", "One moment.")

    assert "Наш склад" in shown(client, f"/tags/?q={typed}")
    assert "Спросить склад" in shown(client, f"/macros/?q={typed}")


@pytest.mark.parametrize(
    "address", ["/causes/", "/tags/", "/macros/", "/blocked/", "/deleted/", "/restrictions/", "/retention/"]
)
def test_nothing_that_fits_leads_back_to_all(client: Client, lena: User, address: str) -> None:
    page = shown(client, f"{address}?q=zzz")

    assert ">Show all</a>" in page
    assert 'value="zzz"' in page


def test_who_searches_in_a_part_of_a_list_stays_in_it(client: Client, lena: User) -> None:
    assert '<input type="hidden" name="whose" value="mine">' in shown(client, "/macros/?whose=mine")
    assert '<input type="hidden" name="state" value="over">' in shown(client, "/restrictions/?state=over")


@pytest.mark.parametrize("address", ["/causes/", "/causes/?q=t", "/tags/", "/tags/?q=t"])
def test_more_rows_are_no_more_questions(client: Client, lena: User, address: str) -> None:
    make.cause("Top")
    make.tag("Tag")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    of_many_causes(20, parts=2)
    Tag.objects.bulk_create([Tag(name=f"Tag {at}") for at in range(30)])

    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)

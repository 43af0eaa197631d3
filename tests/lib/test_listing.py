"""Lists that stand by name, page by page."""

import pytest

from samovar.accounts.models import User
from samovar.customers.models import Membership
from samovar.lib.listing import page_by
from tests import make

pytestmark = pytest.mark.django_db

NAMES = ["ёлкина", "елена", "anna", "жанна", "elena"]


def test_pages_follow_each_other_without_a_gap_also_among_those_of_one_name() -> None:
    people = [make.user(name) for name in NAMES]
    namesakes = [make.user(f"anna{number}") for number in range(3)]
    User.objects.filter(pk__in=[one.pk for one in namesakes]).update(sort_key="anna")

    seen: list[User] = []
    after = ""
    while not seen or after:
        page = page_by("sort_key", User.objects.all(), after, size=2)
        seen += page.rows
        after = page.after

    assert len(seen) == len(people) + len(namesakes)
    assert seen == list(User.objects.order_by("sort_key", "pk"))


def test_a_page_stands_by_the_name_of_what_its_rows_are_about() -> None:
    organisation = make.organisation()
    for name in ("Elena", "Anna"):
        make.membership(make.customer(name), organisation)

    page = page_by("customer__sort_key", Membership.objects.all(), size=1)
    rest = page_by("customer__sort_key", Membership.objects.all(), page.after, size=1)

    assert [row.customer.name for row in (*page.rows, *rest.rows)] == ["Anna", "Elena"]
    assert rest.after == ""


@pytest.mark.parametrize("after", ["x", "~", "~x", "a~٣", f"~{'9' * 30}", "\x00~1"])
def test_behind_what_is_no_mark_stands_everything(after: str) -> None:
    make.user("anna")

    assert len(page_by("sort_key", User.objects.all(), after).rows) == 1

"""Companies and families: made, found, with their people, and what of their conversations a reader may see."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import AuditEntry, Role, User
from samovar.customers import belonging, erasure, merging
from samovar.customers.errors import CardClosed
from samovar.customers.models import Customer, Membership, Organisation
from samovar.customers.queries import colleagues_of, organisations
from samovar.customers.searching import find_customers
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/customers/organisations/"


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_a_company_is_made_corrected_and_found_in_the_list(client: Client, olga: User) -> None:
    assert "No companies yet" in client.get(LIST).content.decode()
    typed = {"name": " Aurora  Home ", "domain": "Help@Aurora.Example"}
    client.post(f"{LIST}new/", typed)
    aurora = Organisation.objects.get()
    assert (aurora.name, aurora.domain) == ("Aurora Home", "aurora.example")

    for wrong, words in (
        (typed, "with this name already"),
        ({"name": "  "}, "required"),
        ({"name": "Oak", "domain": "no domain"}, "not a domain"),
        ({"name": "Oak", "domain": "gmail.com"}, "Anybody can have an address there."),
    ):
        answer = client.post(f"{LIST}new/", wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    client.post(f"{LIST}{aurora.pk}/details/", {"name": "Aurora Haus"})
    aurora.refresh_from_db()
    assert (aurora.name, aurora.domain) == ("Aurora Haus", "")
    assert "Aurora Haus" in client.get(f"{LIST}?q=rora").content.decode()
    assert "No company like that" in client.get(f"{LIST}?q=oak").content.decode()


def test_who_made_and_corrected_a_company_is_told(client: Client, olga: User) -> None:
    aurora = belonging.describe(Organisation(), "Aurora", "", by=make.agent("oleg"))
    page = f"{LIST}{aurora.pk}/details/"

    client.post(page, {"name": "Aurora Home"})
    client.post(page, {"name": "Aurora Home"})
    client.post(f"{make.customer().get_absolute_url()}memberships/", {"organisation": "Oak"})

    entries = AuditEntry.objects.filter(subject_kind="organisation").order_by("pk")
    assert [(one.by_name, one.action, one.before, one.after) for one in entries] == [
        ("Oleg", "organisation-added", {}, {"name": "Aurora", "domain": ""}),
        ("Olga", "organisation-changed", {"name": "Aurora"}, {"name": "Aurora Home"}),
        ("Olga", "organisation-added", {}, {"name": "Oak", "domain": ""}),
    ]
    events = Event.objects.filter(kind__in=["OrganisationAdded", "OrganisationCorrected"]).order_by("pk")
    assert [(one.kind, one.organisation_id, one.actor_id, one.preview) for one in events][1:] == [
        ("OrganisationCorrected", aurora.pk, olga.pk, "Aurora Home"),
        ("OrganisationAdded", Organisation.objects.get(name="Oak").pk, olga.pk, "Oak"),
    ]


def test_the_list_and_the_people_come_in_pages_without_more_questions(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    companies = [make.organisation(name) for name in ("Alder", "Birch", "Cedar")]
    page = f"{LIST}{companies[0].pk}/"

    def questions(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    # The first page of a session notes the session too.
    client.get(page)
    before = questions(page), questions(LIST)
    for name in ("Anna", "Boris", "Clara"):
        make.membership(make.customer(name), companies[0])
    assert (questions(page), questions(LIST)) == before

    monkeypatch.setattr("samovar.customers.queries.PAGE", 2)
    first = client.get(LIST).content.decode()
    following = first.split('href="/customers/organisations/?')[1].split('"')[0]
    second = client.get(f"{LIST}?{following}").content.decode()
    assert [name in first for name in ("Alder", "Birch", "Cedar")] == [True, True, False]
    assert "3 people" in first
    assert "Cedar" in second and "Alder" not in second
    people = client.get(page).content.decode()
    after = people.split('href="?')[1].split('"')[0]
    assert "Boris" in people and "Clara" not in people
    assert "Clara" in client.get(f"{page}?{after}").content.decode()


def test_people_are_counted_of_the_companies_of_the_page_alone(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    elena, gone = make.customer("Elena"), make.customer("Gone")
    for number in range(9):
        home = make.organisation(f"Company {number}")
        for member in (elena, gone):
            make.membership(member, home)
    Membership.objects.filter(customer=gone).update(removed_at=timezone.now())
    monkeypatch.setattr("samovar.customers.queries.PAGE", 2)

    with CaptureQueriesContext(connection) as asked:
        assert [one.people for one in organisations(olga).rows] == [1, 1]  # type: ignore[attr-defined]  # annotated
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked[0]['sql']}")
        [(plan,)] = cursor.fetchall()

    # The page and the first one after it.
    assert [step["Actual Loops"] for step in _steps(plan[0]["Plan"]) if step.get("Subplan Name")] == [3]


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from _steps(below)


def test_somebody_joins_is_corrected_leaves_and_is_put_back(client: Client, olga: User) -> None:
    elena = make.customer("Elena", "elena@aurora.example")
    aurora = make.organisation("Aurora Home", "aurora.example")
    card = f"/customers/{elena.pk}/"
    assert "Add to Aurora Home" in client.get(f"{card}memberships/").content.decode()

    client.post(f"{LIST}{aurora.pk}/people/", {"customer": elena.pk})
    client.post(f"{LIST}{aurora.pk}/people/", {"customer": elena.pk})
    member = Membership.objects.get()
    assert "Add to Aurora Home" not in client.get(f"{card}memberships/").content.decode()
    own = f"/customers/memberships/{member.pk}/"
    wrong = client.post(own, {"since_on": "2026-02-01", "until_on": "2026-01-01"})
    assert wrong.status_code == 422
    assert "It ends before it begins." in wrong.content.decode()
    client.post(own, {"role": "Buyer", "since_on": "2026-01-01"})
    page = client.get(card).content.decode()
    for words in ("Aurora Home", "Buyer", "since 1 January 2026"):
        assert words in page
    assert f"{own}restoring/" in client.post(f"{own}removal/", follow=True).content.decode()
    assert "Nobody belongs to it yet." in client.get(f"{LIST}{aurora.pk}/").content.decode()
    client.post(f"{own}restoring/")

    member.refresh_from_db()
    assert (member.role, member.removed_at) == ("Buyer", None)
    assert list(Event.objects.filter(organisation_id=aurora.pk).order_by("pk").values_list("kind", flat=True)) == [
        "OrganisationAdded",
        "OrganisationJoined",
        "MembershipCorrected",
        "OrganisationLeft",
        "OrganisationJoined",
    ]
    client.post(f"{card}memberships/", {"organisation": "  aurora home ", "role": "Boss"})
    client.post(f"{card}memberships/", {"organisation": "The Sokolovs"})
    assert {one.organisation.name for one in elena.memberships.all()} == {"Aurora Home", "The Sokolovs"}


def test_who_was_taken_out_is_no_colleague_and_not_found_by_the_company(olga: User) -> None:
    aurora = make.organisation("Aurora Home")
    elena, igor = make.customer("Elena"), make.customer("Igor")
    members = [make.membership(one, aurora) for one in (elena, igor)]
    assert colleagues_of(elena.pk) == {elena.pk, igor.pk}
    assert {one.name for one in find_customers(olga, "arora")} == {"Elena", "Igor"}

    belonging.leave(members[1], by=olga)

    assert colleagues_of(elena.pk) == {elena.pk}
    assert [one.name for one in find_customers(olga, "aurora")] == ["Elena"]


def test_only_conversations_that_the_reader_may_see_stand_on_the_page(client: Client, olga: User) -> None:
    member = make.membership(make.conversation("Mine", subject="Salaries").customer)
    make.inbox().teams.add(make.team("Staff office"))
    page = f"{LIST}{member.organisation_id}/"

    assert "Salaries" not in client.get(page).content.decode()
    client.force_login(make.admin())
    assert "Salaries" in client.get(page).content.decode()


def shown_places(member: Customer) -> list[str]:
    return list(Membership.objects.present().filter(customer=member).values_list("role", flat=True))


def test_two_cards_of_one_company_have_one_place_there_and_two_again(olga: User) -> None:
    elena, twin, home = make.customer("Elena"), make.customer("Twin"), make.organisation()
    for card, role in ((elena, "buyer"), (twin, "boss")):
        belonging.join(card, home, olga, belonging.Place(role=role))

    done = make.merge(elena, twin)
    assert (shown_places(elena), shown_places(twin)) == (["buyer"], [])
    merging.separate(done, by=olga)

    assert (shown_places(elena), shown_places(twin)) == (["buyer"], ["boss"])


def test_who_belongs_by_the_other_card_alone_belongs_after_the_merge(olga: User) -> None:
    elena, twin, home = make.customer("Elena"), make.customer("Twin"), make.organisation()
    belonging.leave(belonging.join(elena, home, olga), by=olga)
    belonging.join(twin, home, olga, belonging.Place(role="boss"))

    done = make.merge(elena, twin)
    assert shown_places(elena) == ["boss"]
    merging.separate(done, by=olga)

    assert (shown_places(elena), shown_places(twin)) == ([], ["boss"])


def test_nobody_belongs_anywhere_who_is_merged_or_erased(olga: User) -> None:
    twin = make.customer("Twin")
    merging.merge(merging.Decision(make.customer("Elena"), twin, is_sure=True), by=olga)
    with pytest.raises(CardClosed, match="merged"):
        belonging.join(twin, make.organisation(), by=olga)
    other = make.membership(make.customer("Igor"))
    erasure.carry_on(erasure.erase(other.customer, "asked", by=make.admin()).pk)
    with pytest.raises(CardClosed, match="erased"):
        belonging.put_back(other, by=olga)
    assert Membership.objects.get(pk=other.pk).removed_at


def test_an_observer_looks_and_an_expert_does_not(client: Client) -> None:
    aurora = make.organisation()
    client.force_login(make.user(role=Role.OBSERVER))
    assert client.get(f"{LIST}{aurora.pk}/").status_code == 200
    assert client.post(f"{LIST}new/", {"name": "Oak"}).status_code == 403
    client.force_login(make.user(role=Role.EXPERT))
    assert client.get(f"{LIST}{aurora.pk}/").status_code == 404

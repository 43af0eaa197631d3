"""What a list is narrowed to: each kind of filter, how they go together, and what becomes of values that are gone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from samovar.accounts.models import Role, User
from samovar.conversations import beginning, queries
from samovar.conversations.beginning import Matter
from samovar.conversations.filters.table import KINDS, MOST, chips, read
from samovar.conversations.models import Conversation
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.message import Way
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.queries import Wanted
from samovar.customers.models import Consent, Customer
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

Counted = Callable[[int], CaptureQueriesContext]
NOON = datetime(2026, 3, 5, 12, tzinfo=ZoneInfo("UTC"))


def wrote(name: str, hours: float = 1, **given: str) -> Conversation:
    """A conversation in which somebody has waited for so many hours."""
    sender = make.sender(f"{name.lower()}@mail.example", name)
    return make.conversation(at=timezone.now() - timedelta(hours=hours), sender=sender, **given)


def wanted(user: User, *codes: str, **given: str) -> Wanted:
    query = QueryDict(mutable=True)
    query.update({"view": "everything", **given})
    query.setlist("f", list(codes))
    return Wanted.of(query, user)


def found(user: User, *codes: str, **given: str) -> list[str]:
    """The names of those in the list, by their letters."""
    return sorted(row.customer.name for row in queries.page(user, wanted(user, *codes, **given)).rows)


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


def known(name: str, **facts: object) -> None:
    """Let something be known of a customer."""
    Customer.objects.filter(name=name).update(**facts)


def test_a_status_is_what_its_view_holds_and_two_are_any_of_them(olga: User) -> None:
    rows = {name: wrote(name) for name in ("Ann", "Bob", "Cid", "Dan")}
    rows["Bob"].reply("Done", by=olga)
    rows["Cid"].snooze(timezone.now() + timedelta(days=1), by=olga)
    rows["Dan"].resolve(by=olga)

    assert found(olga, "status:needs-reply") == ["Ann"]
    assert found(olga, "status:waiting") == ["Bob"]
    assert found(olga, "status:open") == ["Ann", "Bob"]
    assert found(olga, "status:snoozed") == ["Cid"]
    assert found(olga, "status:resolved") == ["Dan"]
    assert found(olga, "status:snoozed", "status:resolved", "status:needs-reply") == ["Ann", "Cid", "Dan"]
    assert found(olga) == ["Ann", "Bob", "Cid", "Dan"]


def test_by_person_by_team_and_by_nobody(olga: User) -> None:
    ivan, mine = make.agent("ivan"), make.team("Delivery", olga)
    ann, bob = wrote("Ann"), wrote("Bob")
    wrote("Cid")
    ann.assign(to=olga, by=olga)
    bob.assign(to=ivan, by=olga)
    Conversation.objects.filter(pk=bob.pk).update(team=mine)

    assert found(olga, "assignee:me") == ["Ann"]
    assert found(olga, f"assignee:{ivan.pk}", "assignee:me") == ["Ann", "Bob"]
    assert found(olga, "assignee:nobody", "assignee:me") == ["Ann", "Cid"]
    assert found(olga, "team:mine") == found(olga, f"team:{mine.pk}") == ["Bob"]
    assert found(ivan, "team:mine") == []
    assert found(olga, "team:none") == ["Ann", "Cid"]


def test_by_tag_and_cause_also_by_what_was_merged_into_them(olga: User) -> None:
    refund, money = make.tag("Refund"), make.tag("Money back")
    top = make.cause("Delivery")
    late = make.cause("Late", top)
    ann, bob = wrote("Ann"), wrote("Bob")
    wrote("Cid")
    ann.tag(refund, by=olga)
    bob.tag(money, by=olga)
    bob.set_cause(late, by=olga)
    money.merge(refund, by=make.lead())

    assert found(olga, f"tag:{refund.pk}") == ["Ann", "Bob"]
    assert found(olga, f"tag:{refund.pk}", f"cause:{top.pk}") == found(olga, f"cause:{late.pk}") == ["Bob"]
    assert found(olga, "cause:none") == ["Ann", "Cid"]


def test_by_what_marks_a_row(olga: User) -> None:
    ann, bob = wrote("Ann"), wrote("Bob")
    ann.prioritise(Priority.HIGH, by=olga)
    bob.mark_read()

    assert found(olga, "mark:pressing") == found(olga, "mark:unread") == ["Ann"]
    assert found(olga, "status:open", only="unread") == ["Ann"]


def test_by_how_long_they_wait(olga: User) -> None:
    wrote("Ann", hours=0.5)
    wrote("Bob", hours=5)
    wrote("Cid", hours=30).reply("Done", by=olga)
    wrote("Dan", hours=50)

    assert found(olga, "waiting:4") == ["Bob", "Dan"]
    assert found(olga, "waiting:24") == ["Dan"]
    # Of several the shortest holds.
    assert found(olga, "waiting:24", "waiting:4") == ["Bob", "Dan"]
    assert found(olga, "waiting:-1") == found(olga, "waiting:99999") == found(olga, "waiting:²") == []


def test_by_when_something_is_promised(olga: User) -> None:
    with clock.standing_at(NOON), timezone.override("UTC"):
        for name, hours in (("Ann", -1), ("Bob", 3), ("Cid", 30), ("Dan", 24 * 20)):
            wrote(name).promise(PromiseKind.CALL, NOON + timedelta(hours=hours), by=olga)
        wrote("Eve")

        assert found(olga, "promise:late") == ["Ann"]
        assert found(olga, "promise:today") == ["Bob"]
        assert found(olga, "promise:late", "promise:week") == ["Ann", "Bob", "Cid"]
        assert found(olga, "promise:none") == ["Eve"]


def test_by_what_is_known_of_the_customer(olga: User) -> None:
    for name in ("Ann", "Bob", "Cid"):
        wrote(name)
    known("Ann", language="de", city="Samara")
    known("Bob", language="ru", city="SAMARA")
    ann, bob = Customer.objects.get(name="Ann"), Customer.objects.get(name="Bob")
    company = make.organisation("Oak and Sons")
    make.membership(ann, company)
    given = {"purpose": "news", "way": "mail", "by": olga}
    for customer, is_given, ago in ((ann, True, 2), (bob, True, 2), (bob, False, 1)):
        at = timezone.now() - timedelta(days=ago)
        Consent.objects.create(customer=customer, is_given=is_given, at=at, **given)

    assert found(olga, "language:de") == ["Ann"]
    assert found(olga, "language:de", "language:ru", "city:samara") == ["Ann", "Bob"]
    assert found(olga, f"company:{company.pk}") == ["Ann"]
    # Who took it back has not agreed.
    assert found(olga, "consent:news") == ["Ann"]


def test_by_the_channel_by_which_something_came(olga: User) -> None:
    for name, ways in (("Ann", []), ("Bob", [Way.CALL]), ("Cid", [Way.VISIT, Way.CALL])):
        row = wrote(name)
        for way in ways:
            row.log("What was said.", way, timezone.now(), by=olga)
        row.reply("Done", by=olga)
        row.add_note("To us", by=olga)
    # Nobody has written here yet: what we send is no channel of theirs.
    dan = beginning.opened_by_us(
        Matter(inbox=make.inbox(), subject="A sofa", subject_key="a sofa"), make.customer("Dan"), timezone.now(), olga
    )
    dan.log("He came by.", Way.VISIT, timezone.now(), by=olga)

    assert found(olga, "channel:mail") == ["Ann", "Bob", "Cid"]
    assert found(olga, "channel:call") == ["Bob", "Cid"]
    assert found(olga, "channel:visit") == ["Cid", "Dan"]
    assert found(olga, "channel:call", "channel:visit", "channel:fax") == ["Bob", "Cid", "Dan"]
    assert found(olga, "channel:call", "channel:mail", "status:open") == ["Ann", "Bob", "Cid"]
    # "All that match" are those of the list.
    assert queries.selection(olga, wanted(olga, "channel:call")).count() == 2


def test_by_words_and_by_what_is_typed_here_beside_them(olga: User) -> None:
    wrote("Ann", subject="A green sofa")
    wrote("Bob", subject="A red sofa")

    assert found(olga, "text:SOFA") == ["Ann", "Bob"]
    assert found(olga, "text:sofa", q="green") == ["Ann"]
    assert found(olga, "text:red", "text:green") == ["Ann", "Bob"]


def test_words_are_looked_for_in_the_first_rows_which_is_said(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_FILTERED", 2)
    for hours, name in enumerate(("Ann", "Bob", "Cid"), start=1):
        wrote(name, hours)

    page = queries.page(olga, wanted(olga, q="cid"))
    assert (page.rows, page.is_cut) == ([], True)
    assert not queries.page(olga, wanted(olga)).is_cut
    assert found(olga, q="cid", order="oldest") == ["Cid"]
    Conversation.objects.get(customer__name="Bob").trash(DeletionReason.TRIAL, by=olga)
    assert not queries.page(olga, wanted(olga, q="ann")).is_cut


@pytest.mark.parametrize(
    "code", ["tag:999999", "tag:x", "tag:²", "assignee:someone", "nothing:1", "waiting:x", "promise:x", "channel:fax"]
)
def test_what_means_nothing_finds_nothing_and_can_be_taken_away(olga: User, code: str) -> None:
    wrote("Ann")

    assert found(olga, code) == []
    (chip,) = chips(read([code]), olga)
    assert chip.is_outdated
    assert chip.words == "no longer there"


def test_a_value_that_means_nothing_leaves_the_others_of_its_kind(olga: User) -> None:
    ann = wrote("Ann")
    wrote("Bob")
    ann.tag(tag := make.tag("Refund"), by=olga)

    assert found(olga, "tag:999999", f"tag:{tag.pk}") == ["Ann"]


def test_what_is_out_of_use_is_struck_and_still_finds_what_it_did(olga: User) -> None:
    ivan, tag = make.agent("ivan"), make.tag("Refund")
    ann = wrote("Ann")
    ann.assign(to=ivan, by=olga)
    ann.tag(tag, by=olga)
    ivan.deactivate(by=make.admin())
    tag.retire(by=make.lead())

    filters = read([f"assignee:{ivan.pk}", f"tag:{tag.pk}", "status:open"])

    assert [(chip.words, chip.is_outdated) for chip in chips(filters, olga)] == [
        ("Open, in sight", False),
        ("Ivan", True),
        ("Refund", True),
    ]
    assert found(olga, f"assignee:{ivan.pk}", f"tag:{tag.pk}") == ["Ann"]


def test_an_inbox_that_is_closed_to_the_reader_is_not_named_and_shows_nothing(olga: User) -> None:
    inbox = wrote("Ann").inbox
    inbox.open_for([make.team("Lawyers")], by=make.admin())

    (chip,) = chips(read([f"inbox:{inbox.pk}"]), olga)

    assert (chip.words, chip.is_outdated) == ("no longer there", True)
    assert found(olga, f"inbox:{inbox.pk}") == []
    assert found(make.admin(), f"inbox:{inbox.pk}") == ["Ann"]
    assert not [label for _value, label in KINDS["inbox"].offers("", olga)]


def test_filters_of_one_kind_stand_together_each_once(olga: User) -> None:
    codes = ["tag:2", "status:open", "tag: 1 ", "tag:2", "tag:", "tag", "assignee:me", *(f"tag:{n}" for n in range(99))]

    filters = read(codes)

    assert [one.code for one in filters[:4]] == ["status:open", "assignee:me", "tag:2", "tag:1"]
    assert len(filters) <= MOST
    first, second, *_rest = chips(read(["tag:2", "tag:1"]), olga)
    assert (first.is_or, second.is_or) == (False, True)


def test_what_is_offered_fits_the_letters(olga: User) -> None:
    ivan, oleg, lena = make.agent("ivan"), make.agent("oleg"), make.admin("lena")
    oleg.deactivate(by=lena)
    make.tag("Refund")
    make.tag("Old").retire(by=lena)
    make.organisation("Oak and Sons")
    wrote("Ann")
    known("Ann", city="Samara")

    def labels(kind: str, typed: str) -> list[str]:
        return [label for _value, label in KINDS[kind].offers(typed, olga)]

    assert labels("tag", "ref") == labels("tag", "") == ["Refund"]
    assert labels("assignee", "iv") == [ivan.name]
    assert labels("assignee", "")[:3] == ["me", "nobody", ivan.name]
    assert oleg.name not in labels("assignee", "")
    assert labels("city", "sam") == ["Samara"]
    assert labels("city", "") == labels("company", "") == []
    assert labels("company", "OAK") == ["Oak and Sons"]
    assert labels("waiting", "6") == ["6 hours"]
    assert labels("waiting", "48") == ["2 days"]
    assert labels("text", "sofa") == ["sofa"]
    with translation.override("ru"):
        assert labels("promise", "просроч") == labels("promise", "")[:1]
        assert labels("channel", "") == ["Почта", "Телефонный звонок", "Визит"]


def test_orders_put_those_behind_who_do_not_wait(olga: User) -> None:
    wrote("Ann", hours=1)
    wrote("Bob", hours=3)
    wrote("Cid", hours=2).reply("Done", by=olga)
    wrote("Dan", hours=2.5).promise(PromiseKind.CALL, timezone.now() + timedelta(days=400), by=olga)

    def ordered(order: str) -> list[str]:
        return [row.customer.name for row in queries.page(olga, wanted(olga, order=order)).rows]

    assert ordered("oldest") == ["Bob", "Dan", "Ann", "Cid"]
    assert ordered("newest") == ["Cid", "Ann", "Dan", "Bob"]
    assert ordered("waiting") == ["Bob", "Dan", "Ann", "Cid"]
    assert ordered("promise") == ["Dan", "Bob", "Ann", "Cid"]


@pytest.mark.parametrize("order", ["newest", "oldest", "waiting", "promise"])
def test_filtered_pages_follow_each_other_without_a_gap(
    olga: User, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    at = timezone.now() - timedelta(hours=1)
    for number in range(7):
        row = make.conversation(at=at - timedelta(minutes=number // 2), sender=make.sender(f"c{number}@mail.example"))
        if number % 2:
            row.promise(PromiseKind.CALL, at + timedelta(days=number // 4), by=olga)
        if number % 3 == 0:
            row.reply("Done", by=olga)

    seen: list[int] = []
    following: Wanted | None = wanted(olga, "status:open", order=order, size="2")
    while following is not None:
        # As the address of "More" says it.
        page = queries.page(olga, Wanted.of(QueryDict(f"{following.query}&size=2"), olga))
        seen += [row.pk for row in page.rows]
        following = page.following

    assert len(seen) == len(set(seen)) == 7


def test_a_list_takes_one_query_however_many_filters_and_one_for_merged_tags(
    olga: User, django_assert_num_queries: Counted
) -> None:
    tag = make.tag("Refund")
    for name in ("Ann", "Bob"):
        wrote(name).tag(tag, by=olga)
    codes = (f"tag:{tag.pk}", "status:open", "assignee:nobody", "team:none", "waiting:0", "promise:none", "mark:unread")

    with django_assert_num_queries(2):
        assert len(queries.page(olga, wanted(olga, *codes, order="promise")).rows) == 2


def test_outside_experts_find_nothing(olga: User) -> None:
    wrote("Ann")

    assert found(make.user(role=Role.EXPERT), "status:open") == []
    assert found(make.user(role=Role.OBSERVER), "status:open") == ["Ann"]

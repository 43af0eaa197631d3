"""What is decided about difficult customers: proposed, agreed to, refused, ended; each of it once, and undone."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from samovar.accounts.models import AuditEntry, Role, User
from samovar.customers import archive, erasure, merging, restricting, restrictions
from samovar.customers.errors import CannotRestrict, CardClosed
from samovar.customers.jobs import end_restrictions
from samovar.customers.merging import Decision
from samovar.customers.models import Customer, Restriction
from samovar.events.models import Event
from samovar.lib import clock
from tests import make
from tests.restrictions import REASON, in_force, proposed, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> User:
    """An agent."""
    return make.agent("olga")


@pytest.fixture
def lea() -> User:
    """A lead."""
    return make.lead("lea")


def kinds(customer: Customer) -> list[str]:
    """Return what stands in the history about it, in order."""
    rows = Event.objects.filter(customer_id=customer.pk, kind__startswith="Restriction").order_by("pk")
    return list(rows.values_list("kind", flat=True))


def counting(customer: Customer) -> str | None:
    """Return what counts about somebody now."""
    found = restrictions.decided_about([customer.pk]).get(customer.pk)
    return found.kind if found else None


def again(found: Restriction) -> Restriction:
    return Restriction.objects.get(pk=found.pk)


def test_what_an_agent_proposes_counts_when_a_lead_agrees(olga: User, lea: User) -> None:
    elena = make.customer()

    found = restricting.propose(elena, wish(), by=olga)
    assert (found.state, counting(elena)) == ("waiting", None)
    assert [row.found for row in restrictions.page(lea, "waiting").rows] == [found]
    restricting.agree(found, by=lea)
    restricting.agree(again(found), by=make.lead())

    assert (again(found).state, counting(elena), again(found).decided_by) == ("in-force", "warning", lea)
    assert kinds(elena) == ["RestrictionProposed", "RestrictionBegun"]
    assert Event.objects.get(kind="RestrictionBegun").preview == f"Warning: {REASON}"
    log = AuditEntry.objects.filter(action__startswith="restriction").order_by("pk")
    assert [(row.action, row.by, row.after) for row in log] == [
        ("restriction-proposed", olga, {"measure": "warning"}),
        ("restriction-begun", lea, {"measure": "warning"}),
    ]
    assert not any(REASON in f"{row.subject_name}{row.reason}" for row in log)


def test_what_a_lead_proposes_is_in_force_at_once(lea: User) -> None:
    elena = make.customer()

    found = restricting.propose(elena, wish("block", days=None), by=lea)

    assert (found.state, counting(elena), kinds(elena)) == ("in-force", "block", ["RestrictionBegun"])


def test_a_refusal_counts_nothing_and_can_be_taken_back(olga: User, lea: User) -> None:
    found = proposed(by=olga)

    restricting.refuse(found, by=lea)
    restricting.refuse(found, by=lea)
    assert (again(found).state, counting(found.customer)) == ("refused", None)
    restricting.reopen(found, by=lea)
    restricting.reopen(found, by=lea)

    assert (again(found).state, again(found).decided_by) == ("waiting", None)
    assert kinds(found.customer) == ["RestrictionProposed", "RestrictionRefused", "RestrictionReopened"]


def test_agreeing_can_be_taken_back_too(olga: User, lea: User) -> None:
    found = proposed(by=olga)
    restricting.agree(found, by=lea)

    restricting.reopen(found, by=lea)

    assert (again(found).state, counting(found.customer)) == ("waiting", None)


def test_of_two_leads_the_second_hears_what_the_first_decided(olga: User, lea: User) -> None:
    found, other = proposed(by=olga), proposed(by=olga)
    restricting.refuse(found, by=lea)
    restricting.agree(other, by=lea)

    with pytest.raises(CannotRestrict, match="Lea has decided meanwhile: Refused"):
        restricting.agree(again(found), by=make.lead())
    with pytest.raises(CannotRestrict, match="Lea has decided meanwhile: In force"):
        restricting.refuse(again(other), by=make.lead())


def test_ending_early_is_for_leads_and_is_undone(olga: User, lea: User) -> None:
    found = in_force(make.customer(), "block")

    with pytest.raises(CannotRestrict, match="Only leads"):
        restricting.end(found, by=olga)
    restricting.end(found, by=lea)
    restricting.end(found, by=lea)
    assert (again(found).state, counting(found.customer), again(found).ended_by) == ("ended", None, lea)
    with pytest.raises(CannotRestrict, match="Lea has decided meanwhile: Ended"):
        restricting.resume(found, by=olga)
    restricting.resume(found, by=lea)
    restricting.resume(found, by=lea)

    assert (again(found).state, counting(found.customer)) == ("in-force", "block")
    assert kinds(found.customer) == ["RestrictionBegun", "RestrictionEnded", "RestrictionBegun"]


def test_who_proposed_withdraws_and_others_do_not(olga: User) -> None:
    found = proposed(by=olga)

    with pytest.raises(CannotRestrict):
        restricting.end(found, by=make.agent())
    restricting.end(found, by=olga)
    assert again(found).state == "withdrawn"
    restricting.resume(found, by=olga)

    assert again(found).state == "waiting"
    assert kinds(found.customer)[1:] == ["RestrictionWithdrawn", "RestrictionReopened"]


def test_an_agent_does_not_overrule_who_withdrew_their_proposal(olga: User, lea: User) -> None:
    found = proposed(by=olga)
    restricting.end(found, by=lea)

    with pytest.raises(CannotRestrict, match="Lea has decided meanwhile: Withdrawn"):
        restricting.resume(found, by=olga)
    assert again(found).state == "withdrawn"
    restricting.resume(found, by=make.lead())

    assert again(found).state == "waiting"


def test_it_ends_by_itself_and_is_told_once(lea: User) -> None:
    elena = make.customer()
    with clock.standing_at(clock.now() - timedelta(days=8)):
        found = restricting.propose(elena, wish("block", days=7), by=lea)
        late = restricting.propose(elena, wish("warning", days=7), by=make.agent())

    # It counts no more whether or not the job has run.
    assert (counting(elena), found.state, late.state) == (None, "ended", "withdrawn")
    end_restrictions()
    end_restrictions()
    restricting.end_when_due(found)

    assert kinds(elena) == ["RestrictionBegun", "RestrictionProposed", "RestrictionEnded", "RestrictionWithdrawn"]
    assert again(found).ended_at == found.until
    assert Event.objects.get(kind="RestrictionEnded").actor_id is None
    for verb in (restricting.agree, restricting.resume, restricting.refuse):
        with pytest.raises(CannotRestrict, match="Its time is over"):
            verb(again(late), by=lea)


def test_what_is_not_over_does_not_end() -> None:
    found = in_force(make.customer(), days=None)
    restricting.end_when_due(found)
    end_restrictions()
    assert again(found).state == "in-force"


def test_the_same_is_proposed_once_and_another_beside_it(olga: User, lea: User) -> None:
    elena = make.customer()
    first = restricting.propose(elena, wish("block"), by=olga)
    with pytest.raises(CannotRestrict, match="Olga has proposed that already: Block. It waits"):
        restricting.propose(elena, wish("block"), by=lea)
    restricting.agree(first, by=lea)
    with pytest.raises(CannotRestrict, match="in force already: Block. End it first"):
        restricting.propose(elena, wish("block"), by=olga)

    restricting.propose(elena, wish("warning"), by=lea)

    assert counting(elena) == "block"
    restricting.end(first, by=lea)
    assert counting(elena) == "warning"
    again_proposed = restricting.propose(elena, wish("block"), by=olga)
    with pytest.raises(CannotRestrict, match="Olga has proposed that already"):
        restricting.resume(first, by=lea)
    assert again_proposed.state == "waiting"


def test_a_refusal_is_not_taken_back_beside_the_same_again(olga: User, lea: User) -> None:
    found = proposed(by=olga)
    restricting.refuse(found, by=lea)
    restricting.propose(found.customer, wish(), by=olga)

    with pytest.raises(CannotRestrict, match="Olga has proposed that already"):
        restricting.reopen(found, by=lea)


def test_what_has_never_waited_waits_for_nobody(lea: User) -> None:
    found = in_force(make.customer())
    with pytest.raises(CannotRestrict):
        restricting.reopen(found, by=lea)
    restricting.end(found, by=lea)
    with pytest.raises(CannotRestrict):
        restricting.reopen(found, by=lea)


def test_what_was_refused_is_not_ended(olga: User, lea: User) -> None:
    found = proposed(by=olga)
    restricting.refuse(found, by=lea)
    with pytest.raises(CannotRestrict, match="Refused"):
        restricting.end(found, by=lea)
    with pytest.raises(CannotRestrict, match="Refused"):
        restricting.resume(found, by=lea)


def test_no_end_is_for_leads_and_no_end_has_passed(olga: User, lea: User) -> None:
    with pytest.raises(CannotRestrict, match="Only leads"):
        restricting.propose(make.customer(), wish(days=None), by=olga)
    with pytest.raises(CannotRestrict, match="has passed"):
        restricting.propose(make.customer(), wish(days=-1), by=lea)


def test_a_merge_keeps_the_strictest_and_its_undoing_gives_back(olga: User, lea: User) -> None:
    survivor, merged = make.customer(), make.customer("Lena")
    in_force(survivor, "limit", most=5)
    in_force(merged, "limit", most=2)
    block, waits = in_force(merged, "block"), proposed(merged, olga)

    done = merging.merge(Decision(survivor, merged), by=olga)

    assert counting(survivor) == "block"
    restricting.end(block, by=lea)
    assert restrictions.decided_about([survivor.pk])[survivor.pk].most_a_day == 2
    # Who looked at the other card before decides about the survivor.
    restricting.agree(waits, by=lea)
    assert Event.objects.filter(kind="RestrictionBegun").latest("pk").customer_id == survivor.pk
    with pytest.raises(CardClosed, match="merged into another"):
        restricting.propose(merged, wish(), by=olga)
    merging.separate(done, by=olga)

    of_survivor, of_merged = (restrictions.decided_about([one.pk])[one.pk] for one in (survivor, merged))
    assert (of_survivor.most_a_day, of_merged.most_a_day) == (5, 2)


def test_of_two_of_a_kind_that_a_merge_brings_together_one_is_in_force(olga: User, lea: User) -> None:
    survivor, merged = make.customer(), make.customer("Lena")
    block, limit = in_force(survivor, "block"), in_force(survivor, "limit")
    waits = proposed(merged, olga, "block")
    merging.merge(Decision(survivor, merged), by=olga)

    with pytest.raises(CannotRestrict, match="in force already: Block. End it first"):
        restricting.agree(waits, by=lea)
    assert (again(waits).state, again(waits).decided_by) == ("waiting", None)
    restricting.end(block, by=lea)
    restricting.agree(waits, by=lea)

    assert {one.pk for one in Restriction.objects.all().in_force()} == {waits.pk, limit.pk}


def test_the_archive_of_a_person_says_it_and_erasure_empties_it(olga: User) -> None:
    found = in_force(make.customer(), "block")
    waits = proposed(found.customer, olga)
    taken_out = BytesIO()

    archive.write(found.customer_id, taken_out, lambda _done: None)

    [row, _other] = ZipFile(taken_out).read("customers_restriction.jsonl").decode().splitlines()
    assert (json.loads(row)["reason"], json.loads(row)["kind"]) == (REASON, "block")
    done = erasure.erase(found.customer, "asked", by=make.admin())
    with pytest.raises(CannotRestrict, match="erased"):
        restricting.agree(waits, by=make.lead())
    erasure.carry_on(done.pk)
    assert [(one.reason, one.state) for one in (again(found), again(waits))] == [("", "ended"), ("", "withdrawn")]
    assert not Event.objects.filter(preview__contains=REASON).exists()
    with pytest.raises(CannotRestrict, match="Its time is over"):
        restricting.resume(again(found), by=make.lead())


def test_outside_experts_see_nothing_of_it() -> None:
    in_force(make.customer())
    assert not restrictions.page(make.user(role=Role.EXPERT), "in-force").rows
    assert len(restrictions.page(make.user(role=Role.OBSERVER), "in-force").rows) == 1


def test_the_list_goes_on_and_finds_by_name_and_reason(lea: User) -> None:
    for number in range(restrictions.PAGE + 1):
        in_force(make.customer(f"Customer {number}"))

    first = restrictions.page(lea, "in-force")
    rest = restrictions.page(lea, "in-force", after=first.after)

    assert (len(first.rows), len(rest.rows), rest.after) == (restrictions.PAGE, 1, "")
    assert [row.found.customer.name for row in restrictions.page(lea, "in-force", "omer 17").rows] == ["Customer 17"]
    assert len(restrictions.page(lea, "in-force", "NAMES").rows) == restrictions.PAGE
    assert not restrictions.page(lea, "over").rows

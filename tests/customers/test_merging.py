"""Two cards that are one person become one, while both write, and are two again exactly as they were."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from samovar.accounts.models import AuditEntry, Role, User
from samovar.conversations.models import Conversation, Message
from samovar.customers import addresses, belonging, merging
from samovar.customers.belonging import Place
from samovar.customers.errors import CannotMerge, CannotSeparate
from samovar.customers.jobs import forget_moved_rows, settle_merges
from samovar.customers.merging import Decision
from samovar.customers.models import Customer, Identity, Membership, Merge, MovedRow, Organisation, RemovedIdentity
from samovar.customers.places import places
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
TELLING = ("CustomersMerged", "CustomersSeparated")


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def writer(name: str, address: str, text: str = "Hello") -> Customer:
    """Make a customer who has written."""
    sender = make.sender(address, name)
    return make.conversation(text, sender=sender, subject=f"Of {name}").customer


def rows_of(customer: Customer) -> dict[str, set[int]]:
    """Return the keys of everything that names a customer, by place, but for what tells of merges."""
    found = {}
    for place in places():
        rows = place.rows_of(customer.pk)
        rows = rows.exclude(kind__in=TELLING) if place.model is Event else rows
        found[place.name] = set(rows.values_list("pk", flat=True))
    return found


def nothing_left(customer: Customer) -> bool:
    return not any(rows_of(customer).values())


def test_every_table_with_a_key_to_a_customer_is_known() -> None:
    names = {place.name for place in places()}

    assert {
        "conversations.Conversation.customer_id",
        "conversations.Message.customer_id",
        "customers.Customer.merged_into_id",
        "customers.Identity.customer_id",
        "customers.Membership.customer_id",
        "customers.RemovedIdentity.customer_id",
        "events.Event.customer_id",
    } <= names


def test_everything_of_both_stands_on_the_card_that_stays(client: Client, olga: User) -> None:
    elena, twin = writer("Elena", "elena@mail.example"), writer("E. Sokolova", "es@work.example")
    addresses.add(twin, "+7 912 345-67-89", by=olga)

    make.merge(elena, twin)

    assert nothing_left(twin)
    assert Conversation.objects.filter(customer=elena).count() == 2
    page = client.get(f"/customers/{twin.pk}/", follow=True).content.decode()
    for words in ("es@work.example", "+7 912 345-67-89", "Same person as", "Of E. Sokolova", "merged into this one"):
        assert words in page
    assert make.conversation(sender=make.sender("es@work.example")).customer == elena
    entry = AuditEntry.objects.get(action="customers-merged")
    assert (entry.subject_id, entry.after) == (elena.pk, {"merged": twin.pk, "taken": []})


def test_details_are_taken_one_by_one_and_put_back_unless_corrected_since(olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Elena Sokolova")
    twin.correct({"name": "Elena Sokolova", "city": "Samara", "language": "ru"}, by=olga)
    Customer.objects.filter(pk=twin.pk).update(created_at=clock.now() - timedelta(days=400))

    done = merging.merge(Decision(elena, twin, taken=("name", "city")), by=olga)
    elena.refresh_from_db()
    assert (elena.name, elena.city, elena.language) == ("Elena Sokolova", "Samara", "")
    assert (clock.now() - elena.created_at).days == 400
    elena.correct({"city": "Perm"}, by=olga)
    merging.separate(done, by=olga)

    elena.refresh_from_db()
    assert (elena.name, elena.city) == ("Elena", "Perm")
    assert (clock.now() - elena.created_at).days == 0


def test_undoing_brings_back_exactly_what_was_moved_and_leaves_what_came_since(client: Client, olga: User) -> None:
    elena, twin = writer("Elena", "elena@mail.example"), writer("Twin", "twin@mail.example")
    before = rows_of(elena), rows_of(twin)
    done = make.merge(elena, twin)
    since = make.conversation("Since", sender=make.sender("twin@mail.example"), subject="Since then")
    assert since.customer == elena

    answer = client.post(f"/customers/merges/{done.pk}/undoing/", follow=True)

    assert "What was written since the merge stays with Elena" in answer.content.decode()
    assert rows_of(twin) == before[1]
    now = rows_of(elena)
    assert all(before[0][place] <= now[place] for place in now)
    place = "conversations.Conversation.customer_id"
    assert now[place] - before[0][place] == {since.pk}
    later = make.conversation("Later", sender=make.sender("twin@mail.example"), subject="Later")
    assert later.customer == twin
    for card in (elena, twin):
        assert "Separated from another card" in client.get(f"/customers/{card.pk}/").content.decode()
    merging.separate(done, by=olga)
    assert Event.objects.filter(kind="CustomersSeparated").count() == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_chain_of_merges_leads_to_its_end_and_is_undone_in_any_order(olga: User, order: tuple[int, int]) -> None:
    cards = [writer(name, f"{name}@mail.example") for name in ("anna", "berta", "clara")]
    before = [rows_of(card) for card in cards]

    merges = [make.merge(cards[1], cards[0]), make.merge(cards[2], cards[1])]
    assert nothing_left(cards[0])
    assert make.conversation(sender=make.sender("anna@mail.example"), subject="New").customer == cards[2]
    for number in order:
        merging.separate(merges[number], by=olga)

    for card, rows in zip(cards[:2], before[:2], strict=True):
        assert rows_of(card) == rows
        card.refresh_from_db()
        assert card.merged_into is None


def test_of_two_cards_that_were_merged_into_one_the_last_is_separated_first(client: Client, olga: User) -> None:
    elena, twin, third = make.customer("Elena"), make.customer("Twin"), make.customer("Third")
    first, second = (
        merging.merge(Decision(elena, one, taken=["name"], is_sure=True), by=olga) for one in (twin, third)
    )

    answer = client.post(f"/customers/merges/{first.pk}/undoing/", follow=True)
    assert "Third was merged into this card later. Separate that one first." in answer.content.decode()
    for done in (second, first):
        client.post(f"/customers/merges/{done.pk}/undoing/")

    elena.refresh_from_db()
    assert elena.name == "Elena"
    assert not Customer.objects.exclude(merged_into=None).exists()


def test_an_address_that_was_taken_off_or_put_back_meanwhile_goes_back_with_its_card(olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Twin", "twin@mail.example")
    off = addresses.add(twin, "off@mail.example", by=olga)
    addresses.remove(off, by=olga)
    done = make.merge(elena, twin)
    addresses.remove(Identity.objects.get(value="twin@mail.example"), by=olga)
    addresses.restore(RemovedIdentity.objects.get(pk=off.pk), by=olga)

    merging.separate(done, by=olga)

    assert RemovedIdentity.objects.get(value="twin@mail.example").customer == twin
    assert [one.value for one in twin.identities.all()] == ["off@mail.example"]


def test_more_rows_than_one_batch_follow_by_and_by(monkeypatch: pytest.MonkeyPatch, olga: User) -> None:
    elena, twin = writer("Elena", "elena@mail.example"), writer("Twin", "twin@mail.example")
    conversation = Conversation.objects.get(customer=twin)
    for number in range(12):
        conversation.add_note(f"Note {number}", by=olga)
    before = rows_of(twin)
    monkeypatch.setattr(merging, "BATCH", 3)

    done = make.merge(elena, twin)
    assert not nothing_left(twin)
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_merges()
    assert nothing_left(twin)
    done.refresh_from_db()
    assert done.settled_at
    merging.carry_on(done.pk)
    merging.separate(done, by=olga)
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_merges()

    assert rows_of(twin) == before
    assert not MovedRow.objects.exists()
    assert merging.unsettled() == []


def test_what_the_other_card_has_already_stays_where_it_is(olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Twin")
    aurora, oak = (Organisation.objects.create(name=name) for name in ("Aurora", "Oak"))
    for card, organisation in ((elena, aurora), (twin, aurora), (twin, oak)):
        Membership.objects.create(customer=card, organisation=organisation)

    done = make.merge(elena, twin)
    assert {row.organisation for row in elena.memberships.all()} == {aurora, oak}
    merging.separate(done, by=olga)

    assert {row.organisation for row in twin.memberships.all()} == {aurora, oak}
    assert {row.organisation for row in elena.memberships.all()} == {aurora}


def test_a_place_that_the_survivor_was_taken_out_of_is_as_it_was_after_an_undo(olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Twin")
    aurora, oak = (make.organisation(name) for name in ("Aurora", "Oak"))
    mine = belonging.join(elena, aurora, olga, Place(role="Buyer", since_on=date(2024, 5, 1)))
    belonging.leave(mine, by=olga)
    belonging.leave(belonging.join(elena, oak, olga), by=olga)
    belonging.join(twin, aurora, olga, Place(role="Director"))
    before = list(Membership.objects.order_by("pk").values())

    done = make.merge(elena, twin)
    assert {(row.organisation.name, row.role) for row in elena.memberships.all().present()} == {("Aurora", "Director")}
    merging.separate(done, by=olga)

    assert list(Membership.objects.order_by("pk").values()) == before


def test_a_place_that_was_corrected_after_the_merge_stays_so(olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Twin")
    mine = make.membership(elena)
    belonging.leave(mine, by=olga)
    make.membership(twin)

    done = make.merge(elena, twin)
    mine = Membership.objects.select_related("customer", "organisation").get(pk=mine.pk)
    belonging.correct(mine, Place(role="Owner"), by=olga)
    merging.separate(done, by=olga)

    assert [row.role for row in elena.memberships.all().present()] == ["Owner"]
    assert [row.role for row in twin.memberships.all().present()] == [""]


def test_two_known_addresses_of_a_kind_need_somebody_who_is_sure(client: Client, olga: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Twin")
    for card in (elena, twin):
        addresses.verify(card.identities.get(), by=olga)
    preview = f"/customers/{elena.pk}/merging/{twin.pk}/"

    assert "They may be two persons" in client.get(preview).content.decode()
    refused = client.post(preview, {"survivor": elena.pk})
    assert refused.status_code == 422
    assert "Say that you are sure" in refused.content.decode()
    answer = client.post(preview, {"survivor": twin.pk, "is_sure": "yes"})
    assert answer.headers["Location"] == f"/customers/{twin.pk}/"

    elena.refresh_from_db()
    assert elena.merged_into == twin


def test_the_preview_shows_both_and_takes_what_is_chosen(client: Client, olga: User) -> None:
    elena, twin = make.customer("Elena", "elena@mail.example"), make.customer("E. S.", "es@mail.example")
    twin.correct({"city": "Samara"}, by=olga)
    found = client.get(f"/customers/{elena.pk}/merging/?q=es@mail").content.decode()
    preview = f"/customers/{elena.pk}/merging/{twin.pk}/"
    assert f'href="{preview}"' in found

    page = client.get(preview).content.decode()
    for words in ("elena@mail.example", "es@mail.example", "Samara"):
        assert words in page
    # Counted are those of closed inboxes too.
    assert "of history" not in page
    client.force_login(make.admin())
    counted = client.get(preview).content.decode()
    assert "2 lines of history" in counted and "1 line of history" in counted
    client.force_login(olga)
    answer = client.post(preview, {"survivor": elena.pk, "name": twin.pk, "city": twin.pk}, follow=True)

    elena.refresh_from_db()
    assert (elena.name, elena.city) == ("E. S.", "Samara")
    assert f"/customers/merges/{Merge.objects.get().pk}/undoing/" in answer.content.decode()
    assert client.get(preview).headers["Location"] == f"/customers/{elena.pk}/"
    assert client.get(f"/customers/{elena.pk}/merging/{elena.pk}/").status_code == 302
    third = make.customer("Third")
    moved_on = client.get(f"/customers/{twin.pk}/merging/{third.pk}/")
    assert moved_on.headers["Location"] == f"/customers/{elena.pk}/merging/{third.pk}/"


def test_an_address_of_somebody_else_leads_to_the_preview(client: Client, olga: User) -> None:
    denis, elena = make.customer("Denis", "denis@mail.example"), make.customer("Elena")

    answer = client.post(f"/customers/{elena.pk}/addresses/", {"address": "denis@mail.example"}, follow=True)

    assert answer.redirect_chain[0][0] == f"/customers/{elena.pk}/merging/{denis.pk}/"
    assert "This is an address of Denis" in answer.content.decode()


def test_merging_again_or_the_other_way_round_is_refused_in_a_sentence(olga: User) -> None:
    elena, twin, third = make.customer("Elena"), make.customer("Twin"), make.customer("Third")
    make.merge(elena, twin)

    for decision in (Decision(elena, twin), Decision(twin, elena), Decision(elena, elena)):
        with pytest.raises(CannotMerge, match="one customer already"):
            merging.merge(decision, by=olga)
    with pytest.raises(CannotMerge, match="third one"):
        merging.merge(Decision(third, twin), by=olga)


def test_a_merge_is_undone_within_thirty_days(client: Client, olga: User) -> None:
    done = make.merge()
    assert done.can_be_undone
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert not done.can_be_undone
        with pytest.raises(CannotSeparate, match="30 days"):
            merging.separate(done, by=olga)
        settle_merges()
        forget_moved_rows()
    assert not MovedRow.objects.exists()


def test_the_palette_offers_the_merge_on_the_page_of_a_customer(client: Client, olga: User) -> None:
    pk = make.customer().pk
    asked: dict[str, Any] = {"HX-Request": "true", "HX-Target": "palette-results"}

    there = client.get("/search/?q=merge", headers=asked | {"HX-Current-URL": f"http://testserver/customers/{pk}/"})
    elsewhere = client.get("/search/?q=merge", headers=asked | {"HX-Current-URL": "http://testserver/customers/"})

    assert f"/customers/{pk}/merging/" in there.content.decode()
    assert "/merging/" not in elsewhere.content.decode()


def test_an_observer_merges_nobody(client: Client) -> None:
    done = make.merge()
    client.force_login(make.user(role=Role.OBSERVER))

    for address in (f"{done.survivor_id}/merging/", f"{done.survivor_id}/merging/1/", f"merges/{done.pk}/undoing/"):
        assert client.post(f"/customers/{address}").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_at_once_in_both_directions_make_one_customer() -> None:
    olga = make.agent("olga")

    def outcome(decision: Decision) -> bool:
        try:
            merging.merge(decision, by=olga)
        except CannotMerge:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as people:
        for _time in range(5):
            elena, twin = make.customer(), make.customer()
            ways = [Decision(elena, twin), Decision(twin, elena)]
            assert sorted(people.map(outcome, ways)) == [False, True]
            assert Customer.objects.filter(pk__in=[elena.pk, twin.pk], merged_into=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_both_write_nothing_is_lost_and_nothing_stays_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    olga = make.agent("olga")
    elena, twin = writer("Elena", "elena@mail.example"), writer("Twin", "twin@mail.example")
    conversation = Conversation.objects.get(customer=twin)
    monkeypatch.setattr(merging, "BATCH", 5)
    is_merged = Signal()

    def write(address: str) -> int:
        count = 0
        try:
            while not is_merged.is_set() or count < 20:
                make.received(f"{address} {count}", sender=make.sender(address), subject=f"{address} {count}")
                if address.startswith("twin"):
                    Conversation.objects.get(pk=conversation.pk).add_note(f"Note {count}", by=olga)
                count += 1
        finally:
            connection.close()
        return count

    with ThreadPoolExecutor(2) as people:
        writing = [people.submit(write, address) for address in ("elena@mail.example", "twin@mail.example")]
        done = make.merge(elena, twin)
        merging.carry_on(done.pk)
        is_merged.set()
        counts = [one.result() for one in writing]
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_merges()

    assert nothing_left(twin)
    assert Message.objects.filter(customer=elena).count() == sum(counts) + 2
    assert merging.unsettled() == []
    received = Event.objects.filter(customer_id=elena.pk, kind="MessageReceived").count()
    assert received == sum(counts) + 2
    assert Event.objects.filter(customer_id=elena.pk, kind="NoteAdded").count() == counts[1]

"""What customers agree to: entered, taken back, asked for; nothing is ever overwritten."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from samovar.accounts.models import Role, User
from samovar.conversations import joining
from samovar.conversations.models import Conversation
from samovar.conversations.models.deleting import DeletionReason
from samovar.customers import archive, consenting, erasure, merging
from samovar.customers.consenting import Statement, may
from samovar.customers.errors import CardClosed
from samovar.customers.merging import Decision
from samovar.customers.models import Consent, ConsentPurpose, Customer
from tests import make

pytestmark = pytest.mark.django_db

NEWS, SURVEYS = ConsentPurpose.NEWS, ConsentPurpose.SURVEYS


def _says(customer: Customer, is_given: bool, days_ago: float = 0, purpose: str = NEWS, **more: object) -> Consent:
    at = timezone.now() - timedelta(days=days_ago)
    said = Statement(purpose=purpose, is_given=is_given, at=at, way="mail", **more)  # type: ignore[arg-type]  # the rest
    return consenting.enter(customer, said, by=make.agent())


@pytest.fixture
def olga(client: Client) -> User:
    olga = make.agent("olga")
    client.force_login(olga)
    return olga


def _typed(**given: object) -> dict[str, object]:
    moment = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {"purpose": "news", "state": "given", "at": moment, "way": "web", "wording": "Form 3", **given}


def test_what_was_said_last_holds_and_silence_is_no_consent() -> None:
    elena = make.customer()
    assert not may(elena, NEWS)

    given = _says(elena, True, days_ago=9)
    assert (may(elena, NEWS), may(elena, SURVEYS)) == (True, False)
    _says(elena, False, days_ago=2)
    assert not may(elena, NEWS)
    # Entered late: it was said before they took it back.
    _says(elena, True, days_ago=5)
    assert not may(elena, NEWS)
    _says(elena, True)

    assert may(elena, NEWS)
    assert [entry.is_given for entry in consenting.ledger(elena)] == [True, False, True, True]
    given.refresh_from_db()
    assert given.is_given


def test_it_is_entered_on_the_card_and_stands_in_the_panels_and_in_the_history(client: Client, olga: User) -> None:
    conversation = make.conversation("Do send me the news")
    page = f"/customers/{conversation.customer_id}/consents/"
    assert "Silence is no consent" in client.get(page).content.decode()

    answer = client.post(page, _typed(conversation=conversation.pk), follow=True)
    client.post(page, _typed(state="withdrawn", wording=""))

    assert "Entered by Olga" in answer.content.decode()
    given, withdrawn = Consent.objects.order_by("pk")
    assert (given.by, given.conversation_number, given.wording, given.way) == (olga, conversation.pk, "Form 3", "web")
    assert (given.is_given, withdrawn.is_given) == (True, False)
    for address in (f"/customers/{conversation.customer_id}/", f"/conversations/{conversation.pk}/"):
        shown = client.get(address).content.decode()
        assert "Withdrew consent" in shown
        assert "Withdrawn" in shown


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"purpose": "spying"}, "Select a valid choice"),
        ({"at": "2031-01-01T10:00"}, "Choose a moment that has passed"),
        ({"conversation": 2**31}, "no such conversation with this customer"),
        ({"way": "rumour"}, "Select a valid choice"),
        ({"state": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_is_refused(client: Client, olga: User, given: dict[str, object], told: str) -> None:
    answer = client.post(f"/customers/{make.customer().pk}/consents/", _typed(**given))

    assert (answer.status_code, told in answer.content.decode(), Consent.objects.count()) == (422, True, 0)


def test_a_conversation_that_its_reader_may_not_see_is_no_evidence(client: Client, olga: User) -> None:
    conversation = make.conversation()
    make.inbox().open_for([make.team("Pay")], by=make.admin())

    answer = client.post(f"/customers/{conversation.customer_id}/consents/", _typed(conversation=conversation.pk))

    assert "no such conversation with this customer" in answer.content.decode()


def test_the_ledger_names_no_conversation_that_its_reader_may_not_see(client: Client, olga: User) -> None:
    sender = make.sender("elena@mail.example", "Elena")
    open_one, closed, gone, younger, older = [make.conversation(sender=sender, subject=f"No. {n}") for n in range(5)]
    Conversation.objects.filter(pk=closed.pk).update(inbox=make.inbox("pay@aurora.example"))
    make.inbox("pay@aurora.example").open_for([make.team("Pay")], by=make.admin())
    gone.trash(DeletionReason.TRIAL, by=make.admin())
    joining.join(younger, older)
    for one in (open_one, closed, gone, younger):
        _says(open_one.customer, True, conversation_number=one.pk)
    address = f"/customers/{open_one.customer_id}/consents/"

    page = client.get(address).content.decode()
    client.force_login(make.admin())
    page_of_admin = client.get(address).content.decode()

    numbers = {one: f'<a class="link" href="/conversations/{one.pk}/">#{one.pk}</a>' for one in (open_one, younger)}
    assert all(link in page and link in page_of_admin for link in numbers.values())
    assert f"#{closed.pk}<" not in page and f"#{closed.pk}<" in page_of_admin
    assert f"#{gone.pk}<" not in page + page_of_admin


def test_a_long_ledger_asks_no_more_than_a_short_one(client: Client, olga: User) -> None:
    conversation = make.conversation()
    address = f"/customers/{conversation.customer_id}/consents/"
    _says(conversation.customer, True, conversation_number=conversation.pk)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _number in range(5):
        other = make.conversation(sender=make.sender(conversation.customer.identities.get().value))
        _says(conversation.customer, True, conversation_number=other.pk)

    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)


def test_who_only_looks_enters_nothing(client: Client) -> None:
    client.force_login(make.user(role=Role.OBSERVER))
    page = f"/customers/{make.customer().pk}/consents/"

    assert "Enter what they said" not in client.get(page).content.decode()
    assert (client.post(page, _typed()).status_code, Consent.objects.count()) == (403, 0)


def test_a_merge_brings_both_ledgers_together_and_its_undoing_parts_them() -> None:
    elena, twin = make.customer("Elena"), make.customer("E. Sokolova")
    _says(elena, True, days_ago=3)
    _says(twin, False, days_ago=1)
    _says(twin, True, purpose=SURVEYS)

    done = merging.merge(Decision(elena, twin), by=make.agent())

    twin.refresh_from_db()
    assert [may(who, what) for who in (elena, twin) for what in (NEWS, SURVEYS)] == [False, True, False, True]
    merging.separate(done, by=make.agent())
    elena.refresh_from_db()
    twin.refresh_from_db()
    assert [may(who, what) for who in (elena, twin) for what in (NEWS, SURVEYS)] == [True, False, False, True]


def test_the_archive_of_one_person_tells_it_and_what_stays_after_an_erasure_names_nobody() -> None:
    elena = make.customer()
    _says(elena, True, wording="Elena Sokolova wrote: yes", conversation_number=7)
    written = BytesIO()
    archive.write(elena.pk, written, lambda _done: None)
    with ZipFile(written) as found:
        [line] = [json.loads(row) for row in found.read("customers_consent.jsonl").splitlines()]
    assert (line["purpose"], line["wording"]) == ("news", "Elena Sokolova wrote: yes")

    erasure.carry_on(erasure.erase(elena, "asked", by=make.admin()).pk)

    left = Consent.objects.get()
    assert (left.purpose, left.is_given, left.wording, left.conversation_number) == ("news", True, "", None)
    elena.refresh_from_db()
    assert not may(elena, NEWS)
    with pytest.raises(CardClosed):
        _says(elena, True)


def test_the_ledger_is_not_counted_to_its_end(client: Client, olga: User) -> None:
    now = timezone.now()
    people = Customer.objects.bulk_create(Customer(name=f"No. {number}", created_at=now) for number in range(1001))
    said: dict[str, Any] = {"purpose": NEWS, "is_given": True, "at": now, "way": "web", "by": olga}
    Consent.objects.bulk_create(Consent(customer=one, **said) for one in people)

    page = client.get("/customers/consents/").content.decode()

    assert "News and offers, given: 999+" in page
    assert "News and offers, withdrawn: 0" in page


def test_every_number_opens_its_rows_page_by_page(
    client: Client, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(53):
        _says(make.customer(f"Customer {number:02}"), True)
    boris = make.customer("Boris")
    _says(boris, True, days_ago=2)
    _says(boris, False)

    page = client.get("/customers/consents/", {"purpose": "news", "state": "given"})
    assert "News and offers, given: 53" in page.content.decode()
    assert "News and offers, withdrawn: 1" in page.content.decode()
    first = consenting.page(olga, NEWS, True)
    rest = consenting.page(olga, NEWS, True, after=first.after)
    assert ([len(first.rows), len(rest.rows)], rest.after) == ([50, 3], "")
    assert [row.customer for row in consenting.page(olga, NEWS, False).rows] == [boris]
    found = client.get("/customers/consents/", {"purpose": "news", "q": "customer 07"}, headers={"HX-Request": "true"})
    assert found.content.decode().count("<li>") == 1
    with django_assert_num_queries(2):
        consenting.page(olga, NEWS, True)
        consenting.tallies(olga)
    assert not consenting.page(make.user(role=Role.EXPERT), NEWS, True).rows

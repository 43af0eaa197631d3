"""A person is erased: nothing of them is left anywhere, everything is still counted, and a proof tells of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models.functions import TruncDate
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import AuditEntry, Role, User
from samovar.channels.models import RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in
from samovar.conversations import drafting
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.customers import addresses, erasure, merging
from samovar.customers.erasure import carry_on
from samovar.customers.errors import CannotErase, CannotMerge, CannotSeparate, CardClosed
from samovar.customers.jobs import settle_erasures
from samovar.customers.merging import Decision
from samovar.customers.models import Customer, Erasure, Membership, Organisation
from samovar.desk.search import find
from samovar.events.domain import KINDS
from samovar.events.encoding import shape
from samovar.events.models import Event
from samovar.lib import clock, personal
from samovar.operations import rebuilding
from tests import make
from tests.channels.mails import mail

pytestmark = pytest.mark.django_db
CANARY = "Kanarek"
ADDRESS = f"{CANARY.lower()}@mail.example"
HEXADECIMAL = [f"%{name.encode().hex()}%" for name in (CANARY, CANARY.lower())]
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.UUIDField)
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'tsvector')
"""


@pytest.fixture
def anna(client: Client) -> User:
    """An administrator who is signed in."""
    user = make.admin("anna")
    client.force_login(user)
    return user


def canaries() -> list[str]:
    """Return the columns of the database in which the person can still be found: all columns of all tables."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        columns = cursor.fetchall()
        found = []
        for table, column in columns:
            # Bytes are looked through as they would be written out.
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE lower("{column}"::text) LIKE %s'
                f" OR lower(encode(convert_to(\"{column}\"::text, 'UTF8'), 'escape')) LIKE %s"
                f' OR "{column}"::text LIKE ANY(%s)',
                [f"%{CANARY.lower()}%", f"%{CANARY.lower()}%", HEXADECIMAL],
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def a_whole_life(by: User) -> Customer:
    """Make a customer who has left traces everywhere."""
    content = mail(f"{CANARY} text 555123{len(CANARY)}", From=f"{CANARY} <{ADDRESS}>", Subject=f"{CANARY} subject")
    receipt = take_in([make.raw_mail(content)])
    message = Message.objects.get(pk=next(iter(receipt.values())).message_id)
    conversation = message.conversation
    customer = conversation.customer
    customer.correct({"name": f"{CANARY} Petrova", "city": CANARY, "language": "ru"}, by=by)
    addresses.verify(addresses.add(customer, "+7 912 345-67-89", by=by), by=by)
    addresses.remove(addresses.add(customer, f"{CANARY}.old@mail.example", by=by), by=by)
    make.conversation(
        f"{CANARY} again",
        sender=make.sender(ADDRESS, CANARY),
        subject=CANARY,
        html=f"<p>{CANARY}</p>",
        files=(InboundFile(name=f"{CANARY}.jpg", media_type="image/jpeg", content=CANARY.encode()),),
        named=(make.named(f"friend.of.{CANARY.lower()}@mail.example", CANARY),),
    )
    conversation.reply(f"Dear {CANARY}", by=by)
    conversation.add_note(f"About {CANARY}", by=by)
    drafting.keep(conversation, "reply", f"Dear {CANARY}, and", by)
    Membership.objects.create(
        customer=customer, organisation=Organisation.objects.create(name="Aurora"), role=f"{CANARY}'s boss"
    )
    merging.merge(Decision(customer, make.customer(f"{CANARY} twin"), taken=("name",), is_sure=True), by=by)
    return customer


def erase(customer: Customer, by: User) -> Erasure:
    done = erasure.erase(customer, "asked", by=by)
    carry_on(done.pk)
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()
    done.refresh_from_db()
    return done


def resolve_all(by: User) -> None:
    """Settle every conversation: those of an erased person that are open are resolved with it, which counts."""
    for conversation in Conversation.objects.filter(resolved_at=None):
        conversation.resolve(by=by)


def counted() -> dict[str, object]:
    """Return what reports count."""
    per_day = Message.objects.values(day=TruncDate("created_at")).annotate(n=models.Count("pk"))
    kinds = Event.objects.values("kind").annotate(n=models.Count("pk"))
    rows = Conversation.objects.order_by("pk").values(
        "pk", "customer_id", "opened_at", "resolved_at", "message_count", "waiting_since", "first_response_at"
    )
    return {
        "days": list(per_day.order_by("day")),
        "kinds": list(kinds.order_by("kind")),
        "conversations": list(rows),
        "attachments": list(Attachment.objects.order_by("pk").values("pk", "message_id", "size_bytes")),
    }


def test_no_trace_is_left_and_everything_is_still_counted(anna: User) -> None:
    customer = a_whole_life(anna)
    resolve_all(anna)
    before = counted()
    assert {"customers_customer.name", "channels_rawmail.content", "files_chunk.content"} <= set(canaries())

    done = erase(customer, anna)

    assert canaries() == []
    assert counted() == before
    assert done.settled_at
    assert done.counts["conversations.Message"] == Message.objects.count()
    assert done.addresses == []
    found = find(anna, CANARY.lower())
    assert (found.customers, found.conversations) == ([], [])
    assert find(anna, "erased:").customers == []
    wrong = [said for part in rebuilding.PARTS for said in part.run(True, lambda _count: None)]
    assert wrong == []


def test_what_others_wrote_and_sent_stays(anna: User) -> None:
    shared = InboundFile(name="plan.pdf", media_type="application/pdf", content=b"the same plan")
    theirs = make.conversation(f"{CANARY} here", sender=make.sender(ADDRESS, CANARY), files=(shared,))
    other = make.conversation("Of somebody else", sender=make.sender("igor@mail.example", "Igor"), files=(shared,))
    before = Message.objects.filter(conversation=other).values().get()

    erase(theirs.customer, anna)

    assert Message.objects.filter(conversation=other).values().get() == before
    assert other.messages.get().attachments.get().file.read() == b"the same plan"
    assert theirs.messages.get().attachments.get().file.read() == b""
    other.customer.refresh_from_db()
    assert other.customer.name == "Igor"


def test_what_comes_from_the_address_later_is_that_of_somebody_new(anna: User) -> None:
    conversation = make.conversation(sender=make.sender(ADDRESS, CANARY), external_id="first@mail.example")
    answer = conversation.reply("Hello", by=anna)
    done = erasure.erase(conversation.customer, "asked", by=anna)
    asked = {"sender": make.sender(ADDRESS, "Somebody"), "named_ids": ("first@mail.example",)}

    during = make.conversation("During", external_id="second@mail.example", **asked)
    carry_on(done.pk)
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()
    after = make.conversation("After", answered_messages=(answer.pk,), external_id="third@mail.example", **asked)

    assert during.customer == after.customer != conversation.customer
    assert {during.pk, after.pk}.isdisjoint({conversation.pk})
    assert list(during.messages.values_list("text", flat=True).order_by("pk"))[0] == "During"
    conversation.refresh_from_db()
    assert conversation.message_count == 2


def test_it_is_asked_for_with_a_ground_and_proved_afterwards(client: Client, anna: User) -> None:
    customer = a_whole_life(anna)
    address = f"/customers/{customer.pk}/erasure/"
    page = client.get(address).content.decode()
    assert "This cannot be undone" in page
    assert "Message" in page

    assert client.post(address, {"ground": "asked"}).status_code == 422
    assert client.post(address, {"ground": "because", "is_sure": "yes"}).status_code == 422
    assert client.post(address, {"ground": "asked", "is_sure": "yes"}).status_code == 302
    carry_on(Erasure.objects.get().pk)
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()

    proof = client.get(address).content.decode()
    for words in ("is erased", "The person has asked for it", "completed", "Anna", "Message"):
        assert words in proof
    assert CANARY not in proof
    assert f"/customers/{customer.pk}/erasure/" in client.get("/customers/erasures/").content.decode()
    entry = AuditEntry.objects.get(action="customer-erased")
    assert (entry.subject_id, entry.reason) == (customer.pk, "asked")
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    assert "Erased customer" in client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Erased customer" not in client.get("/customers/").content.decode()


def test_twice_is_once_and_what_is_gone_is_neither_merged_nor_brought_back(anna: User) -> None:
    elena, twin = make.customer("Elena"), make.customer("Twin")
    done = make.merge(elena, twin)
    with pytest.raises(CannotErase, match="merged into another"):
        erasure.erase(twin, "asked", by=anna)

    first = erasure.erase(elena, "asked", by=anna)

    assert erasure.erase(elena, "asked", by=anna) == first
    assert AuditEntry.objects.filter(action="customer-erased").count() == 1
    with pytest.raises(CannotSeparate, match="erased"):
        merging.separate(done, by=anna)
    with pytest.raises(CannotMerge, match="erased"):
        merging.merge(Decision(make.customer(), elena), by=anna)


def test_to_somebody_who_is_erased_nothing_can_be_written(client: Client, anna: User) -> None:
    conversation = make.conversation(sender=make.sender(ADDRESS, CANARY))
    customer = conversation.customer
    phone = addresses.add(customer, "+7 912 345-67-89", by=anna)
    addresses.remove(phone, by=anna)
    stale = Customer.objects.get(pk=customer.pk)
    erase(customer, anna)
    here = f"/conversations/{conversation.pk}/"

    page = client.get(here).content.decode()
    assert "This person was erased" in page and "<message-editor" not in page
    sent = {"mode": "reply", "text": CANARY, "chips": "", "chip-name": CANARY, "chip-address": ADDRESS}
    answer = client.post(
        f"{here}messages/", sent | {"chip-field": "to", "chip-on": ADDRESS}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422 and "This person was erased" in answer.content.decode()
    client.post(f"{here}messages/", {"mode": "note", "text": CANARY})
    client.post(f"{here}drafts/reply/", {"text": CANARY})
    with pytest.raises(CardClosed, match="erased"):
        stale.correct({"city": CANARY}, by=anna)
    with pytest.raises(CardClosed, match="erased"):
        addresses.add(stale, ADDRESS, by=anna)
    own = f"/customers/{customer.pk}/"
    for path in (f"{own}details/", f"{own}merging/", f"/customers/addresses/{phone.pk}/restoring/"):
        assert client.post(path).status_code in (404, 405)
    assert client.get(f"/conversations/new/?customer={customer.pk}").status_code == 404
    for words in ("Write", "Edit", "Merge"):
        assert f">{words}</a>" not in client.get(own).content.decode()
    assert canaries() == []


def test_erasing_again_empties_what_was_written_since(client: Client, anna: User) -> None:
    customer = make.conversation(sender=make.sender(ADDRESS, CANARY)).customer
    done = erase(customer, anna)
    # As an older version could.
    Customer.objects.filter(pk=customer.pk).update(city=CANARY)

    assert "Look through everything again" in client.get(f"/customers/{customer.pk}/erasure/").content.decode()
    client.post(f"/customers/{customer.pk}/erasure/")
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()

    assert canaries() == []
    assert Erasure.objects.get() == done and Erasure.objects.get().settled_at
    assert AuditEntry.objects.filter(action="customer-erased").count() == 2


def test_nobody_but_an_administrator_erases(client: Client) -> None:
    customer = make.customer()
    client.force_login(make.user(role=Role.LEAD))

    assert client.post(f"/customers/{customer.pk}/erasure/", {"ground": "asked", "is_sure": "yes"}).status_code == 403
    assert f"/customers/{customer.pk}/erasure/" not in client.get(f"/customers/{customer.pk}/").content.decode()


def test_the_list_of_proofs_comes_in_pages(client: Client, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nobody was erased yet" in client.get("/customers/erasures/").content.decode()
    monkeypatch.setattr("samovar.customers.erasure_views.PAGE", 2)
    numbers = [erasure.erase(make.customer(), "asked", by=anna).customer_id for _time in range(3)]

    first = client.get("/customers/erasures/").content.decode()
    following = first.split('href="?')[1].split('"')[0]
    second = client.get(f"/customers/erasures/?{following}").content.decode()

    assert [f"/customers/{number}/erasure/" in first for number in numbers] == [False, True, True]
    assert f"/customers/{numbers[0]}/erasure/" in second


def tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("samovar."):
            yield model


def test_every_table_with_text_says_what_is_personal_in_it() -> None:
    said = {one.model._meta.label for one in personal.declared()} | personal.impersonal()
    with_text = [model for model in tables() if any(isinstance(field, TEXTS) for field in model._meta.concrete_fields)]

    assert not [model._meta.label for model in with_text if model._meta.label not in said]


@pytest.mark.parametrize("one", personal.declared(), ids=lambda one: one.model._meta.label)
def test_every_column_with_text_is_emptied_or_called_harmless(one: personal.Personal) -> None:
    columns = {field.attname for field in one.model._meta.concrete_fields if isinstance(field, TEXTS)}

    assert columns == (set(one.emptied) & columns) | set(one.harmless)
    assert not set(one.emptied) & set(one.harmless)


def test_texts_of_events_that_stay_are_texts_of_events() -> None:
    # Other tests have kinds of their own.
    kinds = [kind for kind in KINDS.values() if kind.__module__.startswith("samovar.")]
    facts = {name for kind in kinds for name in shape(kind)}

    assert not personal.harmless_facts() - facts


def test_a_raw_mail_that_is_empty_is_the_same_mail_when_it_comes_again(anna: User) -> None:
    content = mail(CANARY, From=f"{CANARY} <{ADDRESS}>")
    receipt = take_in([make.raw_mail(content)])
    customer = Message.objects.get(pk=next(iter(receipt.values())).message_id).customer
    assert customer
    erase(customer, anna)

    again = keep_all(Source(make.inbox().pk), [Arrival(content, timezone.now())])

    assert again == {}
    assert RawMail.objects.count() == 1
    assert bytes(RawMail.objects.get().content) == b""


@pytest.mark.django_db(transaction=True)
def test_while_mail_arrives_each_is_either_erased_or_that_of_somebody_new() -> None:
    anna = make.admin("anna")
    customer = make.conversation(sender=make.sender(ADDRESS, CANARY)).customer
    is_erased = Signal()

    def write() -> int:
        count = 0
        try:
            while not is_erased.is_set() or count < 20:
                make.received(f"Text {count}", sender=make.sender(ADDRESS, CANARY), subject=f"Subject {count}")
                count += 1
        finally:
            connection.close()
        return count

    with ThreadPoolExecutor(1) as people:
        writing = people.submit(write)
        done = erasure.erase(customer, "asked", by=anna)
        carry_on(done.pk)
        is_erased.set()
        count = writing.result()
    # All the others may have come before.
    make.received("The last one", sender=make.sender(ADDRESS, CANARY), subject="Another subject")
    count += 1
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()

    new = Customer.objects.present().get(identities__value=ADDRESS)
    of_old, of_new = (Message.objects.filter(customer=one) for one in (customer, new))
    assert of_old.count() + of_new.count() == count + 1
    assert set(of_old.values_list("text", "subject", "sender_address")) == {("", "", "")}
    assert not of_new.filter(text="").exists()

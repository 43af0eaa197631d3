"""How we reach a customer, and what is known of them: added, corrected, known to be theirs, taken off, put back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from samovar.accounts.models import Role, User
from samovar.conversations import admitting
from samovar.customers import addresses
from samovar.customers.errors import AddressTaken, UnusableAddress
from samovar.customers.jobs import forget_removed_addresses
from samovar.customers.models import Customer, Identity, RemovedIdentity
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_what_is_known_is_corrected_and_stands_in_the_history(client: Client, olga: User) -> None:
    customer = make.customer("elena sokolova")
    address = f"/customers/{customer.pk}/details/"

    assert client.post(address, {"name": "  "}).status_code == 422
    typed = {"name": " Elena  Sokolova ", "language": "de", "city": "Samara", "time_zone": "Europe/Samara"}
    answer = client.post(address, typed)

    assert answer.headers["Location"] == f"/customers/{customer.pk}/"
    customer.refresh_from_db()
    assert (customer.name, customer.language, customer.city) == ("Elena Sokolova", "de", "Samara")
    text = client.get(f"/customers/{customer.pk}/").content.decode()
    assert text.count("Details corrected") == 1
    assert "Europe/Samara" in text
    client.post(address, typed | {"city": "Perm"})
    client.post(address, typed | {"city": "Perm"})
    assert client.get(f"/customers/{customer.pk}/").content.decode().count("Details corrected") == 2


def test_a_zone_and_a_language_that_stand_there_can_stay(client: Client, olga: User) -> None:
    customer = make.customer()
    Customer.objects.filter(pk=customer.pk).update(language="x-old", time_zone="Mars/Base")

    typed = {"name": "Elena", "language": "x-old", "city": "", "time_zone": "Mars/Base"}

    assert client.post(f"/customers/{customer.pk}/details/", typed).status_code == 302
    assert client.post(f"/customers/{customer.pk}/details/", typed | {"language": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("written", "kind", "value", "shown"),
    [
        (" Elena@Mail.Example ", "email", "elena@mail.example", "Elena@Mail.Example"),
        ("8 (912) 345-67-89", "phone", "+79123456789", "+7 912 345-67-89"),
        ("+44 20 7946 0958", "phone", "+442079460958", "+44 20 7946 0958"),
    ],
)
def test_an_address_is_added_as_claimed(
    client: Client, olga: User, written: str, kind: str, value: str, shown: str
) -> None:
    customer = make.customer()

    answer = client.post(f"/customers/{customer.pk}/addresses/", {"address": written}, follow=True)

    added = Identity.objects.latest("pk")
    assert (added.customer, added.kind, added.value, added.shown) == (customer, kind, value, shown)
    assert added.verified_at is None
    assert shown in answer.content.decode()
    assert Event.objects.get(kind="IdentityAdded").preview == shown
    again = addresses.add(customer, written, by=olga)
    assert again == added
    assert Event.objects.filter(kind="IdentityAdded").count() == 1


@pytest.mark.parametrize("written", ["elena@", "elena@nowhere", "12", "+7 000", "Elena", "8 (912) 345-67"])
def test_what_is_no_address_is_refused_in_a_sentence(client: Client, olga: User, written: str) -> None:
    customer = make.customer()

    answer = client.post(f"/customers/{customer.pk}/addresses/", {"address": written})

    assert answer.status_code == 422
    assert "It looks like name@" in answer.content.decode() or "no such phone number" in answer.content.decode()
    assert customer.identities.count() == 1
    with pytest.raises(UnusableAddress):
        addresses.understood(written)


def test_the_address_of_somebody_else_stays_theirs(client: Client, olga: User) -> None:
    denis = make.customer("Denis Karpov", "denis@mail.example")
    elena = make.customer("Elena")

    answer = client.post(f"/customers/{elena.pk}/addresses/", {"address": "DENIS@mail.example"}, follow=True)

    assert "Denis Karpov" in answer.content.decode()
    assert denis.identities.count() == 1


def test_an_address_is_known_to_be_theirs_or_only_claimed(client: Client, olga: User) -> None:
    identity = make.customer().identities.get()
    details = f"/customers/{identity.customer_id}/details/"
    assert "only claimed" in client.get(details).content.decode()

    for _time in (1, 2):
        client.post(f"/customers/addresses/{identity.pk}/verification/")
    assert "known to be theirs" in client.get(details).content.decode()
    for _time in (1, 2):
        client.post(f"/customers/addresses/{identity.pk}/doubt/")

    identity.refresh_from_db()
    assert identity.verified_at is None
    kinds = list(Event.objects.filter(kind__startswith="Identity").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["IdentityVerified", "IdentityDoubted"]


def test_an_address_is_taken_off_and_put_back_as_it_was(client: Client, olga: User) -> None:
    identity = make.customer().identities.get()
    addresses.verify(identity, by=olga)
    before = Identity.objects.filter(pk=identity.pk).values().get()

    answer = client.post(f"/customers/addresses/{identity.pk}/removal/", follow=True)
    assert not Identity.objects.exists()
    assert f"/customers/addresses/{identity.pk}/restoring/" in answer.content.decode()
    client.post(f"/customers/addresses/{identity.pk}/restoring/")

    assert Identity.objects.values().get() == before
    assert not RemovedIdentity.objects.exists()
    assert client.post(f"/customers/addresses/{identity.pk}/restoring/").status_code == 404
    addresses.remove(identity, by=olga)
    addresses.remove(identity, by=olga)
    assert RemovedIdentity.objects.count() == 1


def test_what_messages_came_from_is_taken_off_only_by_who_was_told(client: Client, olga: User) -> None:
    conversation = make.conversation()
    identity = conversation.customer.identities.get()
    removal = f"/customers/addresses/{identity.pk}/removal/"

    asked = client.post(removal).content.decode()
    assert "Messages came from it" in asked
    assert Identity.objects.filter(pk=identity.pk).exists()
    client.post(removal, {"is_sure": "yes"})

    assert not Identity.objects.filter(pk=identity.pk).exists()
    assert make.conversation(external_id="next@mail.example").customer != conversation.customer
    answer = client.post(f"/customers/addresses/{identity.pk}/restoring/", follow=True)
    assert "is with another customer by now" in answer.content.decode()


def test_an_address_that_takes_part_in_a_conversation_stays(client: Client, olga: User) -> None:
    conversation = make.conversation(named=(make.named("bob@mail.example", "Bob"),))
    admitting.admit(conversation.participants.get(), by=olga)
    identity = Identity.objects.get(value="bob@mail.example")

    answer = client.post(f"/customers/addresses/{identity.pk}/removal/", follow=True)

    assert "takes part in conversations" in answer.content.decode()
    assert Identity.objects.filter(pk=identity.pk).exists()


def test_what_was_taken_off_is_forgotten_after_thirty_days(olga: User) -> None:
    old, young = make.removed_address(), make.removed_address()
    RemovedIdentity.objects.filter(pk=old.pk).update(removed_at=clock.now() - timedelta(days=31))

    forget_removed_addresses()

    assert RemovedIdentity.objects.get() == young


def test_an_observer_changes_nothing(client: Client) -> None:
    identity = make.customer().identities.get()
    client.force_login(make.user(role=Role.OBSERVER))

    for name in ("verification", "doubt", "removal"):
        assert client.post(f"/customers/addresses/{identity.pk}/{name}/").status_code == 403
    assert client.post(f"/customers/{identity.customer_id}/addresses/", {"address": "a@b.example"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_people_who_add_the_same_address_at_once_give_it_to_one_customer() -> None:
    olga, pairs = make.agent("olga"), [(make.customer(), make.customer()) for _time in range(5)]

    def outcome(customer: Customer, written: str) -> bool:
        try:
            addresses.add(customer, written, by=olga)
        except AddressTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as people:
        for number, pair in enumerate(pairs):
            written = f"shared{number}@mail.example"
            assert sorted(people.map(outcome, pair, [written] * 2)) == [False, True]

    assert Identity.objects.filter(value__startswith="shared").count() == len(pairs)

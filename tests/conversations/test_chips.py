"""To whom an answer goes is what the agent sees as chips: read strictly, kept with the draft, decided by a person."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test import Client

from samovar.accounts.models import User
from samovar.channels import letters
from samovar.channels.models import Delivery
from samovar.conversations import admitting, chips, opening
from samovar.conversations.chips import MOST_CHIPS, Chip
from samovar.conversations.models import Conversation, Draft, Message, Participant
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.message import Verdict
from samovar.conversations.recipients import Circle, Field, Person, Recipients, chosen, recipients
from samovar.customers.models import Customer, Identity
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
ELENA = ("to", "Elena Sokolova", "elena@mail.example")
Given = tuple[str, str, str]


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def form(*given: Given, off: tuple[str, ...] = (), **more: str) -> dict[str, Any]:
    """What the page sends: (field, name, address) of each chip."""
    addresses = [address for _field, _name, address in given]
    return {
        "chips": "1",
        "chip-field": [field for field, _name, _address in given],
        "chip-name": [name for _field, name, _address in given],
        "chip-address": addresses,
        "chip-on": [address for address in addresses if address not in off],
        **more,
    }


def send(client: Client, conversation: Conversation, *given: Given, off: tuple[str, ...] = (), **more: str) -> int:
    """Press Send with these chips in sight."""
    sent = {"mode": "reply", "text": "It comes on Thursday.", **form(*given, off=off, **more)}
    return client.post(f"/conversations/{conversation.pk}/messages/", sent, headers=HTMX).status_code


def shown(user: User, conversation: Conversation) -> list[tuple[str, str, bool, bool]]:
    """The chips on the page: field, address, is on, is new."""
    found = opening.opened(user, conversation.pk).chips
    return [(str(one.field), one.person.address, one.is_on, one.is_new) for one in found]


def test_who_was_chosen_already_is_not_offered_again() -> None:
    bob = Person("Bob", "bob@mail.example")
    kept = [["cc", "Bob", "bob@mail.example", True, 0]]

    assert chips.chips(Circle(customer=()), [bob], kept) == [Chip(Field.CC, bob, is_on=True, is_new=True)]


def test_who_is_named_twice_gets_it_once(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert send(client, conversation, ELENA, ("cc", "Elena", "Elena@mail.example")) == 200

    assert Message.objects.get(direction="out").recipients == {"to": [["Elena Sokolova", "elena@mail.example"]]}


def test_sending_with_a_chip_in_sight_lets_its_person_in(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert send(client, conversation, ELENA, ("cc", "Max Orlov", "max@law.example")) == 200

    message = Message.objects.get(direction="out")
    assert message.recipients == {
        "to": [["Elena Sokolova", "elena@mail.example"]],
        "cc": [["Max Orlov", "max@law.example"]],
    }
    max_orlov = Participant.objects.get()
    assert (max_orlov.role, max_orlov.admitted_at is not None, max_orlov.is_hidden) == ("invited", True, False)
    identity = Identity.objects.get(value="max@law.example")
    assert (identity.verified_at, identity.customer.name) == (None, "Max Orlov")
    assert Event.objects.filter(kind="ParticipantAdmitted", actor_id=olga.pk).count() == 1
    assert shown(olga, conversation) == [
        ("to", "elena@mail.example", True, False),
        ("cc", "max@law.example", True, False),
    ]


def test_a_second_answer_to_the_same_people_decides_nothing_anew(client: Client, olga: User) -> None:
    conversation = make.conversation()
    send(client, conversation, ELENA, ("cc", "", "max@law.example"))
    send(client, conversation, ELENA, ("cc", "", "max@law.example"))

    assert Event.objects.filter(kind="ParticipantAdmitted").count() == 1
    assert Participant.objects.count() == 1


def test_whom_the_mail_only_names_is_offered_and_off(client: Client, olga: User) -> None:
    conversation = make.conversation(named=(make.named("bob@mail.example", "Bob"),))
    bob = ("cc", "Bob", "bob@mail.example")

    assert shown(olga, conversation) == [
        ("to", "elena@mail.example", True, False),
        ("cc", "bob@mail.example", False, True),
    ]
    send(client, conversation, ELENA, bob, off=("bob@mail.example",))
    assert Participant.objects.get().admitted_at is None
    send(client, conversation, ELENA, bob)
    assert Participant.objects.get().admitted_at is not None
    assert "first time in this conversation" not in client.get(f"/conversations/{conversation.pk}/").content.decode()


def test_all_are_off_while_the_sender_is_not_who_they_say_they_are(client: Client, olga: User) -> None:
    conversation = make.conversation(verdict=Verdict.FAILED)

    assert shown(olga, conversation) == [("to", "elena@mail.example", False, False)]
    assert "The sender is not verified" in client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert send(client, conversation, ELENA, off=("elena@mail.example",)) == 422
    assert not Message.objects.filter(direction="out").exists()


def test_of_a_hidden_copy_nobody_learns(client: Client, olga: User) -> None:
    account, conversation = make.mailbox(), make.conversation()

    send(client, conversation, ELENA, ("bcc", "Max Orlov", "max@law.example"))

    deliveries = Delivery.objects.select_related("message__inbox", "message__conversation").order_by("pk")
    assert [(one.address, one.role) for one in deliveries] == [("elena@mail.example", "to"), ("max@law.example", "bcc")]
    for delivery in deliveries:
        content = letters.write(delivery, account).content
        assert b"law.example" not in content
        assert b"Max Orlov" not in content
    assert Participant.objects.get().is_hidden
    # The next answer keeps them hidden, and an answer to them goes to them alone.
    assert recipients(circle_of(conversation.pk)).bcc[0].address == "max@law.example"
    assert recipients(circle_of(conversation.pk)).cc == ()
    make.received("I see.", sender=make.sender("max@law.example", "Max Orlov"), signed_conversation=conversation.pk)
    assert [one[:2] for one in shown(olga, conversation)] == [("to", "max@law.example")]


def test_who_was_hidden_stands_openly_when_the_agent_says_so(client: Client, olga: User) -> None:
    conversation = make.conversation()
    send(client, conversation, ELENA, ("bcc", "", "max@law.example"))
    send(client, conversation, ELENA, ("cc", "", "max@law.example"))

    assert not Participant.objects.get().is_hidden
    send(client, conversation, ELENA, ("bcc", "", "max@law.example"))
    assert Participant.objects.get().is_hidden


def test_the_customer_in_another_field_is_no_participant(client: Client, olga: User) -> None:
    conversation = make.conversation()

    send(client, conversation, ("to", "", "max@law.example"), ("bcc", "", "elena@mail.example"))

    assert [one.address for one in Participant.objects.all()] == ["max@law.example"]


def test_the_choice_is_kept_with_the_draft_until_it_is_sent(client: Client, olga: User) -> None:
    conversation = make.conversation()
    address = f"/conversations/{conversation.pk}/drafts/reply/"
    seen = str(conversation.messages.get().pk)

    client.post(address, form(ELENA, ("cc", "", "max@law.example"), off=("elena@mail.example",), seen=seen))
    client.post(address, {"text": ""})

    assert shown(olga, conversation) == [
        ("to", "elena@mail.example", False, False),
        ("cc", "max@law.example", True, True),
    ]
    assert shown(make.agent("igor"), conversation) == [("to", "elena@mail.example", True, False)]
    send(client, conversation, ELENA)
    client.post(address, form(("cc", "", "late@law.example"), seen=seen))
    assert not Draft.objects.exists()


def test_without_scripts_addresses_are_typed_into_fields(client: Client, olga: User) -> None:
    conversation = make.conversation()

    given = form(ELENA) | {"more-cc": "Max Orlov <max@law.example>; ann@law.example", "more-bcc": "boss@aurora.test"}
    client.post(f"/conversations/{conversation.pk}/messages/", {"mode": "reply", "text": "See", **given})

    found = Message.objects.get(direction="out").recipients
    assert found["cc"] == [["Max Orlov", "max@law.example"], ["", "ann@law.example"]]
    assert found["bcc"] == [["", "boss@aurora.test"]]


def test_blanks_between_commas_are_nobody_and_what_is_no_address_is_named() -> None:
    assert chips.typed("ann@law.example, , Max <max@law.example>") == [
        Person("", "ann@law.example"),
        Person("Max", "max@law.example"),
    ]
    for wrong in ("max at law", "max@-law.example"):
        with pytest.raises(ValidationError, match=wrong):
            chips.typed(f"ann@law.example, {wrong}")


def test_without_scripts_a_wrong_address_is_said_and_the_choice_stays(client: Client, olga: User) -> None:
    conversation = make.conversation()
    given = {"mode": "reply", "text": "See", **form(ELENA, off=("elena@mail.example",))}

    page = client.post(f"/conversations/{conversation.pk}/messages/", given, follow=True).content.decode()

    assert "Nobody gets this yet" in page
    assert shown(olga, conversation)[0][2] is False
    client.post(f"/conversations/{conversation.pk}/messages/", {**given, "more-cc": "max at law"})
    assert Draft.objects.get().text == "See"


@pytest.mark.parametrize(
    "given",
    [
        [("to", "", "no address")],
        [("to", "", "a@b.example\r\nBcc: c@d.example")],
        [("to", "", "a@b.example,c@d.example")],
        [("to", "", "a@b\u200b.example")],
        [("to", "", f"{'a' * 65}@b.example")],
        [("from", "", "a@b.example")],
        [("cc", "", f"a{number}@b.example") for number in range(MOST_CHIPS + 1)],
    ],
)
def test_hostile_chips_are_refused_in_words(client: Client, olga: User, given: list[Given]) -> None:
    conversation = make.conversation()

    assert send(client, conversation, *given) == 422
    assert not Message.objects.filter(direction="out").exists()
    assert Customer.objects.count() == 1


def test_chips_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValidationError):
        chips.read(QueryDict("chips=1&chip-address=a@b.example"))


def test_a_name_cannot_carry_a_field_of_a_mail() -> None:
    person = chips.person_of("Max\r\nBcc: evil@d.example", "max@law.example")

    assert person.name == "Max Bcc: evil@d.example"


def test_each_mailbox_gets_one_letter_where_it_stands_most_openly_and_ours_none() -> None:
    picked = [
        (Field.BCC, Person("", "max@law.example")),
        (Field.CC, Person("", "Max+a@law.example")),
        (Field.TO, Person("", "elena@mail.example")),
        (Field.CC, Person("", "ELENA@mail.example")),
        (Field.CC, Person("", "help+c.1@aurora.example")),
    ]

    found = chosen(picked, ["help@aurora.example"])

    assert found.as_kept == {"to": [["", "elena@mail.example"]], "cc": [["", "Max+a@law.example"]]}


def test_who_is_meant_is_found_by_a_few_letters(client: Client, olga: User) -> None:
    make.customer("Max Orlov", "max@law.example")
    conversation = make.conversation(named=(make.named("maxim@mail.example", "Maxim"),))

    text = client.get("/recipients/", {"q": "max", "conversation": str(conversation.pk)}).content.decode()

    assert "max@law.example" in text
    assert "maxim@mail.example" in text
    assert "new@shop.example" in client.get("/recipients/", {"q": "new@shop.example"}).content.decode()
    assert "Write a whole address" in client.get("/recipients/", {"q": "zzz"}).content.decode()


def test_the_chip_of_an_address_is_drawn_by_the_server(client: Client, olga: User) -> None:
    conversation = make.conversation()

    text = client.get("/recipients/", {"add": "max@law.example", "conversation": str(conversation.pk)}).content.decode()

    assert "first time in this conversation" in text
    assert client.get("/recipients/", {"add": "<script>", "conversation": str(conversation.pk)}).status_code == 400
    assert client.get("/recipients/", {"add": "max@law.example", "conversation": "999999"}).status_code == 404
    assert 'value="to" selected' in client.get("/recipients/", {"add": "max@law.example"}).content.decode()


def test_a_chip_without_a_name_shows_its_address() -> None:
    assert Chip(Field.TO, Person("", "max@law.example")).shown == "max@law.example"


@pytest.mark.django_db(transaction=True)
def test_two_who_write_to_the_same_people_at_once_do_not_wait_for_each_other_for_ever() -> None:
    people = [Person(name, f"{name}@mail.example") for name in ("vera", "wanda", "xenia", "yana")]
    pairs = [
        (Recipients(cc=tuple(people)), make.lead()),
        (Recipients(cc=(people[3],), bcc=tuple(people[:3])), make.lead()),
    ]
    conversations = [make.conversation(f"Text {number}", subject=f"Subject {number}") for number in range(2)]

    def let_in(number: int) -> None:
        to, by = pairs[number]
        try:
            for conversation in conversations[number:] + conversations[:number]:
                admitting.admit_all(conversation, to, by, circle_of(conversation.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as writers:
        list(writers.map(let_in, range(2)))

    assert Customer.objects.filter(identities__value__in=[one.address for one in people]).count() == len(people)
    for conversation in conversations:
        assert conversation.participants.admitted().count() == len(people)


def test_what_was_chosen_before_does_not_outrank_a_later_doubt_or_a_decision(client: Client, olga: User) -> None:
    conversation = make.conversation()
    first = conversation.messages.get()
    bob = ("cc", "Bob", "bob@mail.example")
    address = f"/conversations/{conversation.pk}/drafts/reply/"
    client.post(address, form(ELENA, bob, seen=str(first.pk)))
    assert [is_on for _field, _address, is_on, _new in shown(olga, conversation)] == [True, True]

    doubted = make.received(verdict=Verdict.FAILED, signed_conversation=conversation.pk).message_id

    assert [is_on for _field, _address, is_on, _new in shown(olga, conversation)] == [False, False]
    client.post(address, form(ELENA, bob, seen=str(doubted)))
    assert [is_on for _field, _address, is_on, _new in shown(olga, conversation)] == [True, True]
    named = Participant.objects.create(conversation=conversation, address="bob@mail.example", role="named")
    admitting.decline(named, by=olga)
    assert [is_on for _field, _address, is_on, _new in shown(olga, conversation)] == [True, False]


def test_what_a_draft_keeps_comes_back_as_it_was() -> None:
    chosen_people = [
        Chip(Field.TO, Person("Elena Sokolova", "elena@mail.example")),
        Chip(Field.BCC, Person("", "law@law.example"), is_on=False),
    ]

    assert chips.from_kept(chips.as_kept(chosen_people, 7)) == chosen_people
    assert chips.from_kept(None) == []

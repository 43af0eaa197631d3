"""Somebody outside is asked in a side conversation: what they answer stays there, and the customer learns nothing."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.models import User
from samovar.channels.models import Delivery
from samovar.channels.taking_in import take_in
from samovar.conversations import admitting, opening
from samovar.conversations.chips import Chip, chips
from samovar.conversations.drafting import Typed, write
from samovar.conversations.errors import NobodyToSendTo
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.circle import circle_of
from samovar.conversations.models.message import Verdict
from samovar.conversations.recipients import Circle, Field, Person, recipients
from tests import make
from tests.channels.mails import mail

pytestmark = pytest.mark.django_db
ELENA, SUPPLIER = "elena@mail.example", "sales@supplier.example"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    make.mailbox()
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def main(olga: User) -> Conversation:
    """A conversation with a file and a note."""
    message = make.attachment().message
    assert message is not None
    message.conversation.add_note("She is a regular", by=olga)
    return message.conversation


def asked(client: Client, main: Conversation, *addresses: str, **given: object) -> Conversation:
    """Ask on the page; return the side conversation."""
    chosen = {"chips": "1", "more-to": ", ".join(addresses)}
    answer = client.post(f"{main.get_absolute_url()}asking/", {**chosen, "subject": "A scratch", **given})
    assert answer.status_code == 302, answer.content
    return main.sides.latest("pk")


def their_answer(side: Conversation, text: str = "We send a new top.", cc: str = ELENA) -> Message:
    """Let the third party answer the letter that they got, with the customer in the copy."""
    letter = Delivery.objects.get(message__conversation=side)
    named = f"<{letter.message.external_id}>"
    headers = {"Cc": cc, "In-Reply-To": named}
    content = mail(text, subject="Re: A scratch", sender=("Supplier", SUPPLIER), **headers)
    [receipt] = take_in([make.raw_mail(content)]).values()
    return Message.objects.get(pk=receipt.message_id)


def test_what_somebody_outside_is_asked_and_answers_never_reaches_the_customer(
    client: Client, olga: User, main: Conversation
) -> None:
    [question] = main.messages.filter(direction="in")
    [note] = main.messages.filter(direction="note")
    quoted = {"message": [question.pk], "file": [question.attachments.get().pk]}

    side = asked(client, main, SUPPLIER, text="Do you have a new top?", **quoted)

    [letter] = side.messages.all()
    assert letter.text.startswith("Do you have a new top?\n\nElena Sokolova, ")
    assert letter.text.endswith("\n> The desk came with a scratch.")
    assert note.text not in letter.text
    assert [file.name for file in letter.attachments.all()] == ["scratch.jpg"]
    assert list(Delivery.objects.values_list("address", flat=True)) == [SUPPLIER]
    assert (side.assignee_id, side.customer.shown_name) == (olga.pk, SUPPLIER)
    assert [one["is_waiting"] for one in opening.opened(olga, main.pk).sides] == [False]

    answer = their_answer(side)

    assert answer.conversation_id == side.pk
    [one] = opening.opened(olga, main.pk).sides
    assert (one["is_answered"], one["is_waiting"], one["is_unread"]) == (True, True, True)
    assert main.messages.count() == 2
    assert not main.participants.exists()
    # Named in their copy, let in by mistake, and chosen by hand: the customer gets nothing of it all the same.
    admitting.admit(side.participants.get(address=ELENA), by=olga)
    circle = circle_of(side.pk)
    assert [person.address for person in recipients(circle).everybody] == [SUPPLIER]
    assert ELENA not in {chip.person.address for chip in chips(circle, [Person("", ELENA)])}
    with pytest.raises(NobodyToSendTo):
        write(side, Typed(mode="reply", text="And?", chips=[Chip(Field.CC, Person("", ELENA))]), by=olga)
    write(
        side,
        Typed(mode="reply", text="Thank you", chips=[Chip(Field.TO, Person("", one)) for one in (SUPPLIER, ELENA)]),
        by=olga,
    )
    assert set(Delivery.objects.values_list("address", flat=True)) == {SUPPLIER}


def test_what_the_customer_writes_to_the_side_stands_in_their_own_conversation(
    client: Client, olga: User, main: Conversation
) -> None:
    side = asked(client, main, SUPPLIER, text="Do you have a new top?")
    # The supplier has passed the letter on.
    [letter] = side.messages.all()
    known = {"sender": make.sender(ELENA), "verdict": Verdict.VERIFIED}

    by_id = make.received("They told me", answered_messages=(letter.pk,), **known)
    by_address = make.received("They told me more", signed_conversation=side.pk, **known)
    make.received("We have one", sender=make.sender(SUPPLIER, "Supplier"), signed_conversation=side.pk)

    assert by_id.conversation_id == by_address.conversation_id == main.pk
    assert list(side.messages.values_list("direction", flat=True).order_by("pk")) == ["out", "in"]


@pytest.mark.parametrize("verdict", [Verdict.CLAIMED, Verdict.FAILED])
def test_whoever_was_asked_cannot_write_into_the_main_conversation_in_the_customers_name(
    client: Client, olga: User, main: Conversation, verdict: str
) -> None:
    side = asked(client, main, SUPPLIER, text="Do you have a new top?")
    before = Message.objects.filter(conversation=main).count()
    [letter] = side.messages.all()
    forged = {"sender": make.sender(ELENA), "verdict": verdict, "is_spam": True}

    by_address = make.received("Pay to another account", signed_conversation=side.pk, **forged)
    by_id = make.received("Pay soon", answered_messages=(letter.pk,), **forged)

    assert by_address.conversation_id == by_id.conversation_id == side.pk
    assert Message.objects.filter(conversation=main).count() == before
    page = client.get(side.get_absolute_url()).content.decode()
    assert "writes here unasked" in page and ELENA in page


def test_what_we_wrote_to_the_customer_elsewhere_stands_in_their_own_conversation(
    client: Client, olga: User, main: Conversation
) -> None:
    side = asked(client, main, SUPPLIER, text="Do you have a new top?")
    [letter] = side.messages.all()

    sent = make.received("It comes", answered_messages=(letter.pk,), sender=make.sender(ELENA), is_sent=True)

    assert sent.conversation_id == main.pk


def test_the_customer_who_was_asked_under_another_address_writes_to_their_own_conversation(
    client: Client, olga: User, main: Conversation
) -> None:
    side = asked(client, main, SUPPLIER, text="Is it you?")
    make.merge(main.customer, side.customer)

    receipt = make.received("Yes", sender=make.sender(SUPPLIER), signed_conversation=side.pk)

    assert receipt.conversation_id == main.pk


def test_the_customer_cannot_be_asked_and_a_side_conversation_has_no_sides(
    client: Client, olga: User, main: Conversation
) -> None:
    given = {"chips": "1", "more-to": f"{SUPPLIER}, ELENA@mail.example", "subject": "A scratch", "text": "Hello"}

    refused = client.post(f"{main.get_absolute_url()}asking/", given, headers=HTMX)

    assert (refused.status_code, "takes no part" in refused.content.decode()) == (422, True)
    assert not main.sides.exists()
    side = asked(client, main, SUPPLIER, text="Hello")
    assert client.get(f"{side.get_absolute_url()}asking/").status_code == 404


def test_notes_and_files_of_others_cannot_be_quoted(client: Client, olga: User, main: Conversation) -> None:
    foreign = make.conversation("Somebody else's matter").messages.get()
    [note] = main.messages.filter(direction="note")

    for message in (foreign, note):
        given = {"chips": "1", "more-to": SUPPLIER, "subject": "A", "text": "B", "message": [message.pk]}
        assert client.post(f"{main.get_absolute_url()}asking/", given).status_code == 422
    assert not main.sides.exists()


def test_resolving_says_what_is_still_open_outside(client: Client, olga: User, main: Conversation) -> None:
    side = asked(client, main, SUPPLIER, text="Hello")

    said = client.post(f"{main.get_absolute_url()}resolution/", headers=HTMX).content.decode()

    assert f"Still open outside: #{side.pk}" in said
    side.resolve(by=olga)
    client.post(f"{main.get_absolute_url()}resolution/?undo", headers=HTMX)
    assert "outside" not in client.post(f"{main.get_absolute_url()}resolution/", headers=HTMX).content.decode()
    assert "Settled" in client.get(f"{main.get_absolute_url()}sides/").content.decode()


def test_of_many_sides_unread_answers_stand_first_and_none_is_left_out(
    client: Client, olga: User, main: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    [first, *_others, last] = [asked(client, main, SUPPLIER, text=f"Question {number}") for number in range(12)]
    make.received("We have one", sender=make.sender(SUPPLIER, "Supplier"), signed_conversation=first.pk)

    with django_assert_num_queries(1):
        shown = opening.opened(olga, main.pk).sides

    assert [one["pk"] for one in shown[:2]] == [first.pk, last.pk]
    page = client.get(main.get_absolute_url()).content.decode()
    [inside] = re.findall(r'<details class="thread-others small">(.*?)</details>', page, re.DOTALL)
    assert "and 2 more" in inside
    assert [int(pk) for pk in re.findall(r'href="/conversations/(\d+)/"', inside)] == [one["pk"] for one in shown[10:]]


@pytest.mark.parametrize("field", ["customer", "admitted", "hidden"])
def test_whoever_is_barred_gets_nothing_wherever_they_stand(field: str) -> None:
    one = Person("Elena", "Elena+desk@mail.example")
    people: dict[str, tuple[Person, ...]] = {"customer": (Person("", SUPPLIER),), "admitted": (), "hidden": ()}
    people[field] += (one,)
    circle = Circle(people["customer"], admitted=people["admitted"], hidden=people["hidden"], barred=frozenset({ELENA}))

    assert [person.address for person in recipients(circle).everybody] == [SUPPLIER]


def test_a_conversation_with_a_side_is_not_joined_with_another_one(main: Conversation) -> None:
    second = make.conversation("Second", external_id="b@mail.example")
    third = make.conversation("Third", external_id="c@mail.example")
    asked_outside = make.conversation("Have you a table top?", sender=make.sender(SUPPLIER, "Supplier"))
    Conversation.objects.filter(pk=asked_outside.pk).update(parent=third)

    receipt = make.received("Both", named_ids=("c@mail.example", "b@mail.example"))

    assert receipt.conversation_id in (second.pk, third.pk)
    assert Conversation.objects.filter(pk__in=[second.pk, third.pk]).count() == 2


def test_without_a_subject_no_hole_is_left_and_the_number_has_the_sign_of_the_language(
    client: Client, olga: User
) -> None:
    main = make.conversation(subject="")
    side = asked(client, main, SUPPLIER, text="Do you have one?")
    client.cookies["django_language"] = "ru"

    page = client.get(f"{main.get_absolute_url()}asking/").content.decode()
    shown = client.get(side.get_absolute_url()).content.decode()

    assert f"По обращению №\u00a0{main.pk}. Клиент" in page
    assert f">№\u00a0{main.pk}</a>." in shown
    assert f"#{main.pk}" not in shown
    assert f'<h2 class="thread-subject">№\u00a0{main.pk}</h2>' in client.get(main.get_absolute_url()).content.decode()

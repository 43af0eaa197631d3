"""Whom an answer goes to: one table for all the ways in which it could go wrong."""

import pytest
from django.utils import timezone

from samovar.conversations.models import Participant
from samovar.conversations.models.circle import circle_of
from samovar.conversations.recipients import Answered, Audience, Circle, Person, recipients
from samovar.customers.models import Identity
from samovar.customers.recognition import recognise
from tests import make

HELP, CARE = "help@aurora.example", "care@aurora.example"
OURS = frozenset({HELP, CARE})
ELENA, WORK, MAX, LAWYER = "elena@mail.example", "elena@work.example", "max@mail.example", "ivan@law.example"


def people(*addresses: str) -> tuple[Person, ...]:
    return tuple(Person("", address) for address in addresses)


def written(
    author: str = ELENA,
    *,
    named: tuple[str, ...] = (),
    reply_to: tuple[str, ...] = (),
    admitted: tuple[str, ...] = (),
    customer: tuple[str, ...] = (ELENA,),
) -> Circle:
    """Return a conversation in which ``author`` wrote last."""
    return Circle(
        customer=people(*customer),
        answered=Answered(Person("", author), people(*reply_to), people(*named)),
        admitted=people(*admitted),
        ours=OURS,
    )


def unwritten(*customer: str, admitted: tuple[str, ...] = ()) -> Circle:
    """Return a conversation in which no person has written anything."""
    return Circle(people(*customer), admitted=people(*admitted), ours=OURS)


# What is known, and to whom an answer to all goes: To, Cc.
CASES: list[tuple[str, Circle, tuple[str, ...], tuple[str, ...]]] = [
    ("the customer wrote", written(), (ELENA,), ()),
    ("from their second address", written(WORK, customer=(ELENA, WORK)), (WORK,), ()),
    ("from an address that is not theirs any more", written("old@mail.example"), (ELENA,), ()),
    ("nobody wrote yet", unwritten(ELENA), (ELENA,), ()),
    ("nobody wrote, two addresses", unwritten(ELENA, WORK), (ELENA,), ()),
    ("nobody can be written to", unwritten(), (), ()),
    ("only a phone number", unwritten("+79161234567"), (), ()),
    ("no address at all, but somebody admitted", unwritten(admitted=(MAX,)), (), ()),
    ("they named us", written(named=(HELP,)), (ELENA,), ()),
    ("they named two inboxes", written(named=(HELP, CARE)), (ELENA,), ()),
    ("they named our signed address", written(named=("help+c.1.abcdefghijklmnop@aurora.example",)), (ELENA,), ()),
    ("they named us in capitals", written(named=("Help@Aurora.Example",)), (ELENA,), ()),
    ("somebody was only named", written(named=(HELP, MAX)), (ELENA,), ()),
    ("several were only named", written(named=(MAX, LAWYER)), (ELENA,), ()),
    ("named and admitted", written(named=(HELP, MAX), admitted=(MAX,)), (ELENA,), (MAX,)),
    ("admitted, not named this time", written(admitted=(MAX,)), (ELENA,), (MAX,)),
    ("two admitted", written(admitted=(MAX, LAWYER)), (ELENA,), (MAX, LAWYER)),
    ("one admitted of two named", written(named=(MAX, LAWYER), admitted=(LAWYER,)), (ELENA,), (LAWYER,)),
    ("the admitted wrote last", written(MAX, admitted=(MAX,)), (MAX,), (ELENA,)),
    ("the admitted wrote, another is there", written(MAX, admitted=(MAX, LAWYER)), (MAX,), (ELENA, LAWYER)),
    ("the admitted wrote from capitals", written("MAX@mail.example", admitted=(MAX,)), ("MAX@mail.example",), (ELENA,)),
    ("a stranger wrote", written(MAX), (ELENA,), ()),
    ("a stranger wrote, another is admitted", written(MAX, admitted=(LAWYER,)), (ELENA,), (LAWYER,)),
    ("the customer named their own second address", written(named=(WORK,), customer=(ELENA, WORK)), (ELENA,), (WORK,)),
    ("their second address was not named", written(customer=(ELENA, WORK)), (ELENA,), ()),
    ("the customer named themselves", written(named=(ELENA,)), (ELENA,), ()),
    ("a double by case", written(named=("Elena@MAIL.example",)), (ELENA,), ()),
    ("an admitted double by case", written(admitted=(MAX, "Max@Mail.example")), (ELENA,), (MAX,)),
    ("a double by plus", written(admitted=("elena+shop@mail.example",)), (ELENA,), ()),
    ("they write from a plus address", written("elena+shop@mail.example"), ("elena+shop@mail.example",), ()),
    ("an admitted double by plus", written(admitted=("max+a@mail.example", "max+b@mail.example")), (ELENA,),
     ("max+a@mail.example",)),
    ("a domain in both writings", written("лена@почта.рф", admitted=("лена@xn--80a1acny.xn--p1ai",),
     customer=("лена@почта.рф",)), ("лена@почта.рф",), ()),
    ("a domain in other letters is reached", written("elena@почта.рф", customer=("elena@почта.рф",)),
     ("elena@почта.рф",), ()),
    ("blanks around an address", written(f" {ELENA} "), (f" {ELENA} ",), ()),
    ("a trusted Reply-To", written(HELP, reply_to=(ELENA,)), (ELENA,), ()),
    ("a trusted Reply-To of somebody new", written(HELP, reply_to=("n@mail.example",)), ("n@mail.example",), (ELENA,)),
    ("two trusted Reply-To", written(reply_to=(ELENA, WORK)), (ELENA, WORK), ()),
    ("a Reply-To that is ours", written(reply_to=(CARE,)), (ELENA,), ()),
    ("our own form wrote", written(HELP), (ELENA,), ()),
    ("our own form wrote as a plus address", written("help+form@aurora.example"), (ELENA,), ()),
    ("the customer is one of our own inboxes", written(CARE, customer=(CARE,)), (), ()),
    ("one of us was admitted", written(admitted=(CARE, MAX)), (ELENA,), (MAX,)),
    ("a list was admitted", written(admitted=("owner-desks@list.example", MAX)), (ELENA,), (MAX,)),
    ("a list's way to sign off was admitted", written(admitted=("desks-request@list.example",)), (ELENA,), ()),
    ("a bounce address was admitted", written(admitted=("desks-bounces@list.example",)), (ELENA,), ()),
    ("a daemon was admitted", written(admitted=("MAILER-DAEMON@mx.example",)), (ELENA,), ()),
    ("nobody reads there, but it is all we have", written("no-reply@shop.example", customer=("no-reply@shop.example",)),
     ("no-reply@shop.example",), ()),
    ("nobody reads there, and there is another", written("noreply@shop.example", customer=("noreply@shop.example",
     ELENA)), (ELENA,), ()),
    ("an admitted no-reply", written(admitted=("do-not-reply@shop.example",)), (ELENA,), ()),
    ("Noreen is a person", written("noreen@mail.example", customer=("noreen@mail.example",)), ("noreen@mail.example",),
     ()),
    ("what is no address", written("elena at mail", customer=("elena at mail", ELENA)), (ELENA,), ()),
    ("an admitted line end", written(admitted=("max@mail.example\nBcc: eve@mail.example",)), (ELENA,), ()),
]  # fmt: skip


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    assert len({name for name, *_rest in CASES}) == len(CASES)


@pytest.mark.parametrize(("circle", "to", "cc"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_answer_to_all_goes_to_the_right_people(circle: Circle, to: tuple[str, ...], cc: tuple[str, ...]) -> None:
    found = recipients(circle)

    assert tuple(one.address for one in found.to) == to
    assert tuple(one.address for one in found.cc) == cc


@pytest.mark.parametrize(("circle", "to"), [case[1:3] for case in CASES], ids=[case[0] for case in CASES])
def test_an_answer_to_the_author_goes_to_them_alone(circle: Circle, to: tuple[str, ...]) -> None:
    found = recipients(circle, Audience.AUTHOR)

    assert (tuple(one.address for one in found.to), found.cc) == (to, ())


@pytest.mark.django_db
def test_the_table_reads_what_is_stored() -> None:
    conversation = make.conversation(recipients={"to": [["", HELP]], "cc": [["Max", MAX], ["Eve", "eve@mail.example"]]})
    for address in (MAX, "eve@mail.example"):
        recognise(make.sender(address, address.partition("@")[0].title()))
        identity = Identity.objects.get(value=address)
        Participant.objects.create(conversation=conversation, identity=identity, role="named")
    Participant.objects.filter(identity__value=MAX).update(admitted_at=timezone.now())
    make.inbox(CARE).answer_at(["old@aurora.example"])

    circle = circle_of(conversation.pk)

    assert circle.answered == Answered(
        Person("Elena Sokolova", ELENA),
        (),
        (Person("", HELP), Person("Max", MAX), Person("Eve", "eve@mail.example")),
        number=conversation.messages.get().pk,
    )
    assert (circle.customer, circle.admitted) == ((Person("Elena Sokolova", ELENA),), (Person("Max", MAX),))
    assert circle.ours == {HELP, CARE, "old@aurora.example"}


@pytest.mark.django_db
def test_whom_a_reply_goes_to_is_fixed_when_it_is_written() -> None:
    conversation = make.conversation()
    message = conversation.reply("We send you a new one.", by=make.agent())
    Identity.objects.filter(value=ELENA).update(value="new@mail.example", shown="new@mail.example")

    message.refresh_from_db()
    assert message.recipients == {"to": [["Elena Sokolova", ELENA]]}

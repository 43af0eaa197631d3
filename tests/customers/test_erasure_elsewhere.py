"""A person is erased who took part in conversations of others: they are taken out, and the others lose nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from samovar.accounts.models import User
from samovar.channels import copies, fates
from samovar.channels.models import Delivery, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations import admitting, beginning, drafting
from samovar.conversations.beginning import Begun
from samovar.conversations.chips import Chip
from samovar.conversations.models import Beginning, Conversation
from samovar.conversations.recipients import Field, Person
from samovar.customers import erasure
from samovar.customers.erasure import carry_on
from samovar.customers.jobs import settle_erasures
from samovar.events.models import Event
from samovar.lib import clock, sayings
from samovar.operations import rebuilding
from tests import make
from tests.customers.test_erasure import ADDRESS, CANARY, canaries, erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    """An administrator."""
    return make.admin("anna")


def among_others(by: User) -> Conversation:
    """Let the customer take part in the conversation of somebody else; return that."""
    named = make.named(ADDRESS, CANARY)
    to_all = {"cc": [[CANARY, ADDRESS], ["Vera", "vera@mail.example"]]}
    theirs = make.conversation(
        "For you both", sender=make.sender("igor@mail.example"), named=(named,), recipients=to_all
    )
    admitting.admit(theirs.participants.get(), by=by)
    answer = theirs.reply("To you both", by=by)
    folder = make.sent_folder()
    copies.want(answer.pk, folder.account_id, f"Cc: {ADDRESS}".encode(), timezone.now())
    lost = Delivery.objects.get(message=answer, address=ADDRESS)
    lost.problem, lost.failed_at = sayings.kept("%(address)s: no such mailbox", address=ADDRESS), timezone.now()
    lost.save(update_fields=["problem", "failed_at"])
    fates.tell(answer, timezone.now())
    again = theirs.reply("Once more", by=by)
    copies.want(again.pk, folder.account_id, f"Cc: {ADDRESS}".encode(), timezone.now())
    copy = Arrival(f"Message-ID: <{answer.external_id}>\r\nCc: {ADDRESS}\r\n\r\nTo you both".encode(), timezone.now())
    keep_all(Source(theirs.inbox_id, folder.account_id, folder_id=folder.pk), [copy])
    take_in_each(RawMail.objects.filter(folder=folder))
    make.received(f"{CANARY} too", sender=make.sender(ADDRESS, CANARY), answered_messages=(answer.pk,))
    drafting.keep_chips(theirs, [Chip(Field.CC, Person(CANARY, ADDRESS))], 10**9, by)
    theirs.refresh_from_db()
    assert (theirs.preview, theirs.undelivered_at) == (f"{CANARY} too", answer.created_at)
    return theirs


def test_a_letter_to_them_that_was_not_sent_is_emptied_and_those_to_others_stay(anna: User) -> None:
    own, olga = make.customer(CANARY, ADDRESS), make.agent("olga")
    to_them = [Chip(Field.CC, Person("Vera", "vera@mail.example")), Chip(Field.TO, Person(CANARY, ADDRESS.upper()))]
    beginning.keep(Begun(text=f"Dear {CANARY}", subject=CANARY, chips=to_them), by=anna)
    beginning.keep(Begun(text="Dear Vera", chips=[Chip(Field.TO, Person("", f"not.{ADDRESS}"))]), by=olga)

    erase(own, anna)

    emptied = Beginning.objects.get(user=anna)
    assert (emptied.text, emptied.subject, emptied.chips) == ("", "", None)
    assert Beginning.objects.get(user=olga).text == "Dear Vera"


def test_nothing_is_left_of_them_in_the_conversations_of_others(anna: User) -> None:
    theirs = among_others(anna)
    own = make.customer(CANARY, ADDRESS)
    before = theirs.messages.count()
    assert {
        "channels_sentcopy.content",
        "conversations_draft.chips",
        "conversations_message.recipients",
        "conversations_message.troubles",
        "events_event.data",
    } <= set(canaries())

    done = erase(own, anna)

    assert canaries() == []
    assert done.counts["others/conversations.Message"] == 3
    assert done.counts["others/conversations.Conversation"] == done.counts["others/conversations.Draft"] == 1
    theirs.refresh_from_db()
    assert (theirs.preview, theirs.undelivered_at, theirs.messages.count()) == ("", None, before)
    asked = theirs.messages.order_by("pk").first()
    assert asked and asked.text == "For you both"
    assert asked.recipients == {"cc": [["Vera", "vera@mail.example"]]}
    assert {str(event.line) for event in Event.objects.filter(kind="ParticipantAdmitted")} == {
        "Somebody gets our answers from now on"
    }
    assert not theirs.participants.exclude(admitted_at=None).exists()
    assert [said for part in rebuilding.PARTS for said in part.run(True, lambda _count: None)] == []


def test_somebody_new_with_the_address_gets_their_letters(anna: User) -> None:
    done = erasure.erase(make.conversation(sender=make.sender(ADDRESS, CANARY)).customer, "asked", by=anna)
    new = make.conversation("It is me", sender=make.sender(ADDRESS, CANARY))
    answer = new.reply("Hello", by=anna)

    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()

    done.refresh_from_db()
    assert done.settled_at
    answer.refresh_from_db()
    assert answer.recipients == {"to": [[CANARY, ADDRESS]]}
    assert Delivery.objects.get(message=answer).address == ADDRESS
    assert Delivery.objects.unsettled().count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_somebody_holds_a_conversation_of_others_what_leads_to_it_is_kept() -> None:
    anna = make.admin("anna")
    theirs = among_others(anna)
    done = erasure.erase(make.customer(CANARY, ADDRESS), "asked", by=anna)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM conversations_conversation WHERE id = %s FOR UPDATE", [theirs.pk])
        carry_on(done.pk)
        # At the end of a session the server lets go a little later than we go on.
        other.rollback()
    finally:
        other.close()
    assert theirs.participants.filter(address=ADDRESS).exists()

    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        settle_erasures()

    done.refresh_from_db()
    assert done.settled_at and canaries() == []


def test_nobody_waits_for_an_answer_to_somebody_erased(anna: User) -> None:
    conversation = make.conversation(sender=make.sender(ADDRESS, CANARY))
    assert conversation.waiting_since

    erase(conversation.customer, anna)

    conversation.refresh_from_db()
    assert not conversation.waiting_since
    assert conversation.resolved_at
    line = Event.objects.get(conversation_id=conversation.pk, kind="ConversationResolved")
    assert (line.actor_id, line.title) == (None, "")

"""A person is erased about whom somebody outside was asked: nothing of them is left in what was said there."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.channels import copies
from samovar.channels.models import MailFolder
from samovar.conversations import admitting, drafting
from samovar.conversations.errors import CustomerErased
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Conversation, Message
from samovar.customers import archive, erasure
from samovar.customers.models import Customer
from samovar.lib import clock
from samovar.operations import rebuilding
from tests import make
from tests.conversations.test_asking import SUPPLIER, asked, their_answer
from tests.customers.test_erasure import ADDRESS, CANARY, a_whole_life, canaries, counted, erase, resolve_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client: Client) -> User:
    """An administrator who is signed in."""
    make.sent_folder()
    user = make.admin("anna")
    client.force_login(user)
    return user


def asked_about(main: Conversation, client: Client, by: User) -> Conversation:
    """Ask about a conversation with all that it holds, and let the other side answer with all of it in the quote."""
    said = main.messages.exclude(direction="note")
    files = [file.pk for message in said for file in message.attachments.all()]
    given = {"text": f"What about {CANARY}?", "subject": f"{CANARY} asks", "file": files}
    side = asked(client, main, SUPPLIER, message=[message.pk for message in said], **given)
    letter = side.messages.get()
    copies.want(letter.pk, MailFolder.objects.get().account_id, letter.text.encode(), clock.now())
    their_answer(side, f"> {letter.text}\n\n{CANARY} may come by", cc=ADDRESS)
    side.refresh_from_db()
    side.add_note(f"{CANARY} must not know", by=by)
    drafting.keep(side, "reply", f"Then {CANARY} comes", by)
    return side


def test_no_trace_is_left_of_what_was_asked_outside_and_everything_is_still_counted(client: Client, anna: User) -> None:
    customer = a_whole_life(anna)
    mains = list(Conversation.objects.filter(customer=customer).order_by("pk"))
    alone = erasure.preview(customer)
    sides = [asked_about(main, client, anna) for main in mains]
    [main, *_others] = mains
    client.post(f"{main.get_absolute_url()}asking/draft/", {"text": CANARY, "subject": CANARY})
    resolve_all(anna)
    before, told = counted(), erasure.preview(customer)
    added = {
        name: told[f"conversations.{name}"] - alone[f"conversations.{name}"] for name in ("Conversation", "Message")
    }
    assert added == {"Conversation": len(sides), "Message": 3 * len(sides)}

    done = erase(customer, anna)

    assert canaries() == []
    assert counted() == before
    assert done.settled_at
    # Whoever was asked is somebody else, and stays.
    assert {side.customer.shown_name for side in sides} == {SUPPLIER}
    assert [said for part in rebuilding.PARTS for said in part.run(True, lambda _count: None)] == []


def test_what_was_asked_about_somebody_else_stays(client: Client, anna: User) -> None:
    theirs = make.conversation(CANARY, sender=make.sender(ADDRESS, CANARY))
    other = make.conversation("A scratch", sender=make.sender("igor@mail.example", "Igor"), subject="Of Igor")
    side = asked(client, other, SUPPLIER, text="Have you a top?", message=[other.messages.get().pk])
    before = side.messages.values().get()

    erase(theirs.customer, anna)

    assert side.messages.values().get() == before


def test_nothing_more_is_written_about_somebody_who_was_erased(client: Client, anna: User) -> None:
    main = make.conversation(CANARY, sender=make.sender(ADDRESS, CANARY))
    side = asked(client, main, SUPPLIER, text="Hello")
    erase(main.customer, anna)
    given = {"chips": "1", "more-to": SUPPLIER, "subject": "A scratch", "text": f"What of {CANARY}?"}

    refused = client.post(f"{main.get_absolute_url()}asking/", given)

    assert (refused.status_code, "This person was erased" in refused.content.decode()) == (422, True)
    with pytest.raises(CustomerErased):
        Conversation.objects.get(pk=side.pk).add_note(f"About {CANARY}", by=anna)
    assert main.sides.count() == 1


def test_the_archive_of_a_person_holds_what_was_asked_outside_about_them(client: Client, anna: User) -> None:
    main = make.conversation("The desk came with a scratch", sender=make.sender(ADDRESS, CANARY))
    other = make.conversation("Of Igor", sender=make.sender("igor@mail.example", "Igor"), subject="Of Igor")
    side = asked(client, main, SUPPLIER, text="Is it your fault?")
    their_answer(side, "It is not")
    asked(client, other, "else@supplier.example", text="What does Igor want?")

    out = BytesIO()
    archive.write(main.customer_id, out, lambda _done: None)

    zipped = ZipFile(out)
    lines = zipped.read("conversations_message.jsonl").splitlines()
    texts = [json.loads(line)["text"].strip() for line in lines]
    assert texts == ["The desk came with a scratch", "Is it your fault?", "It is not"]
    [mail] = [name for name in zipped.namelist() if name.endswith(".eml")]
    assert b"It is not" in zipped.read(mail)
    assert not [name for name in zipped.namelist() if b"Igor" in zipped.read(name)]


def test_a_letter_that_quotes_them_about_the_conversation_of_somebody_else_is_emptied(
    client: Client, anna: User
) -> None:
    photo = InboundFile(name=f"{CANARY}.jpg", media_type="image/jpeg", content=CANARY.encode())
    theirs = make.conversation("Hello", sender=make.sender("igor@mail.example", "Igor"), named=(make.named(ADDRESS),))
    admitting.admit(theirs.participants.get(), by=anna)
    named = (theirs.messages.get().pk,)
    own = make.received(f"{CANARY} too", sender=make.sender(ADDRESS, CANARY), answered_messages=named, files=(photo,))
    message = Message.objects.get(pk=own.message_id)
    side = asked(client, theirs, SUPPLIER, text="Is it so?", message=[message.pk])
    with_file = asked(client, theirs, SUPPLIER, text="Look", file=[message.attachments.get().pk])
    harmless = asked(client, theirs, SUPPLIER, text="And this?", message=[theirs.messages.earliest("pk").pk])
    [letter, shown] = Message.objects.filter(conversation__in=[side, with_file]).order_by("pk")
    copies.want(letter.pk, MailFolder.objects.get().account_id, letter.text.encode(), clock.now())
    their_answer(harmless, "It is")
    before = harmless.messages.order_by("pk").values_list("text", "recipients")
    kept = list(before)

    done = erase(Customer.objects.get(identities__value=ADDRESS), anna)

    assert canaries() == []
    assert list(before) == kept
    letter.refresh_from_db()
    shown.refresh_from_db()
    assert (letter.text, shown.text, shown.attachments.get().name) == ("", "", "")
    assert letter.recipients == {"to": [["", SUPPLIER]]}
    assert done.counts["others/conversations.Attachment"] == 1
    assert done.counts["others/conversations.Message"] == 2
    assert [said for part in rebuilding.PARTS for said in part.run(True, lambda _count: None)] == []

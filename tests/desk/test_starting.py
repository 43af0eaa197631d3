"""A conversation is begun by a letter of ours, or by what was said on the phone or face to face."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import User
from samovar.channels import letters
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations import deriving
from samovar.conversations.models import Beginning, Conversation, Inbox, Message, Participant
from samovar.customers.models import Customer, Identity
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db

RUSSIAN = {"Accept-Language": "ru"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def account() -> ChannelAccount:
    """A mailbox out of which mail leaves."""
    return make.mailbox()


def letter(account: ChannelAccount, *to: str, **given: object) -> dict[str, object]:
    """What the page sends."""
    return {
        "inbox": account.inbox_id,
        "subject": "Your desk",
        "text": "It comes on Thursday.",
        "chips": "1",
        "chip-name": ["" for _one in to],
        "chip-address": list(to),
        "chip-field": ["to" for _one in to],
        "chip-on": list(to),
        **given,
    }


def called(**given: object) -> dict[str, object]:
    """What the page of a phone call sends."""
    at = timezone.localtime() - timedelta(hours=2)
    sent = {"way": "call", "name": "Roman Kuznetsov", "address": "", "at": f"{at:%Y-%m-%dT%H:%M}"}
    return {**sent, "subject": "A refund", "text": "Wants his money back.", "inbox": make.inbox().pk, **given}


def is_told_by_its_messages(conversation: Conversation) -> bool:
    """Whether the row says what happened."""
    return not list(deriving.differences([conversation.pk]))


def test_a_letter_to_somebody_unknown_begins_a_conversation(
    client: Client, olga: User, account: ChannelAccount
) -> None:
    client.post("/conversations/new/draft/", {"text": "It comes"})

    answer = client.post("/conversations/new/", letter(account, "roman@mail.example", "ann@mail.example"))

    conversation = Conversation.objects.get()
    assert answer.headers["Location"] == conversation.get_absolute_url()
    assert (conversation.subject, conversation.assignee, conversation.waiting_since) == ("Your desk", olga, None)
    assert conversation.customer.identities.get().value == "roman@mail.example"
    assert conversation.customer.identities.get().verified_at is None
    assert [one.address for one in Participant.objects.all()] == ["ann@mail.example"]
    assert not Beginning.objects.exists()
    assert is_told_by_its_messages(conversation)
    # What a slow browser delivers after the letter is no draft; and what no text can hold does no harm.
    client.post("/conversations/new/draft/", {"text": conversation.messages.get().text})
    assert not Beginning.objects.exists()
    client.post("/conversations/new/draft/", {"text": "Dear\x00 Ann"})
    assert "\x00" not in Beginning.objects.get().text
    mail = message_from_bytes(
        letters.write(
            Delivery.objects.select_related("message__inbox", "message__conversation").all()[0], account
        ).content,
        policy=policy.default,
    )
    assert (mail["Subject"], mail["In-Reply-To"]) == ("Your desk", None)
    assert mail["Message-ID"] == f"<{Message.objects.get().external_id}>"


def test_the_answer_to_a_letter_lands_in_its_conversation(client: Client, olga: User, account: ChannelAccount) -> None:
    client.post("/conversations/new/", letter(account, "elena@mail.example"))
    conversation = Conversation.objects.get()

    make.received(
        "Thank you",
        subject="Re: Your desk",
        named_ids=(Message.objects.get().external_id,),
        answered_messages=(Message.objects.get().pk,),
    )

    conversation.refresh_from_db()
    assert (conversation.message_count, conversation.waiting_since is not None) == (2, True)
    assert is_told_by_its_messages(conversation)


def test_a_letter_to_a_known_customer_is_theirs_and_takes_files(
    client: Client, olga: User, account: ChannelAccount
) -> None:
    customer = make.customer("Roman Kuznetsov", "roman@mail.example")
    assert "roman@mail.example" in client.get(f"/conversations/new/?customer={customer.pk}").content.decode()

    file = SimpleUploadedFile("bill.pdf", b"%PDF", "application/pdf")
    client.post("/conversations/new/", letter(account, "roman@mail.example", text="", upload=file))

    assert Conversation.objects.get().customer == customer
    assert Message.objects.get().attachments.get().name == "bill.pdf"


@pytest.mark.parametrize(
    ("to", "given", "said"),
    [
        ((), {}, "Nobody gets this yet"),
        (("help@aurora.example",), {}, "Nobody gets this yet"),
        (("no address",), {}, "is not an e-mail address"),
        (("a@b.example",), {"text": " "}, "nothing to send yet"),
        (("a@b.example",), {"subject": " "}, "This field is required"),
        (("a@b.example",), {"inbox": "999999"}, "Select a valid choice"),
    ],
)
def test_a_letter_that_cannot_leave_says_why(
    client: Client, olga: User, account: ChannelAccount, to: tuple[str, ...], given: dict[str, object], said: str
) -> None:
    sent = letter(account, *to, **given)

    assert said in client.post("/conversations/new/", sent, headers=HTMX).content.decode()
    page = client.post("/conversations/new/", sent)
    assert (page.status_code, said in page.content.decode()) == (422, True)
    assert not Conversation.objects.exists()


def test_an_inbox_that_cannot_send_is_not_offered(client: Client, olga: User) -> None:
    make.inbox()

    assert "No mailbox can send yet" in client.get("/conversations/new/").content.decode()


def test_what_is_typed_for_a_new_letter_is_kept(client: Client, olga: User, account: ChannelAccount) -> None:
    client.post("/conversations/new/draft/", {"text": "Dear Elena"})

    assert "Dear Elena" in client.get("/conversations/new/").content.decode()
    client.post("/conversations/new/draft/", {"text": " "})
    assert not Beginning.objects.exists()


def test_a_phone_call_stands_in_the_history_and_sends_nothing(client: Client, olga: User) -> None:
    client.post("/conversations/new/call/", called(address="+7 916 123-45-67"))

    conversation = Conversation.objects.get()
    message = Message.objects.get()
    assert (message.direction, message.way, message.author, message.external_id) == ("note", "call", olga, "")
    assert not Delivery.objects.exists()
    assert (conversation.preview, conversation.last_message_at) == ("Wants his money back.", message.created_at)
    assert (conversation.waiting_since, conversation.assignee) == (None, olga)
    assert Identity.objects.get().value == "+79161234567"
    assert Event.objects.get(kind="PhoneCallLogged").at == message.created_at
    assert is_told_by_its_messages(conversation)
    page = client.get(conversation.get_absolute_url()).content.decode()
    assert "Phone call" in page
    assert "Wants his money back." in page
    row = client.get("/?view=everything&f=channel:call").content.decode().partition(f'id="c-{conversation.pk}"')[2]
    assert 'aria-label="Phone call"' in row.partition("</a>")[0]


def test_a_visit_of_somebody_known_can_be_settled_at_once(client: Client, olga: User) -> None:
    customer = make.customer("Elena Sokolova", "elena@mail.example")

    client.post(f"/conversations/new/call/?customer={customer.pk}", called(way="visit", then="resolve"))

    conversation = Conversation.objects.get()
    assert (conversation.customer, conversation.resolved_at is not None) == (customer, True)
    assert Event.objects.filter(kind="VisitLogged").exists()
    assert is_told_by_its_messages(conversation)


def test_whoever_has_the_number_already_is_not_made_twice(client: Client, olga: User) -> None:
    customer = make.customer()
    make.phone(customer, "+79161234567")

    client.post("/conversations/new/call/", called(address="8 (916) 123 45 67"))

    assert Conversation.objects.get().customer == customer
    assert Customer.objects.count() == 1


def test_somebody_without_any_address_becomes_a_customer(client: Client, olga: User) -> None:
    client.post("/conversations/new/call/", called())

    assert Customer.objects.get().name == "Roman Kuznetsov"
    assert not Identity.objects.exists()
    assert Event.objects.filter(kind="CustomerAdded", actor_id=olga.pk).exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "Write a name"),
        ({"address": "12"}, "phone number"),
        ({"at": "2999-01-01T10:00"}, "Choose a moment that has passed"),
        ({"text": " "}, "This field is required"),
    ],
)
def test_a_call_that_makes_no_sense_is_not_written_down(
    client: Client, olga: User, given: dict[str, object], said: str
) -> None:
    page = client.post("/conversations/new/call/", called(**given))

    assert (page.status_code, said in page.content.decode()) == (422, True)
    assert not Conversation.objects.exists()
    assert not Customer.objects.exists()


def test_the_customer_of_a_call_is_found_by_a_few_letters(client: Client, olga: User) -> None:
    customer = make.customer("Roman Kuznetsov")

    found = client.get("/conversations/new/call/?q=kuznet").content.decode()

    assert f"?customer={customer.pk}" in found
    assert "Nobody is found" in client.get("/conversations/new/call/?q=zzzz").content.decode()
    assert client.get("/conversations/new/call/?customer=999999").status_code == 404
    assert client.get("/conversations/new/?customer=x").status_code == 404


def test_without_any_inbox_a_call_has_a_place_of_its_own(client: Client, olga: User) -> None:
    assert 'name="inbox"' not in client.get("/conversations/new/call/").content.decode()
    sent = called()
    Inbox.objects.all().delete()

    client.post("/conversations/new/call/", sent)

    inbox = Conversation.objects.get().inbox
    assert inbox.address == ""
    assert inbox.shown_name == "Phone and visits"
    # From the next call on it stands among the inboxes, in the language of whoever looks.
    assert "Звонки и визиты" in client.get("/conversations/new/call/", headers=RUSSIAN).content.decode()


def test_it_can_be_begun_from_the_list_the_palette_and_the_card(client: Client, olga: User) -> None:
    customer = make.customer()

    assert 'href="/conversations/new/"' in client.get("/").content.decode()
    assert f"/conversations/new/?customer={customer.pk}" in client.get(customer.get_absolute_url()).content.decode()
    palette = client.get("/search/?q=new", headers={**HTMX, "HX-Target": "palette-results"}).content.decode()
    assert "New conversation" in palette


def test_a_message_to_quote_is_shown_by_whole_words_and_says_that_more_follows(client: Client, olga: User) -> None:
    words = "The desk came with a scratch on its top, and one of its legs is shorter than the other three are."
    make.mailbox()
    main = make.conversation(words)

    page = client.get(f"{main.get_absolute_url()}asking/").content.decode()

    assert "one of its legs is shorter than the other…" in page

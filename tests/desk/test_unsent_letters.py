"""A letter or a question that was left unsent is found again as it was: text, subject, mailbox, people."""

import pytest
from django.test import Client

from samovar.accounts.models import User
from samovar.channels.models import ChannelAccount
from samovar.conversations import asking
from samovar.conversations.asking import Unasked
from samovar.conversations.models import Beginning, Conversation, Draft, Message
from samovar.customers.models import Customer
from tests import make

pytestmark = pytest.mark.django_db
NEW, KEEP = "/conversations/new/", "/conversations/new/draft/"
PEOPLE = {
    "chips": "1",
    "chip-name": ["Roman", "", "Boss"],
    "chip-address": ["roman@mail.example", "ann@mail.example", "boss@aurora.example"],
    "chip-field": ["to", "cc", "bcc"],
    "chip-on": ["roman@mail.example", "boss@aurora.example"],
}
KEPT_PEOPLE = [
    ["to", "Roman", "roman@mail.example", True, 0],
    ["cc", "", "ann@mail.example", False, 0],
    ["bcc", "Boss", "boss@aurora.example", True, 0],
]
ON_PAGE = ['value="roman@mail.example" checked', 'value="boss@aurora.example" checked', 'value="ann@mail.example">']


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


@pytest.fixture
def main(account: ChannelAccount) -> Conversation:
    """A conversation of that mailbox, with a file."""
    message = make.attachment().message
    assert message is not None
    return message.conversation


def test_subject_mailbox_and_people_are_there_again(client: Client, olga: User, account: ChannelAccount) -> None:
    other = make.mailbox("sales@aurora.example")
    client.post(KEEP, {"text": "Dear Roman"})

    client.post(KEEP, {"subject": " Your desk ", "inbox": other.inbox_id, **PEOPLE})

    page = client.get(NEW).content.decode()
    assert 'value="Your desk"' in page
    assert f'<option value="{other.inbox_id}" selected>' in page
    assert "Dear Roman" in page
    assert [part for part in ON_PAGE if part not in page] == []
    assert Beginning.objects.get().chips == KEPT_PEOPLE


def test_text_and_the_rest_are_kept_and_emptied_each_on_its_own(
    client: Client, olga: User, account: ChannelAccount
) -> None:
    client.post(KEEP, {"subject": "Your desk", "inbox": account.inbox_id, "chips": "1"})
    client.post(KEEP, {"text": "Dear"})
    client.post(KEEP, {"text": " "})
    assert Beginning.objects.get().subject == "Your desk"

    client.post(KEEP, {"subject": "", "inbox": account.inbox_id, "chips": "1"})

    assert not Beginning.objects.exists()


def test_what_is_no_address_and_no_mailbox_does_no_harm(client: Client, olga: User, account: ChannelAccount) -> None:
    broken = {**PEOPLE, "chip-address": ["no address", "b", "c"]}

    client.post(KEEP, {"subject": "a\0b", "inbox": "9" * 30, **broken})

    kept = Beginning.objects.get()
    assert (kept.subject, kept.inbox, kept.chips) == ("a\ufffdb", None, None)


def test_whoever_comes_from_a_customer_writes_to_that_customer(
    client: Client, olga: User, account: ChannelAccount
) -> None:
    client.post(KEEP, {"subject": "Your desk", **PEOPLE})
    elena = make.customer("Elena", "elena@mail.example")

    page = client.get(f"{NEW}?customer={elena.pk}").content.decode()

    assert "elena@mail.example" in page
    assert "roman@mail.example" not in page


def test_what_a_slow_browser_delivers_after_the_letter_is_no_draft(
    client: Client, olga: User, account: ChannelAccount
) -> None:
    answered = make.conversation("Hello").reply("Hello", by=olga)
    client.post(NEW, {"inbox": account.inbox_id, "subject": "Your desk", "text": "It comes.", **PEOPLE})
    begun = Message.objects.latest("pk")

    client.post(f"{KEEP}?seen={answered.pk}", {"subject": "Your desk", **PEOPLE})
    assert not Beginning.objects.exists()

    # An answer to somebody else is no letter that begins anything.
    begun.conversation.reply("One thing more", by=olga)
    client.post(f"{KEEP}?seen={begun.pk}", {"subject": "Another desk"})
    assert Beginning.objects.get().subject == "Another desk"


def test_without_scripts_a_letter_that_cannot_leave_is_kept_whole(
    client: Client, olga: User, account: ChannelAccount
) -> None:
    client.post(NEW, {"inbox": account.inbox_id, "subject": "Your desk", "text": " ", **PEOPLE})

    assert (Beginning.objects.get().subject, Beginning.objects.get().chips) == ("Your desk", KEPT_PEOPLE)


def test_a_question_is_there_again_with_all_that_goes_along(client: Client, olga: User, main: Conversation) -> None:
    quoted, file = main.messages.get().pk, main.messages.get().attachments.get().pk
    address = f"/conversations/{main.pk}/asking/"
    client.post(f"{address}draft/?seen=0", {"text": "Is it in the store?"})

    client.post(f"{address}draft/?seen=0", {"subject": "A desk", "message": [quoted], "file": [file], **PEOPLE})

    page = client.get(address).content.decode()
    assert 'value="A desk"' in page
    assert "Is it in the store?" in page
    assert [part for part in ON_PAGE if part not in page] == []
    assert page.count(" checked") == 2 + 2
    kept = Draft.objects.get()
    assert (kept.mode, kept.user, kept.quoted, kept.copied) == ("question", olga, [quoted], [file])


def test_what_is_asked_or_emptied_is_no_draft_any_more(client: Client, olga: User, main: Conversation) -> None:
    address = f"/conversations/{main.pk}/asking/"
    client.post(f"{address}draft/?seen=0", {"subject": main.subject, "chips": "1"})
    assert not Draft.objects.exists()
    client.post(f"{address}draft/?seen=0", {"text": "Is it"})

    client.post(address, {"subject": "A desk", "text": "Is it in the store?", **PEOPLE})
    assert not Draft.objects.exists()

    client.post(f"{address}draft/?seen=0", {"subject": "A desk", **PEOPLE})
    assert not Draft.objects.exists()


def test_a_question_is_no_draft_of_the_editor(client: Client, olga: User, main: Conversation) -> None:
    asking.keep(main, Unasked(text="Is it in the store?"), by=olga)

    assert "Is it in the store?" not in client.get(f"/conversations/{main.pk}/").content.decode()
    assert client.post(f"/conversations/{main.pk}/drafts/question/", {"text": "a"}).status_code == 404
    assert client.post(f"/conversations/{main.pk}/messages/", {"mode": "question", "text": "a"}).status_code != 200
    assert main.messages.count() == 1


def test_about_somebody_who_was_erased_nothing_is_kept(client: Client, olga: User, main: Conversation) -> None:
    Customer.objects.filter(pk=main.customer_id).update(erased_at=main.opened_at)

    kept = client.post(f"/conversations/{main.pk}/asking/draft/", {"text": "Is it"})

    assert kept.status_code == 204
    assert not Draft.objects.exists()


def test_a_side_conversation_asks_nobody(client: Client, olga: User, main: Conversation) -> None:
    client.post(f"/conversations/{main.pk}/asking/", {"subject": "A desk", "text": "Is it in the store?", **PEOPLE})

    kept = client.post(f"/conversations/{main.sides.get().pk}/asking/draft/", {"text": "Is it"})

    assert kept.status_code == 404

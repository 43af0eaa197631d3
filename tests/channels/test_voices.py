"""In whose name a letter goes out and how it is signed; what has gone out is never rewritten."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Unpack

import pytest
from django.test import Client

from samovar.accounts.models import Brand, User
from samovar.accounts.models.brand import SenderForm
from samovar.accounts.models.user import Ways
from samovar.accounts.voices import Voice, signed, tidy_signature, voice_of
from samovar.channels import letters
from samovar.channels.mail.replies import visible_text
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Conversation, Inbox, Message
from tests import make

pytestmark = pytest.mark.django_db

SIGNATURE = "Kind regards\n\n{name}\n{title}, {brand}\n+371 20000000"
LEGAL = "Aurora Kids, 7 Harbour Street, Riga"


def _speaking(form: str = SenderForm.BOTH, signature: str = SIGNATURE) -> Brand:
    """Let the mailbox write under a brand that is signed."""
    make.mailbox()
    brand = make.brand("Aurora Kids", signature=signature, sender_form=form, legal_line=LEGAL)
    Inbox.objects.filter(pk=make.inbox().pk).update(sender_name="", brand=brand)
    return brand


def _bytes(message: Message) -> bytes:
    delivery = Delivery.objects.select_related("message__inbox", "message__conversation").get(message=message)
    return letters.write(delivery, ChannelAccount.objects.get()).content


def _letter(message: Message) -> EmailMessage:
    return message_from_bytes(_bytes(message), policy=policy.default)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content().replace("\r\n", "\n")
    return content


def _olga(**ways: Unpack[Ways]) -> User:
    olga = make.agent("olga")
    olga.change_ways(name="Olga Belova", title="Customer service")
    olga.change_ways(**ways)
    return olga


def test_a_letter_bears_the_name_and_the_signature_of_whoever_wrote_it() -> None:
    _speaking()

    mail = _letter(make.conversation().reply("It leaves today.", by=_olga()))

    foot = "Kind regards\n\nOlga Belova\nCustomer service, Aurora Kids\n+371 20000000"
    assert mail["From"] == "Olga from Aurora Kids <help@aurora.example>"
    assert _part(mail, "plain") == f"It leaves today.\n\n-- \n{foot}\n\n{LEGAL}\n"
    page = _part(mail, "html")
    assert 'class="mail-signature"' in page
    assert "Customer service, Aurora Kids<br>" in page
    for found in (visible_text(_part(mail, "plain"), ""), visible_text("", page)):
        assert found.visible == "It leaves today."


def test_what_has_gone_out_stays_as_it_was_whatever_changes_later(client: Client) -> None:
    brand, olga = _speaking(), _olga(public_name="Olya", signature="{name}, who knows oak")
    message = make.conversation().reply("It leaves today.", by=olga)
    before = _bytes(message)
    assert _letter(message)["From"] == "Olya from Aurora Kids <help@aurora.example>"

    olga.change_ways(name="Somebody Else", public_name="", signature="", title="Boss")
    brand.change(make.look("Other", signature="Bye", accent=brand.accent), None, has_no_logo=False, by=make.admin())
    Inbox.objects.update(sender_name="Another name")

    message = Message.objects.get(pk=message.pk)
    assert _bytes(message) == before
    assert (message.from_name, message.signature.splitlines()[2]) == ("Olya from Aurora Kids", "Olya, who knows oak")
    client.force_login(olga)
    assert "Olya, who knows oak" in client.get(f"/conversations/{message.conversation_id}/").content.decode()


def test_what_goes_out_by_itself_is_signed_by_the_brand_alone() -> None:
    _speaking(SenderForm.PERSON)

    mail = _letter(make.conversation().confirm("Your message has come.", "We have it", "elena@mail.example"))

    assert mail["From"] == "Aurora Kids <help@aurora.example>"
    assert _part(mail, "plain") == f"Your message has come.\n\n-- \nKind regards\n\n+371 20000000\n\n{LEGAL}\n"


def test_a_message_of_before_goes_out_as_it_did_then() -> None:
    _speaking()
    message = make.conversation().reply("It leaves today.", by=_olga())
    Message.objects.filter(pk=message.pk).update(from_name="", signature="", legal_line="")

    mail = _letter(Message.objects.get(pk=message.pk))

    assert (mail["From"], "Olga" in _part(mail, "plain")) == ("Aurora Kids <help@aurora.example>", False)


@pytest.mark.parametrize(
    ("template", "own", "title", "expected"),
    [
        ("{name}\n{title}", "", "", "Olga"),
        ("{name}, {title}, {brand}", "", "", "Olga, Aurora"),
        ("{title}, {name}", "", "", "Olga"),
        ("Yours\n{name}\n{title}\n{brand}", "O. B.\n{brand}, {title}", "", "Yours\nO. B.\nAurora\nAurora"),
        ("Your {brand} team", "O. B.", "oak", "Your Aurora team"),
        ("", "O. B.", "oak", "O. B."),
        ("{name}", "", "{brand}", "Olga"),
        ("", "", "oak", ""),
    ],
)
def test_a_signature_is_filled_in(template: str, own: str, title: str, expected: str) -> None:
    assert signed(template, "Aurora", User(name="Olga", title=title, signature=own)) == expected


@pytest.mark.parametrize(
    ("form", "name", "language", "expected"),
    [
        (SenderForm.BRAND, "Olga Belova", "en", "Aurora"),
        (SenderForm.PERSON, "Olga Belova", "en", "Olga Belova"),
        (SenderForm.BOTH, "Olga Belova", "en", "Olga from Aurora"),
        (SenderForm.BOTH, "Ольга Белова", "ru", "Ольга, Aurora"),
        (SenderForm.PERSON, "ceo@bank.example", "en", "Aurora"),
        (SenderForm.BOTH, "ceo\uff20bank.example", "en", "Aurora"),
    ],
)
def test_the_brand_says_whom_customers_see(form: str, name: str, language: str, expected: str) -> None:
    brand = Brand(name="Aurora", sender_form=form, languages=[language])

    assert voice_of(brand, "Aurora", User(name=name)).from_name == expected


def test_nothing_in_a_name_reaches_the_header() -> None:
    _speaking(SenderForm.PERSON, "")

    mail = _letter(make.conversation().reply("Hello", by=_olga(name='Olga\r\nBcc: eve.evil.example "x')))

    assert mail["Bcc"] is None
    [sender] = mail["From"].addresses
    assert sender.addr_spec == "help@aurora.example"


def test_an_address_for_a_name_is_refused_wherever_customers_would_read_it(client: Client) -> None:
    told = "Write a name, not an address"
    client.force_login(make.admin("anna"))
    ways = {"name": "Anna", "language": "", "theme": "", "time_zone": ""}
    brand = {"accent": "#7a3db8", "language": "en", "sender_form": "both", "legal_line": ""}
    account = make.mailbox()

    answers = [
        client.post("/profile/", {**ways, "public_name": "ceo@bank.example"}),
        client.post("/profile/", {**ways, "name": "Anna <ceo"}),
        client.post("/brands/new/", {**brand, "name": "help\uff20bank.example"}),
        client.post(f"/mailboxes/{account.pk}/", {"sender_name": "help@bank.example"}),
    ]

    assert [(answer.status_code, told in answer.content.decode()) for answer in answers] == [(422, True)] * 4


@pytest.mark.parametrize(
    ("typed", "told"),
    [("{password}", "{password}"), ("x\n" * 13, "12 lines"), ("x" * 1001, "1,000 letters")],
)
def test_a_signature_that_cannot_be_written_is_refused(client: Client, typed: str, told: str) -> None:
    client.force_login(make.agent("olga"))
    ways = {"name": "Olga", "language": "", "theme": "", "time_zone": ""}

    answer = client.post("/profile/", {**ways, "signature": typed})

    assert (answer.status_code, told in answer.content.decode()) == (422, True)


def test_dashes_above_a_signature_are_ours_to_write() -> None:
    assert tidy_signature("-- \n  {name}  \r\n\r\n\r\n\r\n{brand}\n") == "{name}\n\n{brand}"


def test_where_one_writes_it_stands_how_it_will_go_out(client: Client) -> None:
    _speaking()
    olga, conversation = _olga(), make.conversation()
    client.force_login(olga)

    pages = [
        client.get(f"/conversations/{conversation.pk}/"),
        client.get(f"/conversations/{conversation.pk}/asking/"),
        client.get("/conversations/new/voice/", {"inbox": str(make.inbox().pk)}),
    ]

    for page in pages:
        assert "Goes out as Olga from Aurora Kids" in page.content.decode()
        assert "Customer service, Aurora Kids" in page.content.decode()
    make.inbox().open_for([make.team("Pay")], by=make.admin())
    closed = client.get("/conversations/new/voice/", {"inbox": str(make.inbox().pk)})
    assert closed.status_code == client.get("/conversations/new/voice/", {"inbox": "x"}).status_code == 404


def test_an_answer_that_quotes_our_letter_shows_what_is_new() -> None:
    _speaking()
    conversation = make.conversation()
    text = _part(_letter(conversation.reply("It leaves today.", by=_olga())), "plain")
    quoted = "".join(f"> {line}\n" for line in text.splitlines())

    found = visible_text(f"Thank you!\n\nOn Monday Olga from Aurora Kids wrote:\n{quoted}", "")
    below = visible_text(f"Thank you!\n\n-----Original Message-----\nFrom: Olga from Aurora Kids\n\n{text}", "")

    assert (found.visible, below.visible) == ("Thank you!", "Thank you!")
    assert Conversation.objects.get(pk=conversation.pk).message_count == 2
    assert Voice("x", "a", "b").foot == "a\n\nb"

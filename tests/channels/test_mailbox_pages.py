"""Administrators connect mailboxes, see how they are, and are told in words what does not work."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.channels import sending
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Inbox
from samovar.jobs import holding
from samovar.jobs.models import Task
from tests import make
from tests.channels.mails import mailbox
from tests.channels.mailserver import PASSWORD, Dovecot, Outbox, smtp_server
from tests.channels.strange import strange_server

pytestmark = pytest.mark.django_db
NEW, LIST, TEST = "/mailboxes/new/", "/mailboxes/", "/mailboxes/test/"


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator's browser."""
    client.force_login(make.admin("anna"))
    return client


def typed(dovecot: Dovecot, outbox: Outbox, **changes: object) -> dict[str, object]:
    """Return the form as somebody fills it in who knows everything."""
    return {
        "address": "care@aurora.example",
        "name": "Care",
        "sender_name": "Aurora Home",
        "user_name": "",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_port": dovecot.port,
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": outbox.port,
        "smtp_security": "none",
        "folder": "INBOX",
        "has_plus_addresses": "on",
    } | changes


def test_a_mailbox_is_connected_and_its_password_is_never_shown_again(
    admin: Client, dovecot: Dovecot, outbox: Outbox
) -> None:
    page = admin.post(NEW, typed(dovecot, outbox), follow=True).content.decode()

    account = ChannelAccount.objects.get()
    assert "Care is connected" in page and "Is being connected" in page
    assert (account.user_name, account.password, account.inbox.sender_name) == (
        "care@aurora.example",
        PASSWORD,
        "Aurora Home",
    )
    assert PASSWORD.encode() not in bytes(account.sealed_password)
    for response in (admin.get(reverse("mailbox", args=[account.pk])), admin.get(LIST)):
        assert PASSWORD not in response.content.decode()


def test_an_inbox_with_imported_mail_gets_its_mailbox(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    conversation = make.conversation(inbox_id=make.inbox("care@aurora.example").pk)

    admin.post(NEW, typed(dovecot, outbox, address="Care@aurora.example"))

    assert ChannelAccount.objects.get().inbox_id == conversation.inbox_id
    assert Inbox.objects.filter(address__iexact="care@aurora.example").count() == 1


def test_changing_a_mailbox_keeps_the_password_that_is_not_typed_again(
    admin: Client, dovecot: Dovecot, outbox: Outbox
) -> None:
    account = mailbox(dovecot, outbox, "care")
    account.note_problem('["down", {}]', timezone.now())

    admin.post(
        reverse("mailbox", args=[account.pk]), typed(dovecot, outbox, password="", name="Help", user_name="care")
    )

    account = ChannelAccount.objects.get()
    assert (account.inbox.name, account.password, account.problem) == ("Help", PASSWORD, "")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"address": "nobody"}, "Enter a valid email address"),
        ({"address": "HELP@aurora.example"}, "Another mailbox has this address"),
        ({"password": ""}, "Write the password of the mailbox"),
        ({"name": " "}, "This field is required"),
        ({"imap_host": "mail.example"}, "anybody on the way can read the password"),
        ({"smtp_host": "10.0.0.1"}, "anybody on the way can read the password"),
        ({"imap_port": 0}, "greater than or equal to 1"),
        ({"smtp_port": 70000}, "less than or equal to 65535"),
        ({"imap_security": "magic"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    admin: Client, dovecot: Dovecot, outbox: Outbox, changes: dict[str, object], complaint: str
) -> None:
    mailbox(dovecot, outbox, "help")

    for address in (NEW, TEST):
        response = admin.post(address, typed(dovecot, outbox, **changes))
        assert response.status_code == 422
        assert complaint in response.content.decode()
    assert ChannelAccount.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"imap_host": "localhost"},
        {"imap_port": 9},
        {"imap_security": "tls"},
        {"smtp_host": "localhost"},
        {"smtp_port": 9},
        {"smtp_security": "starttls"},
        {"user_name": "other"},
        {"user_name": ""},
    ],
)
def test_a_stored_password_goes_nowhere_else(
    admin: Client, dovecot: Dovecot, outbox: Outbox, changes: dict[str, object]
) -> None:
    account = mailbox(dovecot, outbox, "care")
    given = typed(dovecot, outbox, password="", user_name="care", mailbox=account.pk) | changes

    for address in (reverse("mailbox", args=[account.pk]), TEST):
        response = admin.post(address, given)
        assert response.status_code == 422
        assert "Write the password again" in response.content.decode()
    assert ChannelAccount.objects.get().confided_to == account.confided_to
    assert outbox.connections == 0


@pytest.mark.parametrize(
    ("address", "is_known"),
    [
        ("a@gmail.com", True),
        ("a@fastmail.com", True),
        ("a@outlook.com", True),
        ("a@yahoo.com", False),
        ("a@own.example", False),
    ],
)
def test_answers_get_signed_addresses_where_the_provider_is_known_to_take_them(
    admin: Client, address: str, is_known: bool
) -> None:
    for page in (admin.get(NEW), admin.get("/mailboxes/servers/", {"address": address})):
        [box] = re.findall(r'<input[^>]*name="has_plus_addresses"[^>]*>', page.content.decode())
    assert ("checked" in box) == is_known


def test_nothing_is_said_about_a_password_that_no_server_asked_for(admin: Client, dovecot: Dovecot) -> None:
    with smtp_server(asks_who=False) as outbox:
        page = admin.post(TEST, typed(dovecot, outbox), headers={"HX-Request": "true"}).content.decode()

    assert "It asks nobody for a user name or a password" in page
    assert page.count("The user name and the password are accepted") == 1


def test_the_servers_of_a_known_provider_are_filled_in(admin: Client) -> None:
    page = admin.get("/mailboxes/servers/", {"address": "shop@yandex.ru", "imap_port": "993"}).content.decode()
    assert 'value="imap.yandex.ru"' in page and 'value="smtp.yandex.ru"' in page

    page = admin.get("/mailboxes/servers/", {"address": "a@outlook.com"}).content.decode()
    assert 'value="587"' in page and '<option value="starttls" selected>' in page


def test_servers_that_were_typed_are_not_overwritten(admin: Client) -> None:
    given = {"address": "shop@yandex.ru", "imap_host": "mail.own.example"}
    page = admin.get("/mailboxes/servers/", given).content.decode()

    assert 'value="mail.own.example"' in page and "yandex" not in page


def test_the_test_says_what_works(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    response = admin.post(TEST, typed(dovecot, outbox), headers={"HX-Request": "true"})

    page = response.content.decode()
    assert "Everything works" in page and "The folder holds 0 mails" in page
    assert (ChannelAccount.objects.count(), outbox.taken) == (0, [])


def test_the_test_of_a_stored_mailbox_uses_the_stored_password(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    account = mailbox(dovecot, outbox, "care")

    known = typed(dovecot, outbox, password="", user_name="care", mailbox=account.pk)
    page = admin.post(TEST, known).content.decode()
    assert "Everything works" in page
    assert admin.post(TEST, typed(dovecot, outbox, mailbox=999_999)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "good", "bad"),
    [
        ({"password": "wrong"}, "127.0.0.1 answers", "127.0.0.1 does not accept the user name or the password"),
        ({"folder": "Support"}, "The user name and the password are accepted", "There is no folder “Support”"),
        ({"imap_port": 9}, "127.0.0.1 answers", "127.0.0.1 does not accept connections at port 9"),
        ({"smtp_port": 9}, "The folder holds", "127.0.0.1 does not accept connections at port 9"),
        ({"imap_host": "nowhere.invalid", "imap_security": "tls"}, "answers", "There is no server called nowhere.inv"),
        ({"imap_security": "tls"}, "127.0.0.1 answers", "127.0.0.1 does not speak TLS at port"),
        ({"smtp_security": "starttls"}, "The folder holds", "127.0.0.1 does not speak TLS at port"),
    ],
)
def test_the_test_says_what_does_not_work(
    admin: Client, dovecot: Dovecot, outbox: Outbox, changes: dict[str, object], good: str, bad: str
) -> None:
    page = admin.post(TEST, typed(dovecot, outbox, **changes), headers={"HX-Request": "true"}).content.decode()

    assert good in page and bad in page
    assert "Everything works" not in page


def test_the_words_of_a_server_are_shown_as_words(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    with strange_server() as server:
        server.login = "NO <img src=x onerror=alert(1)>" + "y" * 400
        response = admin.post(TEST, typed(dovecot, outbox, imap_port=server.port), headers={"HX-Request": "true"})

    page = response.content.decode()
    assert "&lt;img src=x" in page and "<img src" not in page
    assert "y" * 130 not in page


def test_troubles_are_shown_in_the_readers_language(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    account = mailbox(dovecot, outbox, imap_port=9)
    ChannelAccount.objects.update(problem='["There is no folder “%(folder)s” in this mailbox.", {"folder": "X"}]')
    ChannelAccount.objects.update(problem_since=timezone.now())

    page = admin.get(LIST, headers={"Accept-Language": "ru"}).content.decode()
    assert "В этом ящике нет папки «X»." in page
    assert account.inbox.address in page


def test_pausing_and_archiving_can_be_taken_back(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    account = mailbox(dovecot, outbox)

    for there, back in (("pausing", "resuming"), ("archiving", "restoring")):
        page = admin.post(f"/mailboxes/{account.pk}/{there}/", follow=True).content.decode()
        assert f'action="/mailboxes/{account.pk}/{back}/"' in page
        assert not ChannelAccount.objects.in_use().exists()
        admin.post(f"/mailboxes/{account.pk}/{back}/")
        assert ChannelAccount.objects.in_use().exists()


def test_held_sending_is_named_on_the_page(admin: Client) -> None:
    holding.hold(holding.SENDING, "restored")

    assert "samovar sending resume" in admin.get(LIST).content.decode()


def test_whoever_answers_can_have_a_message_tried_now(client: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    mailbox(dovecot, outbox, "help")
    outbox.refuse_with = "550 no"
    message = make.conversation().reply("Hello", by=make.agent())
    sending.send(Delivery.objects.get().pk)
    Task.objects.all().delete()
    client.force_login(make.agent("olga"))

    assert client.post(f"/messages/{message.pk}/deliveries/").headers["Location"] == "/"
    assert client.post(f"/messages/{message.pk}/deliveries/", headers={"HX-Request": "true"}).status_code == 200
    assert Task.objects.get().args == [Delivery.objects.get().pk]
    assert Delivery.objects.get().failed_at is None


def test_who_only_looks_on_may_not_send(client: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    mailbox(dovecot, outbox, "help")
    message = make.conversation().reply("Hello", by=make.agent())
    client.force_login(make.user(role="observer"))

    assert client.post(f"/messages/{message.pk}/deliveries/").status_code == 403


def test_after_trying_again_one_comes_back_only_to_our_own_pages(
    client: Client, dovecot: Dovecot, outbox: Outbox
) -> None:
    mailbox(dovecot, outbox, "help")
    message = make.conversation().reply("Hello", by=make.agent())
    client.force_login(make.agent("olga"))

    for came_from, expected in (("http://testserver/conversations/1/", None), ("http://evil.example/", "/")):
        response = client.post(f"/messages/{message.pk}/deliveries/", headers={"Referer": came_from})
        assert response.headers["Location"] == (expected or came_from)

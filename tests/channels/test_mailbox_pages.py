"""Administrators connect mailboxes, see how they are, and are told in words what does not work."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.channels import heartbeats, trying
from samovar.channels.models import ChannelAccount, MailFolder, Trial
from samovar.channels.models.folder import Role
from samovar.conversations.models import Inbox
from samovar.jobs import holding
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


def outcome_of(admin: Client, given: dict[str, object]) -> str:
    """Press the button, let a worker do it without patience, and return what the page says then."""
    admin.post(TEST, given)
    trial = Trial.objects.latest("pk")
    trying.run(trial.pk, 0)
    return admin.get(reverse("mailbox_trial", args=[trial.pk])).content.decode()


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
    assert admin.post(reverse("mailbox", args=[account.pk]), typed(dovecot, outbox, name=" ")).status_code == 302
    assert Inbox.objects.get().name == "care@aurora.example"
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


@pytest.mark.parametrize(("typed_name", "shown"), [("", "mx.aurora.example"), ("mx.own.example", "mx.own.example")])
def test_the_server_that_judges_senders_is_filled_in_unless_one_was_typed(
    admin: Client, typed_name: str, shown: str
) -> None:
    trial = make.trial()
    trial.settings |= {"trusted_checker": typed_name}
    trial.save()
    trial.note_ways(has_plus_addresses=True, takes_verp=True)
    trial.note_checker("mx.aurora.example")

    page = admin.get(reverse("mailbox_trial", args=[trial.pk]), headers={"HX-Request": "true"}).content.decode()

    [box] = re.findall(r'<input[^>]*name="trusted_checker"[^>]*>', page)
    assert f'value="{shown}"' in box


def test_nothing_is_said_about_a_password_that_no_server_asked_for(admin: Client, dovecot: Dovecot) -> None:
    with smtp_server(asks_who=False) as outbox:
        page = outcome_of(admin, typed(dovecot, outbox))

    assert "It asks nobody for a user name or a password" in page
    assert page.count("The user name and the password are accepted") == 1


def test_the_servers_of_a_known_provider_are_filled_in(admin: Client) -> None:
    page = admin.get("/mailboxes/servers/", {"address": "shop@yandex.ru", "imap_port": "993"}).content.decode()
    assert 'value="imap.yandex.ru"' in page and 'value="smtp.yandex.ru"' in page

    page = admin.get("/mailboxes/servers/", {"address": "a@outlook.com"}).content.decode()
    assert 'value="587"' in page and '<option value="starttls" selected>' in page


def test_for_an_unknown_domain_names_are_offered_and_none_is_filled_in(admin: Client) -> None:
    page = admin.get("/mailboxes/servers/", {"address": "help@Own.example"}).content.decode()
    assert '<option value="imap.own.example">' in page and '<option value="smtp.own.example">' in page
    assert 'value="" ' not in page and 'name="imap_host" value=' not in page

    page = admin.get("/mailboxes/servers/", {"address": "help@gmail.com"}).content.decode()
    assert '<option value="imap.' not in page


def test_servers_that_were_typed_are_not_overwritten(admin: Client) -> None:
    given = {"address": "shop@yandex.ru", "imap_host": "mail.own.example"}
    page = admin.get("/mailboxes/servers/", given).content.decode()

    assert 'value="mail.own.example"' in page and "yandex" not in page


def test_the_test_says_what_works(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    page = outcome_of(admin, typed(dovecot, outbox))

    assert "The folder can be read; mails in it: 0" in page
    assert (ChannelAccount.objects.count(), len(outbox.taken)) == (0, 2)


def test_the_test_of_a_stored_mailbox_uses_the_stored_password(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    account = mailbox(dovecot, outbox, "care")

    known = typed(dovecot, outbox, password="", user_name="care", mailbox=account.pk)
    page = outcome_of(admin, known)
    assert page.count("The user name and the password are accepted") == 2
    assert admin.post(TEST, typed(dovecot, outbox, mailbox=999_999)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "good", "bad"),
    [
        ({"password": "wrong"}, "127.0.0.1 answers", "127.0.0.1 does not accept the user name or the password"),
        ({"folder": "Support"}, "The user name and the password are accepted", "There is no folder “Support”"),
        ({"imap_port": 9}, "127.0.0.1 answers", "127.0.0.1 does not accept connections at port 9"),
        ({"smtp_port": 9}, "The folder can be read", "127.0.0.1 does not accept connections at port 9"),
        ({"imap_host": "nowhere.invalid", "imap_security": "tls"}, "answers", "There is no server called nowhere.inv"),
        ({"imap_security": "tls"}, "127.0.0.1 answers", "127.0.0.1 does not speak TLS at port"),
        ({"smtp_security": "starttls"}, "The folder can be read", "127.0.0.1 does not speak TLS at port"),
    ],
)
def test_the_test_says_what_does_not_work(
    admin: Client, dovecot: Dovecot, outbox: Outbox, changes: dict[str, object], good: str, bad: str
) -> None:
    page = outcome_of(admin, typed(dovecot, outbox, **changes))

    assert good in page and bad in page
    assert "Everything works" not in page


def test_the_words_of_a_server_are_shown_as_words(admin: Client, dovecot: Dovecot, outbox: Outbox) -> None:
    with strange_server() as server:
        server.login = "NO <img src=x onerror=alert(1)>" + "y" * 400
        page = outcome_of(admin, typed(dovecot, outbox, imap_port=server.port))

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


def test_a_heartbeat_is_switched_on_and_off(admin: Client) -> None:
    account = make.mailbox()

    admin.post(f"/mailboxes/{account.pk}/heartbeat/", {"on": "1"})
    assert heartbeats.due() == [account.pk]
    admin.post(f"/mailboxes/{account.pk}/heartbeat/")
    assert heartbeats.due() == []


@pytest.mark.parametrize(("chosen", "status", "kept"), [("us", 302, "us"), ("nobody at all", 422, "found_out")])
def test_who_keeps_copies_is_chosen(admin: Client, chosen: str, status: int, kept: str) -> None:
    folder = MailFolder.objects.of(make.mailbox(), Role.SENT, "Sent")

    answer = admin.post(f"/mailboxes/{folder.account_id}/copying/", {"copied_by": chosen})

    folder.refresh_from_db()
    assert (answer.status_code, folder.copied_by) == (status, kept)


def test_held_sending_is_named_on_the_page(admin: Client) -> None:
    holding.hold(holding.SENDING, "restored")

    assert "samovar sending resume" in admin.get(LIST).content.decode()


def test_the_list_says_which_mailbox_is_behind_or_silent_and_how_far_old_mail_is_read(admin: Client) -> None:
    now = timezone.now()
    late, silent = make.mailbox("late@aurora.example"), make.mailbox("silent@aurora.example")
    late.note_fetched(now - timedelta(minutes=23))
    silent.note_fetched(now)
    folder = MailFolder.objects.of(silent, Role.INBOX, "INBOX")
    folder.note_history(5, 1200, 20418)
    MailFolder.objects.update(arrivals=30, newest_at=now - timedelta(days=9), longest_gap=timedelta(days=1))

    text = admin.get(LIST).content.decode()

    assert "Is behind" in text
    assert "nothing was read for 23 minutes" in text
    assert "no mail has come for 9 days" in text
    assert "1,200 of 20,418 old mails read" in text

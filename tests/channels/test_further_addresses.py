"""A mailbox answers at several addresses, and each is known as our own when mail is understood."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.channels.importing import import_mails
from samovar.channels.models import ChannelAccount, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import envelope_of, take_in_each
from samovar.conversations.models import Inbox, Message
from samovar.conversations.own_addresses import own_addresses
from tests import make
from tests.channels.mails import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator's browser."""
    client.force_login(make.admin("anna"))
    return client


def typed(**changes: object) -> dict[str, object]:
    """Return the form of help@aurora.example."""
    servers = {"imap_host": "nowhere.invalid", "smtp_host": "nowhere.invalid", "folder": "INBOX"}
    ports = {"imap_port": 993, "imap_security": "tls", "smtp_port": 465, "smtp_security": "tls"}
    names = {"address": "help@aurora.example", "name": "Help", "user_name": "", "password": "secret"}
    return {**servers, **ports, **names, **changes}


def test_further_addresses_are_typed_one_per_line(admin: Client) -> None:
    admin.post("/mailboxes/new/", typed(others="Care@aurora.example\r\ninfo@aurora.example, help@aurora.example\r\n"))

    account = ChannelAccount.objects.get()
    assert account.inbox.addresses == ("help@aurora.example", "care@aurora.example", "info@aurora.example")
    page = admin.get(reverse("mailbox", args=[account.pk])).content.decode()
    assert "care@aurora.example\ninfo@aurora.example</textarea>" in page

    admin.post(reverse("mailbox", args=[account.pk]), typed(password="", others="info@aurora.example"))
    assert Inbox.objects.get().addresses == ("help@aurora.example", "info@aurora.example")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"others": "nobody"}, "Enter a valid email address"),
        ({"others": "ORDERS@aurora.example"}, "The inbox “Help” has one of these"),
        ({"others": "shop@aurora.example"}, "The inbox “Help” has one of these"),
        ({"address": "Shop@aurora.example"}, "Another mailbox has this address"),
    ],
)
def test_no_address_leads_to_two_mailboxes(admin: Client, changes: dict[str, object], complaint: str) -> None:
    make.mailbox("orders@aurora.example").inbox.answer_at(["shop@aurora.example"])

    response = admin.post("/mailboxes/new/", typed(**changes))

    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert ChannelAccount.objects.count() == 1


def test_a_mail_knows_all_addresses_of_its_inbox() -> None:
    inbox = make.inbox()
    inbox.answer_at(["help@other.example"])

    raw = make.raw_mail(mail())

    assert envelope_of(raw, own_addresses()).addresses == ("help@aurora.example", "help@other.example")


@pytest.mark.parametrize("is_imported", [False, True])
def test_an_id_forged_at_a_further_domain_is_no_ancestor(is_imported: bool) -> None:
    inbox = make.inbox()
    inbox.answer_at(["help@other.example"])
    forged = mail(In_Reply_To="<m.1.aaaaaaaaaaaaaaaa@other.example>")

    if is_imported:
        import_mails(inbox, [forged], processes=1)
    else:
        keep_all(Source(inbox.pk), [Arrival(forged, timezone.now())])
        take_in_each(RawMail.objects.all())

    assert Message.objects.get().conversation.references.count() == 1


@pytest.mark.parametrize(
    ("given", "days"), [({}, 0), ({"read_from": "days", "read_days": "7"}, 7), ({"read_from": "days"}, 30)]
)
def test_a_mailbox_is_read_from_now_on_unless_older_mail_is_wanted(
    admin: Client, given: dict[str, str], days: int
) -> None:
    admin.post("/mailboxes/new/", typed(**given))

    since = ChannelAccount.objects.get().read_since
    assert since is not None
    assert abs(timezone.now() - timedelta(days=days) - since) < timedelta(minutes=5)


def test_everything_can_be_read_and_the_choice_is_made_once(admin: Client) -> None:
    admin.post("/mailboxes/new/", typed(read_from="everything"))
    account = ChannelAccount.objects.get()
    assert account.read_since is None

    address = reverse("mailbox", args=[account.pk])
    assert "read_from" not in admin.get(address).content.decode()
    admin.post(address, typed(read_from="now", password=""))
    assert ChannelAccount.objects.get().read_since is None


def test_how_much_may_be_sent_is_set_for_each_mailbox(admin: Client) -> None:
    admin.post("/mailboxes/new/", typed(most_a_minute="20", most_a_day="500"))
    account = ChannelAccount.objects.get()
    assert (account.most_a_minute, account.most_a_day) == (20, 500)

    admin.post(reverse("mailbox", args=[account.pk]), typed(most_a_minute="", most_a_day="", password=""))
    account.refresh_from_db()
    assert (account.most_a_minute, account.most_a_day) == (100, None)
    assert admin.post("/mailboxes/new/", typed(address="b@b.example", most_a_minute="0")).status_code == 422

"""Two administrators change one mailbox or its rules, each on a page opened before: what the first did stays."""

import pytest
from django.urls import reverse

from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security
from samovar.conversations.models import Inbox
from tests import make
from tests.ui.test_comparing import fields_of, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> ChannelAccount:
    """A mailbox that is read."""
    return make.mailbox("pay@aurora.example")


def test_of_two_who_change_other_rules_both_are_kept(account: ChannelAccount) -> None:
    address = reverse("mailbox_rules", args=[account.pk])
    (anna, annas), (oleg, olegs) = opened(address, "link_days"), opened(address, "link_days")

    anna.post(address, annas | {"confirmation": "We have it.", "relays": "forms@aurora.example"})
    assert oleg.post(address, olegs | {"link_days": "7"}).status_code == 302

    inbox = Inbox.objects.get(pk=account.inbox_id)
    assert (inbox.confirmation, inbox.relays, inbox.link_days) == ("We have it.", "forms@aurora.example", 7)


def test_of_two_who_change_the_same_rule_the_second_sees_the_first_one(account: ChannelAccount) -> None:
    address = reverse("mailbox_rules", args=[account.pk])
    (anna, annas), (oleg, olegs) = opened(address, "link_days"), opened(address, "link_days")
    anna.post(address, annas | {"link_days": "14"})

    refused = oleg.post(address, olegs | {"link_days": "7"})

    assert refused.status_code == 422
    assert "somebody has changed it to “14”" in refused.content.decode()
    assert Inbox.objects.get(pk=account.inbox_id).link_days == 14
    assert oleg.post(address, fields_of(refused.content, "link_days")).status_code == 302
    assert Inbox.objects.get(pk=account.inbox_id).link_days == 7


def test_a_mailbox_that_a_lead_has_named_meanwhile_keeps_its_name(account: ChannelAccount) -> None:
    address = reverse("mailbox", args=[account.pk])
    oleg, olegs = opened(address, "imap_host")
    account.call("Invoices", by=make.lead("vera"))
    account.inbox.answer_at(["bills@aurora.example"])

    assert oleg.post(address, olegs | {"sender_name": "Aurora"}).status_code == 302

    inbox = Inbox.objects.get(pk=account.inbox_id)
    assert (inbox.name, inbox.sender_name) == ("Invoices", "Aurora")
    assert list(inbox.addresses) == ["pay@aurora.example", "bills@aurora.example"]


def test_of_two_who_move_a_mailbox_no_password_goes_where_nobody_sent_it(account: ChannelAccount) -> None:
    address = reverse("mailbox", args=[account.pk])
    (anna, annas), (oleg, olegs) = opened(address, "imap_host"), opened(address, "imap_host")
    moved = {"imap_host": "mail.aurora.example", "imap_security": Security.TLS, "password": "new"}
    assert anna.post(address, annas | moved).status_code == 302

    refused = oleg.post(address, olegs | {"imap_host": "imap.other.example", "imap_security": Security.TLS})

    assert refused.status_code == 422
    assert "somebody has changed it to “mail.aurora.example”" in refused.content.decode()
    # Seen and sent again, it still wants the password: it would go to another place than before.
    again = oleg.post(address, fields_of(refused.content, "imap_host"))
    assert again.status_code == 422
    assert "Write the password again" in again.content.decode()
    assert ChannelAccount.objects.get(pk=account.pk).imap_host == "mail.aurora.example"


def test_servers_that_come_anew_with_another_address_are_compared_too(account: ChannelAccount) -> None:
    address = reverse("mailbox", args=[account.pk])
    (anna, annas), (oleg, olegs) = opened(address, "imap_host"), opened(address, "imap_host")
    anna.post(address, annas | {"most_a_minute": "7", "folder": "Support"})

    page = oleg.get(reverse("mailbox_servers"), olegs | {"address": "bills@aurora.example"}).content
    servers = fields_of(b'<form><input name="csrfmiddlewaretoken">' + page + b"</form>", "imap_host")
    others = {name: value for name, value in olegs.items() if name.removeprefix("initial-") not in servers}
    assert oleg.post(address, others | servers | {"address": "bills@aurora.example"}).status_code == 302

    stored = ChannelAccount.objects.select_related("inbox").get(pk=account.pk)
    assert (stored.inbox.address, stored.most_a_minute, stored.folder) == ("bills@aurora.example", 7, "Support")

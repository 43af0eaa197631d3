"""Administrators decide what is answered by itself, and how mail finds its conversation."""

import pytest
from django.test import Client
from django.urls import reverse

from samovar.channels.models import ChannelAccount
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(client: Client) -> ChannelAccount:
    client.force_login(make.admin("vera"))
    return make.mailbox()


def test_the_rules_of_an_inbox_are_saved_and_shown(client: Client, account: ChannelAccount) -> None:
    address = reverse("mailbox_rules", args=[account.pk])
    given = {
        "confirmation": "Thank you.",
        "joins_by_subject_days": "7",
        "relays": "Form@shop.example, other@shop.example\n",
        "frequent_senders": "monitor@mail.example",
    }

    answer = client.post(address, given, follow=True)

    account.inbox.refresh_from_db()
    assert "The rules of Help are saved" in answer.content.decode()
    assert (account.inbox.confirmation, account.inbox.joins_by_subject_days) == ("Thank you.", 7)
    assert account.inbox.relays == "form@shop.example\nother@shop.example"
    assert account.inbox.frequent_senders == "monitor@mail.example"
    assert "other@shop.example" in client.get(address).content.decode()
    assert address in client.get(reverse("mailbox", args=[account.pk])).content.decode()


@pytest.mark.parametrize(
    "given",
    [{"relays": "no address"}, {"joins_by_subject_days": "0"}, {"relays": " ".join(f"a{n}@x.y" for n in range(201))}],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    client: Client, account: ChannelAccount, given: dict[str, str]
) -> None:
    answer = client.post(reverse("mailbox_rules", args=[account.pk]), {"confirmation": "New", **given})

    account.inbox.refresh_from_db()
    assert answer.status_code == 422
    assert account.inbox.confirmation == ""

"""Members of staff learn where to pass on mail that customers wrote to them."""

import pytest
from django.test import Client
from django.urls import reverse

from samovar.conversations.tokens import find_forward_token
from tests import make

pytestmark = pytest.mark.django_db


def test_the_page_shows_an_address_of_ones_own(client: Client) -> None:
    olga = make.agent("olga")
    client.force_login(olga)
    account = make.mailbox()
    account.has_plus_addresses = True
    account.save()

    page = client.get(reverse("passing_on")).content.decode()

    [address] = [word for word in page.replace("<", " ").replace(">", " ").split() if "+f." in word]
    token = find_forward_token([address])
    assert token is not None
    assert token.number == olga.pk
    assert "It does not work yet" in page


def test_without_such_a_mailbox_it_says_what_is_missing(client: Client) -> None:
    client.force_login(make.agent("olga"))
    make.mailbox()

    assert "You have no address to forward mail to yet" in client.get(reverse("passing_on")).content.decode()

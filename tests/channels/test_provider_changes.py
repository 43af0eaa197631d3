"""A provider that becomes another one is shown nothing that the one before it gave for mailboxes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.channels import access
from samovar.channels.errors import SignInRefused
from samovar.channels.models import ChannelAccount, SignInProvider
from samovar.channels.oauth import Tokens
from tests import make

pytestmark = pytest.mark.django_db
URL = "https://id.aurora.example"
GIVEN = {"name": "Aurora ID", "client_id": "samovar", "scopes": "mail", "client_secret": "another"}
GIVEN |= {"authorization_url": f"{URL}/authorize", "token_url": f"{URL}/token"}


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator's browser."""
    client.force_login(make.admin("anna"))
    return client


def signed_in(address: str, provider: SignInProvider, left: timedelta = timedelta(hours=1)) -> ChannelAccount:
    """Make a mailbox that somebody has signed in to."""
    account = make.mailbox(address)
    account.provider = provider
    account.save(update_fields=["provider"])
    account.take_tokens(Tokens("access", "refresh", timezone.now() + left))
    return account


@pytest.mark.parametrize(
    "change",
    [
        {"token_url": "https://evil.example/token"},
        {"authorization_url": "https://evil.example/authorize"},
        {"client_id": "another"},
    ],
)
def test_people_sign_in_again_to_what_becomes_another_provider(admin: Client, change: dict[str, str]) -> None:
    provider = make.provider()
    account, other = signed_in("help@aurora.example", provider), signed_in("b@aurora.example", make.provider("Other"))

    page = admin.post(f"/mailboxes/providers/{provider.pk}/", GIVEN | change, follow=True).content.decode()

    assert "Sign in again to: Help" in page
    kept = ChannelAccount.objects.get(pk=account.pk)
    assert (kept.refresh_token, kept.access_token, kept.has_signed_in) == ("", "", False)
    assert ChannelAccount.objects.get(pk=other.pk).refresh_token == "refresh"
    # Whoever had it in hand before the change shows it to nobody either.
    account.access_until = None
    with pytest.raises(SignInRefused, match="Nobody has signed in"):
        access.token(account)


def test_another_name_or_secret_signs_nobody_out(admin: Client) -> None:
    provider = make.provider()
    account = signed_in("help@aurora.example", provider)

    page = admin.post(f"/mailboxes/providers/{provider.pk}/", GIVEN | {"name": "Our ID"}, follow=True).content.decode()

    assert "Our ID is stored" in page and "Sign in again to" not in page
    assert ChannelAccount.objects.get(pk=account.pk).refresh_token == "refresh"


def test_what_was_renewed_while_the_provider_changed_is_not_kept() -> None:
    provider = make.provider()
    account = signed_in("help@aurora.example", provider)
    ChannelAccount.objects.all().sign_out_of(provider)

    account.renew_tokens(Tokens("new", "new", timezone.now()))

    assert not ChannelAccount.objects.get(pk=account.pk).has_signed_in

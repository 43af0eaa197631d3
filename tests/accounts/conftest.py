"""What tests of the staff share: passwords that are hashed at once, and a provider of single sign-on."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from samovar.accounts.models import StaffProvider
from samovar.lib import safe_http
from tests.accounts.oidc_server import RETURN, OidcServer, new_provider, oidc_server


@pytest.fixture(autouse=True)
def _quick_passwords(settings: LazySettings) -> None:
    # Many tests here type one, and are about something else.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def server(settings: LazySettings) -> Iterator[OidcServer]:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    with oidc_server(RETURN) as found:
        yield found


@pytest.fixture
def provider(server: OidcServer, monkeypatch: pytest.MonkeyPatch) -> StaffProvider:
    # The provider stands on this machine, which our client would never reach in earnest.
    world = safe_http.World(may_reach=lambda address: address == "127.0.0.1", ports={"http": server.port})
    monkeypatch.setattr(safe_http, "World", lambda: world)
    return new_provider(server.url)

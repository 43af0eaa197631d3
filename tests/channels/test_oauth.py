"""People sign in to a mailbox at its provider; Samovar keeps itself let in, and says when it no longer is."""

import http.client
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oauthlib.oauth2 import WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from samovar.channels import access, imap, oauth, smtp, trying
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.models import ChannelAccount, SignInProvider, Trial
from samovar.channels.oauth import Attempt, Tokens
from samovar.lib import safe_http
from tests import make
from tests.channels import mailserver
from tests.channels.mails import mailbox
from tests.channels.mailserver import Dovecot
from tests.channels.oauth_server import CLIENT, SECRET, BearerOutbox, OAuthServer, oauth_server

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cloud() -> Iterator[OAuthServer]:
    """An authorization server."""
    with oauth_server() as server:
        yield server


@pytest.fixture
def provider(cloud: OAuthServer, monkeypatch: pytest.MonkeyPatch) -> SignInProvider:
    """The authorization server as it is when nothing has happened, known here."""
    cloud.__dict__.update({**vars(OAuthServer()), "port": cloud.port})
    # It stands on this machine, where the real client never goes.
    world = safe_http.World(may_reach=lambda address: address == "127.0.0.1", ports={"http": cloud.port})
    monkeypatch.setattr(safe_http, "World", lambda: world)
    return make.provider("Aurora ID", cloud.url)


@pytest.fixture(scope="module")
def bearer_dovecot(cloud: OAuthServer) -> Iterator[Dovecot]:
    """A real IMAP server that asks the authorization server what tokens are worth."""
    if not mailserver.DOVECOT:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="bearer-", dir=settings.HOME))
    folder.chmod(0o711)
    with mailserver.dovecot(folder, introspection=f"{cloud.url}/introspect") as server:
        yield server


@pytest.fixture
def bearer_outbox(cloud: OAuthServer) -> Iterator[BearerOutbox]:
    """A real SMTP server that looks at tokens."""
    with mailserver.smtp_server(outbox=BearerOutbox(oauth=cloud)) as server:
        assert isinstance(server, BearerOutbox)
        yield server


@pytest.fixture
def account(bearer_dovecot: Dovecot, bearer_outbox: BearerOutbox, provider: SignInProvider) -> ChannelAccount:
    """The mailbox care@aurora.example, to which nobody has signed in."""
    return mailbox(bearer_dovecot, bearer_outbox, "care", user_name="care@aurora.example", provider=provider)


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator's browser."""
    client.force_login(make.admin("anna"))
    return client


def visit(address: str) -> str:
    """Go to the provider, agree, and return where it sends the browser."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port)
    line.request("GET", f"{parts.path}?{parts.query}")
    place = line.getresponse().headers["Location"]
    line.close()
    return str(place)


def sign_in(admin: Client, account: ChannelAccount) -> str:
    """Sign in as a person does; return the page that they see at the end."""
    page = admin.get(reverse("mailbox_signing_in", args=[account.pk]))
    back = urlsplit(visit(page.context["address"]))
    return admin.get(f"{back.path}?{back.query}", follow=True).content.decode()


def let_in(account: ChannelAccount, cloud: OAuthServer) -> ChannelAccount:
    """Give an account tokens without a person."""
    tokens = Tokens("access", "refresh", timezone.now() + timedelta(hours=1))
    cloud.access, cloud.refresh = {"access"}, {"refresh"}
    account.sign_in(tokens, timezone.now(), by=make.admin())
    return account


def can_read(account: ChannelAccount) -> bool:
    """Sign in to the incoming server."""
    with imap.opened(account) as box:
        return box.folder.get() == "INBOX"


def can_send(account: ChannelAccount) -> bool:
    """Sign in to the outgoing server."""
    with smtp.opened(account) as server:
        return server.noop()[0] == 250


def test_a_person_signs_in_and_both_servers_let_us_in(
    admin: Client, account: ChannelAccount, cloud: OAuthServer
) -> None:
    with pytest.raises(SignInRefused, match="Nobody has signed in"):
        can_read(account)

    page = sign_in(admin, account)

    assert "is connected" in page
    account.refresh_from_db()
    assert can_read(account) and can_send(account)
    sealed = bytes(account.sealed_refresh_token) + bytes(account.sealed_access_token)
    assert not any(token.encode() in sealed for token in cloud.refresh | cloud.access)
    assert cloud.grants == ["authorization_code"]


def test_choosing_a_provider_leads_to_signing_in_without_a_password(admin: Client, account: ChannelAccount) -> None:
    given = {"address": "new@aurora.example", "name": "New", "folder": "INBOX", "provider": account.provider_id}
    given |= {"imap_host": "127.0.0.1", "imap_port": 9, "imap_security": "none"}
    given |= {"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}

    response = admin.post("/mailboxes/new/", given)

    made = ChannelAccount.objects.latest("pk")
    assert response.headers["Location"] == reverse("mailbox_signing_in", args=[made.pk])
    page = admin.get(response.headers["Location"])
    asked = dict(parse_qsl(urlsplit(page.context["address"]).query))
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/mailboxes/signed-in/"
    assert asked["login_hint"] == "new@aurora.example"
    assert "code_verifier" not in asked


@pytest.mark.parametrize(
    "spoil",
    [
        lambda given, client: given | {"state": "x" * 43},
        lambda given, client: {"code": given["code"]},
        lambda given, client: given | {"state": "ё"},
        lambda given, client: client.session.flush() or client.force_login(make.admin("eve")) or given,
    ],
    ids=["foreign state", "no state", "odd state", "another session"],
)
def test_an_answer_that_this_session_did_not_ask_for_is_not_taken(
    admin: Client, account: ChannelAccount, spoil: Callable[[dict[str, str], Client], dict[str, str]]
) -> None:
    page = admin.get(reverse("mailbox_signing_in", args=[account.pk]))
    given = dict(parse_qsl(urlsplit(visit(page.context["address"])).query))

    answer = admin.get(f"/mailboxes/signed-in/?{urlencode(spoil(given, admin))}", follow=True)

    assert "was not begun here" in answer.content.decode()
    # What did not fit has ended the attempt: nobody goes on guessing.
    assert "was not begun here" in admin.get(f"/mailboxes/signed-in/?{urlencode(given)}", follow=True).content.decode()
    account.refresh_from_db()
    assert not account.has_signed_in


def test_who_does_not_agree_is_told_so(admin: Client, account: ChannelAccount, cloud: OAuthServer) -> None:
    cloud.agrees = False

    assert "Aurora ID did not let us in" in sign_in(admin, account)


def test_a_token_is_renewed_before_it_ends(account: ChannelAccount, cloud: OAuthServer) -> None:
    let_in(account, cloud)
    account.access_until = timezone.now() + timedelta(minutes=1)
    account.save(update_fields=["access_until"])

    assert can_read(account) and can_send(account)

    assert cloud.grants == ["refresh_token"]
    kept = ChannelAccount.objects.get(pk=account.pk)
    assert {kept.refresh_token} == cloud.refresh and kept.access_token in cloud.access - {"access"}


@pytest.mark.parametrize("use", [can_read, can_send])
def test_a_token_that_is_refused_is_renewed_once(
    account: ChannelAccount, cloud: OAuthServer, use: Callable[[ChannelAccount], bool]
) -> None:
    let_in(account, cloud)
    cloud.access.clear()

    assert use(account)
    assert cloud.grants == ["refresh_token"]


@pytest.mark.parametrize("use", [can_read, can_send])
def test_who_has_taken_the_permission_back_is_asked_to_sign_in_again(
    admin: Client, account: ChannelAccount, cloud: OAuthServer, use: Callable[[ChannelAccount], bool]
) -> None:
    let_in(account, cloud)
    cloud.revoke()

    with pytest.raises(SignInRefused, match="Sign in again") as refused:
        use(account)
    assert cloud.grants == ["refresh_token"]
    account.note_problem(refused.value.kept, timezone.now())
    page = admin.get("/mailboxes/").content.decode()
    assert "Aurora ID does not let us in any more" in page
    assert reverse("mailbox_signing_in", args=[account.pk]) in page

    before = account.way_in
    sign_in(admin, account)
    account = ChannelAccount.objects.get(pk=account.pk)
    # Whoever watches the mailbox sees that it is to be taken up at once.
    assert use(account) and account.problem == "" and account.way_in != before


def test_a_provider_that_is_down_is_no_reason_to_sign_in_again(account: ChannelAccount, cloud: OAuthServer) -> None:
    let_in(account, cloud)
    cloud.access.clear()
    cloud.is_down = True

    with pytest.raises(ChannelTrouble, match="Aurora ID gave no token: 503") as trouble:
        can_read(account)
    assert not isinstance(trouble.value, SignInRefused)


def test_a_refresh_token_that_stays_is_kept(account: ChannelAccount, cloud: OAuthServer) -> None:
    let_in(account, cloud)
    cloud.rotates = False
    cloud.access.clear()

    assert can_read(account)
    assert ChannelAccount.objects.get(pk=account.pk).refresh_token == "refresh"


@pytest.mark.django_db(transaction=True)
def test_of_many_that_renew_at_once_one_does(account: ChannelAccount, cloud: OAuthServer) -> None:
    let_in(account, cloud)
    cloud.access.clear()
    found: list[str] = []

    def renew() -> None:
        found.append(access.token(ChannelAccount.objects.get(pk=account.pk), refused="access"))
        connection.close()

    threads = [threading.Thread(target=renew) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and set(found) == cloud.access
    assert cloud.grants == ["refresh_token"]


def test_what_let_us_in_is_told_to_no_other_server(account: ChannelAccount, cloud: OAuthServer) -> None:
    let_in(account, cloud)
    trial = Trial.of(account, timezone.now())
    trial.settings["imap_host"] = "localhost"
    trial.save()
    trying.run(trial.pk, 0)
    assert "Nobody has signed in" in "".join(kept for _side, kept, _tone in Trial.objects.get().findings)

    account.imap_host = "localhost"
    account.connect(account.inbox, None)

    assert not ChannelAccount.objects.get(pk=account.pk).has_signed_in


def test_a_try_signs_in_with_the_token_that_is_stored(account: ChannelAccount, cloud: OAuthServer) -> None:
    let_in(account, cloud)
    account.access_until = timezone.now()
    account.save(update_fields=["access_until"])
    trial = Trial.of(account, timezone.now())

    trying.run(trial.pk, 0)

    found = "".join(kept for _side, kept, _tone in Trial.objects.get().findings)
    assert found.count("The user name and the password are accepted") == 2


def test_an_ordinary_client_library_gets_along_with_the_same_server(
    provider: SignInProvider, cloud: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "yes, on the loopback address")
    library = WebApplicationClient(CLIENT)
    verifier = library.create_code_verifier(64)
    challenge = library.create_code_challenge(verifier, "S256")
    address = library.prepare_request_uri(
        provider.authorization_url,
        redirect_uri=cloud.return_url,
        scope=["mail"],
        state="state",
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    back = visit(address).replace("http://", "https://")
    code = library.parse_request_uri_response(back, state="state")["code"]

    def post(body: str) -> str:
        try:
            with urlopen(Request(provider.token_url, body.encode())) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            return str(error.read().decode())

    body = library.prepare_request_body(
        code, redirect_uri=cloud.return_url, code_verifier=verifier, client_secret=SECRET, include_client_id=True
    )
    tokens = library.parse_request_body_response(post(body))
    refresh = library.prepare_refresh_body(tokens["refresh_token"], client_id=CLIENT, client_secret=SECRET)
    assert library.parse_request_body_response(post(refresh))["access_token"] in cloud.access
    with pytest.raises(InvalidGrantError):
        library.parse_request_body_response(post(refresh))


@pytest.mark.parametrize("verifier", ["", "x" * 43])
def test_a_code_without_its_verifier_is_worth_nothing(
    provider: SignInProvider, cloud: OAuthServer, verifier: str
) -> None:
    attempt = oauth.new_attempt()
    back = visit(oauth.authorization_address(provider, attempt, cloud.return_url, "care@aurora.example"))
    code = dict(parse_qsl(urlsplit(back).query))["code"]

    with pytest.raises(SignInRefused):
        oauth.exchange(provider, Attempt(attempt.state, verifier), code, cloud.return_url, timezone.now())


def test_a_wrong_secret_is_named(provider: SignInProvider, cloud: OAuthServer) -> None:
    provider.client_secret = "wrong"

    with pytest.raises(SignInRefused, match="does not accept our application ID or its secret"):
        oauth.refreshed(provider, "refresh", timezone.now())


def test_no_token_is_asked_for_on_this_machine_or_in_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://127.0.0.1:9", "https://169.254.169.254", "https://localhost"):
        with pytest.raises(ChannelTrouble, match="cannot be reached"):
            oauth.refreshed(make.provider(url, url), "refresh", timezone.now())


def test_what_a_server_says_besides_the_standard_is_not_shown(provider: SignInProvider, cloud: OAuthServer) -> None:
    cloud.odd_answer = {"error": "<b>secret of the network</b>", "error_description": "secret of the network"}

    with pytest.raises(ChannelTrouble) as trouble:
        oauth.refreshed(provider, "refresh", timezone.now())
    assert str(trouble.value) == "Aurora ID gave no token: 400"


def test_providers_are_kept_with_their_secret_sealed(admin: Client) -> None:
    page = admin.get("/mailboxes/providers/new/?like=google").content.decode()
    assert "https://oauth2.googleapis.com/token" in page and "http://127.0.0.1:8000/mailboxes/signed-in/" in page
    given = {"name": "Google", "client_id": "id", "client_secret": "hush", "scopes": "https://mail.google.com/"}
    given |= {"authorization_url": "https://accounts.google.com/o", "token_url": "https://oauth2.googleapis.com/token"}

    admin.post("/mailboxes/providers/new/", given)
    kept = SignInProvider.objects.get()
    assert kept.client_secret == "hush" and b"hush" not in bytes(kept.sealed_client_secret)
    assert "hush" not in admin.get(f"/mailboxes/providers/{kept.pk}/").content.decode()
    admin.post(f"/mailboxes/providers/{kept.pk}/", given | {"client_secret": "", "client_id": "other"})
    kept.refresh_from_db()
    assert (kept.client_id, kept.client_secret) == ("other", "hush")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"token_url": "http://id.aurora.example/token"}, "begins with https://"),
        ({"authorization_url": "javascript:alert(1)"}, "begins with https://"),
        ({"authorization_url": "https://"}, "begins with https://"),
        ({"token_url": "https://user@id.example/"}, "begins with https://"),
        ({"token_url": "https://id.example:5432/"}, "begins with https://"),
        ({"token_url": "https://[id/"}, "begins with https://"),
        ({"token_url": "https://elsewhere.example/token"}, "Write the secret again"),
        ({"name": "other"}, "There is a provider of this name already"),
        ({"extras": "nothing"}, "Write them as in an address"),
    ],
)
def test_what_cannot_be_a_provider_is_refused(admin: Client, changes: dict[str, str], complaint: str) -> None:
    make.provider("Other")
    kept = make.provider("Aurora ID", "https://id.example")
    given = {"name": "Aurora ID", "client_id": "id", "client_secret": "", "scopes": "mail"}
    given |= {"authorization_url": "https://id.example/a", "token_url": "https://id.example/token"}

    response = admin.post(f"/mailboxes/providers/{kept.pk}/", given | changes)

    assert response.status_code == 422
    assert complaint in response.content.decode()

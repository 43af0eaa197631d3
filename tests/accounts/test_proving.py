"""What gives or takes power over accounts and people's data is done by whoever has just shown that it is them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import AuditEntry, Invitation, Role, User
from samovar.customers.models import Customer, PersonArchive
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "warm oak table 7"


@pytest.fixture(autouse=True)
def _no_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def anna() -> User:
    return make.user("anna", role=Role.ADMIN, password=make.PASSWORD)


def _acts() -> dict[str, dict[str, str]]:
    """Make what can be acted on; return what is sent where."""
    olga, gone, invitation = make.agent("olga"), make.agent("gone"), make.invited("guest@aurora.example").invitation
    User.objects.filter(pk=gone.pk).update(is_active=False)
    old = make.invited("old@aurora.example").invitation
    old.revoke(by=make.admin())
    new = {"name": "Eve", "email": "eve@aurora.example", "role": Role.ADMIN, "password": SECRET}
    customer = make.customer()
    return {
        reverse("people"): {"addresses": "eve@aurora.example", "role": Role.ADMIN},
        reverse("new_person"): new,
        reverse("role", args=[olga.pk]): {"role": Role.ADMIN},
        reverse("password", args=[olga.pk]): {"password": SECRET},
        reverse("deactivation", args=[olga.pk]): {},
        reverse("activation", args=[gone.pk]): {},
        reverse("invitation_renewal", args=[invitation.pk]): {},
        reverse("invitation_restoring", args=[old.pk]): {},
        reverse("staff_provider_reviving", args=[make.staff_provider().pk]): {},
        reverse("archives", args=[customer.pk]): {"purpose": "asked"},
        reverse("erasure", args=[customer.pk]): {"ground": "asked", "is_sure": "on"},
        **_ways_to_letters_and_rooms(),
    }


def _ways_to_letters_and_rooms() -> dict[str, dict[str, str]]:
    """Return what turns elsewhere the letters with links for passwords, and what opens inboxes to people."""
    account, provider, team = make.mailbox("letters@aurora.example"), make.provider(), make.team("Accounts")
    servers = {"imap_host": "evil.example", "smtp_host": "evil.example", "folder": "INBOX", "password": SECRET}
    servers |= {"imap_port": "993", "imap_security": "tls", "smtp_port": "465", "smtp_security": "tls"}
    at_evil = {"client_id": "id", "client_secret": SECRET, "scopes": "mail", "token_url": "https://evil.example/t"}
    at_evil |= {"authorization_url": "https://evil.example/a"}
    return {
        reverse("new_mailbox"): servers | {"name": "New", "address": "new@aurora.example"},
        reverse("mailbox", args=[account.pk]): servers | {"name": "Letters", "address": "letters@aurora.example"},
        reverse("mailbox_test"): servers | {"name": "Tried", "address": "tried@aurora.example"},
        reverse("new_sign_in_provider"): at_evil | {"name": "Evil"},
        reverse("sign_in_provider", args=[provider.pk]): at_evil | {"name": "Changed"},
        reverse("mailbox_teams", args=[account.pk]): {"teams": str(team.pk)},
        reverse("team", args=[team.pk]): {"name": "Everybody"},
    }


def test_without_a_fresh_proof_nothing_happens_and_what_was_sent_is_kept_nowhere(client: Client, anna: User) -> None:
    acts = _acts()
    client.force_login(anna)
    before = AuditEntry.objects.count()

    for url, typed in acts.items():
        answer = client.post(url, typed, HTTP_REFERER="http://testserver/people/?x=1")
        asked = urlsplit(answer.headers["Location"])
        assert (answer.status_code, asked.path) == (302, "/accounts/reauthenticate/"), url
        assert parse_qs(asked.query) == {"next": ["/people/?x=1"]}

    assert AuditEntry.objects.count() == before
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert kept and not any(SECRET in text or "password=" in text for text in kept)


def test_whoever_has_proven_themselves_does_it_once_more_and_it_is_done(client: Client, anna: User) -> None:
    acts = _acts()
    client.force_login(anna)
    asked = client.post(reverse("people"), acts[reverse("people")], HTTP_REFERER="http://testserver/people/")

    page = client.post(asked.headers["Location"], {"password": make.PASSWORD, "next": "/people/"}, follow=True)

    assert page.redirect_chain[-1][0] == "/people/"
    assert "do it once more" in page.content.decode()
    for url, typed in acts.items():
        assert client.post(url, typed).status_code in (200, 302), url
    assert Invitation.objects.filter(email="eve@aurora.example").exists()
    assert User.objects.get(name="Olga").check_password(SECRET)
    assert Customer.objects.get().erased_at is not None


@pytest.mark.parametrize("name", ["new_mailbox", "mailbox", "mailbox_signing_in", "mailbox_teams", "team"])
def test_a_form_that_could_not_be_saved_is_not_even_opened(client: Client, anna: User, name: str) -> None:
    given = {"new_mailbox": None, "team": make.team().pk}.get(name, make.mailbox().pk)
    url = reverse(name, args=[given] if given else [])
    client.force_login(anna)

    asked = client.get(url).headers["Location"]

    assert parse_qs(urlsplit(asked).query) == {"next": [url]}
    opened = client.post(asked, {"password": make.PASSWORD, "next": url})
    assert opened.headers["Location"] == url


def test_signing_in_is_a_proof_for_five_minutes(client: Client, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    olga = make.agent("olga")
    client.post("/accounts/login/", {"login": anna.email, "password": make.PASSWORD})

    client.post(reverse("role", args=[olga.pk]), {"role": Role.LEAD})
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    client.post(reverse("role", args=[olga.pk]), {"role": Role.ADMIN})

    olga.refresh_from_db()
    assert olga.role == Role.LEAD


def test_one_does_not_set_ones_own_password_without_the_old_one(client: Client, anna: User) -> None:
    client.post("/accounts/login/", {"login": anna.email, "password": make.PASSWORD})
    assert reverse("password", args=[anna.pk]) not in client.get(reverse("person", args=[anna.pk])).content.decode()

    page = client.post(reverse("password", args=[anna.pk]), {"password": SECRET}, follow=True)

    assert "on the page Security" in page.content.decode()
    anna.refresh_from_db()
    assert anna.check_password(make.PASSWORD)


def test_an_archive_is_handed_out_to_whoever_has_just_proven_themselves_and_each_time_is_noted(
    client: Client, anna: User
) -> None:
    archive = make.person_archive()
    url = reverse("archive", args=[archive.pk])
    client.force_login(anna)
    asked = client.get(url).headers["Location"]
    assert parse_qs(urlsplit(asked).query) == {"next": [url]}
    assert not AuditEntry.objects.filter(action="archive-fetched").exists()

    client.post(asked, {"password": make.PASSWORD, "next": url})
    for _time in range(2):
        assert client.get(url).headers["Content-Type"] == "application/zip"

    entries = AuditEntry.objects.filter(action="archive-fetched", by=anna)
    assert [entry.subject_id for entry in entries] == [archive.customer_id] * 2
    assert PersonArchive.objects.get().can_be_fetched


@pytest.mark.parametrize(
    "referer", ["http://testserver//evil.example/", "http://evil.example/", "http://testserver/\\evil"]
)
def test_nobody_is_led_elsewhere_by_the_page_that_they_seem_to_come_from(
    client: Client, anna: User, referer: str
) -> None:
    client.force_login(anna)

    asked = client.post(reverse("people"), {}, HTTP_REFERER=referer).headers["Location"]
    pressed = client.post(f"{reverse('presence')}?presence=away", HTTP_REFERER=referer).headers["Location"]

    assert parse_qs(urlsplit(asked).query)["next"] == ["/"]
    assert pressed == "/"

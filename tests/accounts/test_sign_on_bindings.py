"""Whoever has come from the company once is known by their number there, and nobody else gets in by their e-mail."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from samovar.accounts import second_factor, single_sign_on
from samovar.accounts.models import AuditEntry, Role, SignOnBinding, StaffProvider, User
from samovar.channels.models import StaffLetter
from tests import make
from tests.accounts.codes import code_of
from tests.accounts.oidc_server import OidcServer, come_back

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def olga() -> User:
    return make.user("olga", password=make.PASSWORD)


@pytest.fixture
def anna() -> User:
    return make.user("anna", role=Role.ADMIN, password=make.PASSWORD)


def _who_is_in(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


def _by_password(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": make.PASSWORD})
    return client


def test_the_first_sign_in_binds_and_the_next_ones_change_nothing(
    server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    for _time in range(2):
        client = Client()
        client.get(come_back(client, server, provider))

    [bound] = SignOnBinding.objects.all()
    assert (bound.user, bound.issuer, bound.subject) == (olga, server.url, "17")
    assert AuditEntry.objects.filter(action="sign-on-bound", subject_id=olga.pk).count() == 1


def test_whoever_is_bound_gets_in_with_a_new_email_and_with_one_that_nobody_vouches_for(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    client.get(come_back(client, server, provider))
    make.user("pavel")
    server.email, server.changes = "pavel@aurora.example", {"email_verified": False}

    again = Client()
    again.get(come_back(again, server, provider))

    assert _who_is_in(again) == str(olga.pk)


def test_somebody_else_with_the_same_email_is_refused_in_plain_words_and_written_down(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    client.get(come_back(client, server, provider))
    server.subject = "18"
    other = Client()

    refused = other.get(come_back(other, server, provider))

    assert refused.status_code == 403
    assert "has signed in here from another account at Aurora ID" in refused.content.decode()
    assert not _who_is_in(other)
    entry = AuditEntry.objects.get(action="sign-in-refused")
    assert (entry.subject_name, entry.reason) == ("Olga", "other-account")


@pytest.mark.parametrize("subject", ["", "1" * 256, "a\0b", None, 17])
def test_a_number_that_is_none_lets_nobody_in(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User, subject: object
) -> None:
    server.changes = {"sub": subject}

    assert client.get(come_back(client, server, provider)).status_code == 403
    assert not SignOnBinding.objects.exists()


def test_nobody_is_bound_before_the_second_factor_and_of_two_one_is(
    server: OidcServer, provider: StaffProvider, olga: User
) -> None:
    second_factor.set_up_app(olga, SECRET)
    first, second = Client(), Client()
    first.get(come_back(first, server, provider))
    server.subject = "18"
    second.get(come_back(second, server, provider))
    assert not SignOnBinding.objects.exists()

    first.post("/accounts/login/code/", {"code": code_of(SECRET)})
    cache.clear()
    refused = second.post("/accounts/login/code/", {"code": code_of(SECRET)})

    assert _who_is_in(first) == str(olga.pk)
    assert refused.status_code == 403
    assert not _who_is_in(second)
    assert SignOnBinding.objects.get().subject == "17"
    assert AuditEntry.objects.filter(action="signed-in").count() == 1


def test_an_administrator_sees_the_account_there_and_unbinds_it(
    client: Client, server: OidcServer, provider: StaffProvider, olga: User, anna: User
) -> None:
    client.get(come_back(client, server, provider))
    make.mailbox()
    of_anna, binding = _by_password(anna), SignOnBinding.objects.get()
    page = of_anna.get(reverse("person_door", args=[olga.pk])).content.decode()
    assert server.url in page
    assert reverse("sign_on_unbinding", args=[binding.pk]) in page

    of_anna.post(reverse("sign_on_unbinding", args=[binding.pk]))

    assert not SignOnBinding.objects.exists()
    assert client.get("/profile/").status_code == 302
    entry = AuditEntry.objects.get(action="sign-on-unbound")
    assert (entry.by, entry.subject_id) == (anna, olga.pk)
    assert entry.before == {"issuer": server.url, "subject": "17"}
    letter = StaffLetter.objects.get()
    assert letter.recipient == olga.email
    assert "Anna has unbound your account here" in letter.words[1]
    server.subject = "18"
    client.get(come_back(client, server, provider))
    assert SignOnBinding.objects.get().subject == "18"


def test_whoever_unbinds_themselves_stays_in_and_is_told_in_their_language(
    client: Client, server: OidcServer, provider: StaffProvider, anna: User
) -> None:
    make.mailbox()
    anna.change_ways(language="ru")
    server.email = anna.email
    client.get(come_back(client, server, provider))

    client.post(reverse("sign_on_unbinding", args=[SignOnBinding.objects.get().pk]))

    assert client.get("/profile/").status_code == 200
    assert "вход" in StaffLetter.objects.get().words[0]


def test_unbinding_needs_a_fresh_proof_and_an_administrator(client: Client, anna: User, olga: User) -> None:
    binding = make.binding(olga)
    client.force_login(anna)

    asked = client.post(reverse("sign_on_unbinding", args=[binding.pk]))
    forbidden = _by_password(olga).post(reverse("sign_on_unbinding", args=[binding.pk]))

    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert forbidden.status_code == 403
    assert SignOnBinding.objects.exists()


def test_unbinding_twice_is_written_down_once_and_needs_no_mail(anna: User, olga: User) -> None:
    binding = make.binding(olga)
    same = SignOnBinding.objects.get(pk=binding.pk)

    single_sign_on.unbind(binding, by=anna)
    single_sign_on.unbind(same, by=anna)

    assert AuditEntry.objects.filter(action="sign-on-unbound").count() == 1
    assert not StaffLetter.objects.exists()

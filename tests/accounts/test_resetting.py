"""A forgotten password: one link by mail, and nobody learns who has an account."""

import re
import time
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samovar.accounts.models import AuditEntry, User
from samovar.channels.models import ChannelAccount, StaffLetter
from samovar.jobs.running import run_leased
from tests import make

pytestmark = pytest.mark.django_db
ASK = "/accounts/password/forgotten/"
NEW = {"password1": "warm oak table 7", "password2": "warm oak table 7"}


@pytest.fixture(autouse=True)
def _working_mail(db: None) -> None:
    cache.clear()
    make.mailbox()


def _ask(client: Client, email: str = "olga@aurora.example", **headers: str) -> HttpResponse:
    # The stubs give what the client really returns another name.
    return client.post(ASK, {"email": email}, follow=True, **headers)  # type: ignore[arg-type, return-value]


def _link() -> str:
    [link] = re.findall(r"http\S+", StaffLetter.objects.latest("pk").words[1])
    return str(link)


def _path() -> str:
    return _link().removeprefix(settings.PUBLIC_URL)


def test_by_the_link_a_new_password_is_set_and_every_session_ends(client: Client) -> None:
    olga = make.user("olga", password=make.PASSWORD)
    elsewhere = Client()
    elsewhere.force_login(olga)
    assert "a letter is on its way" in _ask(client).content.decode()
    assert StaffLetter.objects.get().recipient == "olga@aurora.example"

    form = client.get(_path(), follow=True)
    done = client.post(form.redirect_chain[-1][0], NEW, follow=True)

    assert "The new password is set" in done.content.decode()
    olga.refresh_from_db()
    assert olga.check_password(NEW["password1"])
    assert elsewhere.get("/profile/").status_code == 302
    assert client.get("/profile/").status_code == 302
    assert AuditEntry.objects.filter(action="password-set", by=olga, subject_id=olga.pk).exists()


def test_a_link_is_good_once_and_for_two_hours(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.user("olga", password=make.PASSWORD)
    _ask(client)
    path = _path()
    later = datetime.now() + timedelta(hours=2, minutes=1)  # noqa: DTZ005 - the generator's own clock has no zone
    with monkeypatch.context() as patch:
        patch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: later)
        assert "This link opens nothing" in Client().get(path).content.decode()
    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], NEW)

    assert "This link opens nothing" in Client().get(path).content.decode()
    again = client.post(form.redirect_chain[-1][0], {"password1": "another table 9", "password2": "another table 9"})

    assert "This link opens nothing" in again.content.decode()
    assert User.objects.get().check_password(NEW["password1"])


@pytest.mark.parametrize("whose", ["nobody", "switched off"])
def test_who_has_no_account_is_answered_by_the_same_page_and_the_same_work_and_gets_no_letter(
    client: Client, whose: str
) -> None:
    make.user("olga", password=make.PASSWORD)
    known = _ask(client)
    if whose == "switched off":
        make.agent("gone").deactivate(by=make.admin())

    unknown = _ask(Client(), "gone@aurora.example")

    assert _main(known) == _main(unknown)
    assert known.redirect_chain == unknown.redirect_chain  # type: ignore[attr-defined]  # of a followed answer
    letters = StaffLetter.objects.order_by("pk")
    assert [letter.recipient.endswith(".invalid") for letter in letters] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_what_was_written_to_nobody_is_thrown_away_by_the_worker(client: Client) -> None:
    make.admin()
    _ask(client, "gone@aurora.example")

    assert run_leased()

    assert not StaffLetter.objects.exists()


def test_asking_costs_as_many_queries_for_the_unknown(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)
    client.get(ASK)
    counts = []
    for email in ("olga@aurora.example", "gone@aurora.example"):
        with CaptureQueriesContext(connection) as asked:
            client.post(ASK, {"email": email})
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_letter_goes_to_the_address_of_the_account_and_its_link_to_our_own_name(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)

    _ask(client, "OLGA@Aurora.example", HTTP_HOST="localhost")

    assert StaffLetter.objects.get().recipient == "olga@aurora.example"
    assert _link().startswith(f"{settings.PUBLIC_URL}/accounts/password/new/")


def test_the_letter_speaks_the_language_of_the_person(client: Client) -> None:
    make.user("olga", password=make.PASSWORD).change_ways(language="ru")

    _ask(client)

    assert "новый пароль" in StaffLetter.objects.get().words[1]


def test_nobody_who_was_switched_off_meanwhile_gets_in_by_a_link(client: Client) -> None:
    olga = make.user("olga", password=make.PASSWORD)
    _ask(client)
    olga.deactivate(by=make.admin())

    assert "This link opens nothing" in client.get(_path(), follow=True).content.decode()


def test_asking_is_cut_off_for_an_address_from_wherever_and_for_whoever_asks(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)
    asked = [_ask(Client(REMOTE_ADDR=f"192.0.2.{number}")).status_code for number in range(4)]
    assert asked == [200, 200, 200, 429]
    cache.clear()

    one = [_ask(client, f"who{number}@aurora.example").status_code for number in range(21)]

    assert one == [200] * 20 + [429]


def test_an_address_gets_ten_letters_a_day_at_most_however_patient_somebody_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.user("olga", password=make.PASSWORD)
    now, asked = time.time(), []
    for number in range(11):
        monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda n=number: now + n * 700)
        asked.append(_ask(Client(REMOTE_ADDR=f"192.0.2.{number}")).status_code)

    assert asked == [200] * 10 + [429]
    assert StaffLetter.objects.count() == 10


def test_while_no_mail_can_leave_the_page_says_who_can_set_a_password(client: Client) -> None:
    ChannelAccount.objects.get().archive(by=make.admin())
    make.user("olga", password=make.PASSWORD)

    assert "Any administrator of your company can set a new one" in client.get(ASK).content.decode()
    _ask(client)
    assert not StaffLetter.objects.exists()


def _main(response: HttpResponse) -> str:
    page = response.content.decode()
    return page[page.index("<main") : page.index("</main>")]

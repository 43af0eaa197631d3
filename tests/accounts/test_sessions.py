"""Sessions: where somebody is signed in, ended one by one or all at once, never chosen by a stranger."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from samovar.accounts import sessions_of
from samovar.accounts.devices import device
from samovar.accounts.models import AuditEntry, Role, StaffSession, User
from tests import make

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
AGENTS = {
    FIREFOX: "Firefox, Linux",
    IPHONE: "Safari, iPhone",
    f"{CHROME} Safari/537.36": "Chrome, Windows",
    f"{CHROME} Safari/537.36 Edg/142.0": "Edge, Windows",
    f"{CHROME} YaBrowser/25.8 Safari/537.36": "Yandex Browser, Windows",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36": "Chrome, Android",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18 Safari/605": "Safari, macOS",
    "curl/8.5.0": "curl",
    "": "",
    "nonsense": "",
}


def _signed_in(user: User, agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.force_login(user)
    client.get("/profile/")
    return client


def _is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


@pytest.mark.parametrize("agent", AGENTS)
def test_a_device_is_told_in_words(agent: str) -> None:
    assert device(agent) == AGENTS[agent]


def test_one_sees_where_one_is_signed_in(client: Client) -> None:
    olga = make.agent("olga")
    _signed_in(olga, IPHONE, "198.51.100.7")
    here = _signed_in(olga)
    _signed_in(make.agent("pavel"), CHROME)

    page = " ".join(here.get("/security/").content.decode().split())

    assert "Safari, iPhone" in page
    assert "198.51.100.7" in page
    assert "Firefox, Linux" in page
    assert page.count("this one") == 1
    assert "Chrome" not in page


def test_one_session_is_ended_and_the_others_stay() -> None:
    olga = make.agent("olga")
    phone, here = _signed_in(olga, IPHONE), _signed_in(olga)
    [seat] = [seat for seat in sessions_of.seats(olga) if "iPhone" in seat.device]

    here.post(f"/security/sessions/{seat.pk}/")

    assert not _is_in(phone)
    assert _is_in(here)
    assert AuditEntry.objects.get(action="sessions-ended").after == {"sessions": 1}


def test_all_others_are_ended_and_this_one_gets_another_id() -> None:
    olga = make.agent("olga")
    phone, never_noted, here = _signed_in(olga, IPHONE), Client(), _signed_in(olga)
    never_noted.force_login(olga)
    before = here.cookies["sessionid"].value

    here.post("/security/sessions/others/")

    assert _is_in(here)
    assert here.cookies["sessionid"].value != before
    assert not _is_in(phone)
    assert not _is_in(never_noted)
    assert len(sessions_of.seats(User.objects.get(pk=olga.pk))) == 1


def test_a_session_of_a_colleague_cannot_be_ended() -> None:
    olga, pavel = make.agent("olga"), make.agent("pavel")
    of_pavel = _signed_in(pavel)

    _signed_in(olga).post(f"/security/sessions/{StaffSession.objects.get(user=pavel).pk}/")

    assert _is_in(of_pavel)


def test_an_administrator_ends_all_of_somebody() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    phone, desk, of_anna = _signed_in(olga, IPHONE), _signed_in(olga), _signed_in(anna)
    assert "Safari, iPhone" in of_anna.get(f"/people/{olga.pk}/door/").content.decode()

    of_anna.post(f"/people/{olga.pk}/sessions/ending/")

    assert not _is_in(phone)
    assert not _is_in(desk)
    assert _is_in(of_anna)
    assert "Signed in nowhere." in of_anna.get(f"/people/{olga.pk}/door/").content.decode()
    entry = AuditEntry.objects.get(action="sessions-ended")
    assert (entry.by_name, entry.subject_id) == ("Anna", olga.pk)


def test_a_session_that_a_new_role_has_ended_is_not_shown() -> None:
    olga = make.agent("olga")
    _signed_in(olga)

    olga.change_role(Role.LEAD, by=make.admin())

    assert sessions_of.seats(olga) == []


def test_a_session_is_noted_once_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    olga = make.agent("olga")
    here = _signed_in(olga)
    noted = StaffSession.objects.get()
    now = noted.seen_at

    sessions_of.note(olga, noted.key, now + timedelta(seconds=59), address="192.0.2.2", agent="")
    noted.refresh_from_db()
    assert noted.seen_at == now
    with django_assert_num_queries(1):
        sessions_of.note(olga, noted.key, now + timedelta(seconds=61), address="192.0.2.2", agent="")
    noted.refresh_from_db()
    assert (noted.seen_at, noted.address) == (now + timedelta(seconds=61), "192.0.2.2")
    assert _is_in(here)


def test_what_a_page_asks_for_by_itself_is_no_sign_of_a_person() -> None:
    client = Client()
    client.force_login(make.agent("olga"))
    client.get("/profile/")
    long_ago = timezone.now() - timedelta(hours=1)
    StaffSession.objects.update(seen_at=long_ago)

    client.get("/profile/", headers={"X-By-Itself": "1"})

    assert StaffSession.objects.get().seen_at == long_ago


def test_a_browser_that_says_odd_things_is_noted_all_the_same() -> None:
    _signed_in(make.agent("olga"), "\0" + "x" * 4000, "")

    assert len(StaffSession.objects.get().agent) == 300


def test_sessions_that_have_run_out_are_forgotten() -> None:
    old, new = _signed_in(make.agent("olga")), _signed_in(make.agent("pavel"))
    gone = Session.objects.filter(session_key=old.cookies["sessionid"].value)
    gone.update(expire_date=timezone.now() - timedelta(days=1))

    sessions_of.tidy(timezone.now())

    assert not gone.exists()
    assert StaffSession.objects.get().user.name == "Pavel"
    assert _is_in(new)


def test_the_id_changes_at_sign_in_and_with_a_new_password() -> None:
    make.user("olga", password=make.PASSWORD)
    client = Client()
    client.post("/language/", {"language": "ru", "next": "/"})
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key

    client.post("/accounts/login/", {"login": "olga@aurora.example", "password": make.PASSWORD})
    signed_in = client.cookies["sessionid"].value
    typed = {"oldpassword": make.PASSWORD, "password1": "warm oak table 9", "password2": "warm oak table 9"}
    client.post("/accounts/password/change/", typed)

    assert len({planted, signed_in, client.cookies["sessionid"].value}) == 3
    assert not Session.objects.filter(session_key__in=[planted, signed_in]).exists()
    assert _is_in(client)


def test_signing_out_kills_the_session_on_the_server() -> None:
    client = _signed_in(make.agent("olga"))
    key = client.cookies["sessionid"].value

    client.post("/accounts/logout/")

    assert not Session.objects.filter(session_key=key).exists()

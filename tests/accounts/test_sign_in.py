"""Signing in: by e-mail in any case, with limits that live in the database, and to our own pages only."""

import re
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from samovar.accounts import second_factor
from samovar.accounts.models import AuditEntry
from tests import make
from tests.accounts.codes import code_of

pytestmark = pytest.mark.django_db
OWN = "desk.aurora.example"
# What somebody may put behind next= in the hope that a browser takes it for an address elsewhere.
ELSEWHERE = [
    "https://evil.example",
    "http://evil.example/profile/",
    "HTTPS://EVIL.EXAMPLE/",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "http:\\evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example:443/profile/",
    "//evil.example\\@testserver/",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "\\\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x1b//evil.example",
    "/\t\\evil.example",
    "//evil.example%2f..",
    "%2f%2fevil.example",
    "/%2f%2fevil.example\t",
    "/%5cevil.example",
    "%5c%5cevil.example",
    "https%3a%2f%2fevil.example",
    "//testserver@evil.example/",
    "https://testserver@evil.example/",
    "https://testserver:80@evil.example/",
    "https://testserver.evil.example/",
    "https://evil.example#testserver",
    "https://evil.example?testserver",
    "//evil。example",
    "//\u2215evil.example",
    "\uff0f\uff0fevil.example",
    "//[::ffff:192.0.2.1]/",
    "//3221225985/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//testserver",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://evil.example/",
    "mailto:mallory@evil.example",
    "/profile/\r\nLocation: https://evil.example",
]


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


def _sign_in(client: Client, password: str = make.PASSWORD, address: str = "/accounts/login/") -> int:
    return client.post(address, {"login": "OLGA@aurora.example", "password": password}).status_code


def test_the_right_password_signs_in_and_gives_a_new_session(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)
    client.get("/accounts/login/")
    client.cookies["sessionid"] = "chosen-by-somebody-else"

    assert _sign_in(client) == 302
    assert client.cookies["sessionid"].value != "chosen-by-somebody-else"
    assert client.get("/profile/").status_code == 200


def test_who_came_in_by_what_and_who_was_refused_stands_in_the_audit_log(client: Client) -> None:
    anna, olga = make.admin("anna"), make.user("olga", password=make.PASSWORD)
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    second_factor.set_up_app(olga, secret)

    for typed in ("wrong", make.PASSWORD):
        client.post("/accounts/login/", {"login": olga.email, "password": typed}, REMOTE_ADDR="192.0.2.7")
    for code in ("000000", code_of(secret)):
        client.post("/accounts/login/code/", {"code": code}, REMOTE_ADDR="192.0.2.7")
    for _time in range(3):
        Client().post("/accounts/login/", {"login": "my secret password", "password": "x"}, REMOTE_ADDR="192.0.2.8")
    Client().post("/accounts/login/", {"login": "who@aurora.example", "password": "x"}, REMOTE_ADDR="192.0.2.8")
    olga.deactivate(by=anna)
    Client().post("/accounts/login/", {"login": olga.email, "password": make.PASSWORD}, REMOTE_ADDR="192.0.2.9")

    entries = AuditEntry.objects.filter(action__in=["signed-in", "sign-in-refused"]).order_by("pk")
    assert [(one.action, one.by, one.subject_name, one.after["by"], one.after["from"]) for one in entries] == [
        ("sign-in-refused", None, "Olga", ["password"], "192.0.2.7"),
        ("sign-in-refused", None, "Olga", ["code"], "192.0.2.7"),
        ("signed-in", olga, "Olga", ["password", "app"], "192.0.2.7"),
        ("sign-in-refused", None, "", ["password"], "192.0.2.8"),
        ("sign-in-refused", None, "Olga", ["password"], "192.0.2.9"),
    ]
    assert "secret password" not in str(list(entries.values()))
    admin = Client()
    admin.force_login(anna)
    page = admin.get("/audit/", {"action": "signed-in"}).content.decode()
    assert "password, app for codes" in page


def test_a_wrong_password_and_an_unknown_address_sound_the_same(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)
    typed = [
        {"login": "olga@aurora.example", "password": "wrong"},
        {"login": "who@aurora.example", "password": "wrong"},
    ]

    known, unknown = (client.post("/accounts/login/", each).context["form"].errors for each in typed)

    assert known == unknown
    assert known


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)
    for _ in range(5):
        _sign_in(client, "wrong")

    assert _sign_in(client) == 200
    assert _sign_in(Client(REMOTE_ADDR="192.0.2.9")) == 200


def test_a_switched_off_account_cannot_sign_in(client: Client) -> None:
    olga = make.user("olga", password=make.PASSWORD)
    olga.deactivate(by=make.admin())

    _sign_in(client)

    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize("way", ["typed", "address"])
@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_leads_to_our_own_pages_only(client: Client, target: str, way: str) -> None:
    make.user("olga", password=make.PASSWORD)
    page, typed = "/accounts/login/", {"login": "olga@aurora.example", "password": make.PASSWORD}
    if way == "typed":
        typed["next"] = target
    else:
        page = f"{page}?{urlencode({'next': target})}"

    location = client.post(page, typed).headers["Location"]

    assert led_to(location) == ("https", OWN)


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_who_is_signed_in_already_is_led_nowhere_else(client: Client, target: str) -> None:
    client.force_login(make.user("olga"))

    location = client.get("/accounts/login/", {"next": target}).headers["Location"]

    assert led_to(location) == ("https", OWN)


def led_to(location: str) -> tuple[str, str]:
    """Return where a browser goes: it leaves out what cannot be seen, and takes a stroke for the other one."""
    read = re.sub("[\t\n\r]", "", location).strip("\x00\x1b ").replace("\\", "/")
    found = urlsplit(urljoin(f"https://{OWN}/accounts/login/", read))
    return found.scheme, found.netloc


def test_sign_in_goes_on_where_it_was_asked_for(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)

    assert client.get("/profile/").headers["Location"] == "/accounts/login/?next=/profile/"
    typed = {"login": "olga@aurora.example", "password": make.PASSWORD, "next": "/profile/"}
    assert client.post("/accounts/login/", typed).headers["Location"] == "/profile/"


def test_a_request_over_the_front_is_counted_by_the_address_that_the_front_wrote(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)

    assert _sign_in(Client(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="192.0.2.9")) == 302


def test_a_written_address_of_a_direct_caller_does_not_count(client: Client) -> None:
    make.user("olga", password=make.PASSWORD)
    for number in range(11):
        Client(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number + 100}").post(
            "/accounts/login/", {"login": f"who{number}@aurora.example", "password": "wrong"}
        )

    assert _sign_in(Client(REMOTE_ADDR="192.0.2.1")) == 200

"""The devices on which somebody is told: switched on there, seen and switched off everywhere, each for one person."""

from datetime import timedelta

import pytest
from django.test import Client

from samovar.accounts.jobs import forget_old_notices
from samovar.accounts.models import NoticeWays, PushSubscription, User
from samovar.accounts.models.push_subscription import FORGOTTEN_AFTER, MOST_DEVICES
from samovar.lib import clock, web_push
from tests import make
from tests.channels.push_service import Device

pytestmark = pytest.mark.django_db
ENDPOINT = "https://push.example/to/device-1"
DEVICES = "/profile/devices/"
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/141.0 Mobile"


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    olga = make.agent("olga")
    client.force_login(olga)
    return olga


def given(**other: str) -> dict[str, str]:
    return {"endpoint": ENDPOINT, **Device().given, **other}


def test_a_device_is_switched_on_and_named(client: Client, olga: User) -> None:
    answer = client.post(DEVICES, given(), headers={"User-Agent": PHONE})

    assert answer.status_code == 201
    [device] = PushSubscription.objects.all()
    assert (device.user, device.device, device.session_key) == (olga, "Chrome, Android", client.session.session_key)
    page = client.get("/profile/notices/").text
    assert "Chrome, Android" in page
    assert web_push.public_key() in page
    assert ENDPOINT not in page


def test_switching_on_twice_is_once(client: Client, olga: User) -> None:
    for _number in range(2):
        client.post(DEVICES, given())

    assert PushSubscription.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": "https://push.example/" + "x" * 2000},
        {"key": "short"},
        {"secret": ""},
    ],
)
def test_what_is_no_device_is_refused(client: Client, olga: User, wrong: dict[str, str]) -> None:
    assert client.post(DEVICES, given(**wrong)).status_code == 422
    assert not PushSubscription.objects.exists()


def test_whoever_switches_it_on_next_takes_the_device_over(client: Client, olga: User) -> None:
    client.post(DEVICES, given())
    igor = make.agent("igor")
    client.force_login(igor)

    # What the browser says of itself does not make it his.
    assert client.post(DEVICES, {"endpoint": ENDPOINT, "still": "1"}).status_code == 410
    client.post(DEVICES, given())

    assert [device.user for device in PushSubscription.objects.all()] == [igor]


def test_a_device_says_that_its_owner_has_signed_in_anew(client: Client, olga: User) -> None:
    client.post(DEVICES, given())
    client.logout()
    client.force_login(olga)
    assert not PushSubscription.objects.signed_in().exists()

    assert client.post(DEVICES, {"endpoint": ENDPOINT, "still": "1"}).status_code == 204

    assert PushSubscription.objects.signed_in().exists()


def test_a_device_is_switched_off_from_elsewhere_and_stays_so(client: Client, olga: User) -> None:
    client.post(DEVICES, given())
    device = PushSubscription.objects.get()

    client.post(f"{DEVICES}{device.pk}/removal/")

    assert not PushSubscription.objects.exists()
    assert client.post(DEVICES, {"endpoint": ENDPOINT, "still": "1"}).status_code == 410


def test_nobody_reaches_a_device_of_somebody_else(client: Client, olga: User) -> None:
    device = make.told_device(make.agent("igor"))

    for act in ("removal", "trial"):
        assert client.post(f"{DEVICES}{device.pk}/{act}/").status_code == 404
    assert PushSubscription.objects.count() == 1


def test_one_person_has_only_so_many(olga: User) -> None:
    for number in range(MOST_DEVICES + 2):
        PushSubscription.keep(olga, f"{ENDPOINT}/{number}", session_key="", **Device().given)

    assert PushSubscription.objects.count() == MOST_DEVICES


def test_a_device_of_which_nothing_is_heard_is_forgotten(olga: User) -> None:
    old, new = make.told_device(olga), make.told_device(olga)
    long_ago = clock.now() - FORGOTTEN_AFTER - timedelta(days=1)
    PushSubscription.objects.filter(pk=old.pk).update(heard_at=long_ago)

    forget_old_notices()

    assert list(PushSubscription.objects.all()) == [new]


def test_what_devices_are_told_is_chosen(client: Client, olga: User) -> None:
    assert "answer" in NoticeWays.of(olga).told_on_devices

    client.post(
        "/profile/notices/", {"shown": ["mention"], "pace": "hourly", "pushed": ["mention"], "has_first_words": "on"}
    )

    ways = NoticeWays.of(olga)
    assert (ways.told_on_devices, ways.has_first_words) == (["mention"], True)

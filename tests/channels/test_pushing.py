"""What devices are told: what is new and was not looked at, once each, no more than was chosen, to nobody else."""

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from samovar.accounts.models import NoticeWays, Notification, Pace, PushSubscription, User
from samovar.channels import pushing
from samovar.conversations.models import Conversation
from samovar.jobs.models import Task
from samovar.lib import clock
from tests import make
from tests.channels.push_service import Service, push_service
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
# How far the log was read; its numbers only grow.
read = [0]
Told = Callable[[Service], PushSubscription]


@pytest.fixture
def olga() -> User:
    """Whom something is told to."""
    return make.agent("olga")


@pytest.fixture
def on_device(olga: User, client: Client) -> Told:
    """Have Olga told on a device on which she is signed in."""
    client.force_login(olga)

    def subscribe(service: Service) -> PushSubscription:
        facts = {"session_key": client.session.session_key or "", **service.device.given}
        device = PushSubscription.keep(olga, service.endpoint, **facts)
        PushSubscription.objects.update(told_until=clock.now() - timedelta(hours=1))
        return device

    return subscribe


def named(age: timedelta = timedelta(minutes=1), note: str = "@Olga, the canary sings") -> Conversation:
    """Let a note name Olga, a while ago."""
    conversation = make.conversation()
    conversation.add_note(note, by=User.objects.filter(name="Elena").first() or make.agent("elena"))
    read[0] = run_later_reactions(read[0])
    Notification.objects.filter(conversation_id=conversation.pk).update(made_at=clock.now() - age)
    return conversation


def test_a_device_is_told_who_it_is_about_and_what_happened_once(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path) as service:
        device, conversation = on_device(service), named()

        again = [pushing.push(device.pk, service.world) for _number in range(2)]

    [said] = service.told
    assert (said["title"], said["url"], said["count"]) == (
        "Elena names you in a note",
        conversation.get_absolute_url(),
        1,
    )
    assert said["body"] == conversation.customer.shown_name
    assert "canary" not in str(said)
    assert again == [None, None]
    device.refresh_from_db()
    assert device.succeeded_at


def test_what_is_handed_over_bears_our_word_and_no_word_of_the_matter(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()
        pushing.push(device.pk, service.world)

    [(headers, body)] = service.taken
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["ttl"] == "14400"
    assert len(headers["topic"]) == 32
    assert service.vouched()["sub"].startswith("http")
    assert b"names you" not in body


def test_the_first_words_are_told_to_whoever_wants_them(tmp_path: Path, on_device: Told, olga: User) -> None:
    NoticeWays.of(olga).choose(shown=["mention"], mailed=[], pace=Pace.NEVER, pushed=["mention"], has_first_words=True)
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()
        pushing.push(device.pk, service.world)

    assert "canary" in service.told[0]["body"]


def test_a_kind_that_was_not_chosen_and_what_was_looked_at_is_not_told(
    tmp_path: Path, on_device: Told, olga: User
) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        conversation = named()
        Notification.objects.filter(conversation_id=conversation.pk).see(olga, clock.now())
        pushing.push(device.pk, service.world)
        NoticeWays.of(olga).choose(shown=["mention"], mailed=[], pace=Pace.NEVER, pushed=[])
        named()
        pushing.push(device.pk, service.world)

    assert service.told == []


def test_what_is_only_for_devices_is_told_there_and_stands_nowhere_else(
    tmp_path: Path, on_device: Told, olga: User, client: Client
) -> None:
    NoticeWays.of(olga).choose(shown=[], mailed=[], pace=Pace.NEVER, pushed=["mention"])
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()
        pushing.push(device.pk, service.world)

    assert len(service.told) == 1
    assert "canary" not in client.get("/for-me/").text


def test_more_than_three_at_once_are_one_number(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        elena = make.agent("elena")
        for _number in range(4):
            make.conversation(sender=make.sender(f"c{_number}@mail.example", "Boris")).add_note("@Olga", by=elena)
        read[0] = run_later_reactions(read[0])
        Notification.objects.update(made_at=clock.now() - timedelta(minutes=1))
        pushing.push(device.pk, service.world)

    assert [(said["title"], said["url"]) for said in service.told] == [("4 new for you", "/for-me/")]


def test_what_came_a_moment_ago_waits_for_whoever_looks_at_it(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        named(age=timedelta(seconds=1))

        again = pushing.push(device.pk, service.world)

    assert service.taken == []
    assert again and timedelta(seconds=2) < again - clock.now() <= timedelta(seconds=5)


def test_quiet_hours_are_quiet_and_it_is_told_at_their_end(tmp_path: Path, on_device: Told, olga: User) -> None:
    now = clock.now()
    around = [(now + timedelta(hours=hours)).time().replace(second=0, microsecond=0) for hours in (-1, 1)]
    olga.change_ways(quiet_from=around[0], quiet_to=around[1], time_zone="UTC")
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()

        again = pushing.push(device.pk, service.world)

    assert service.taken == []
    assert again and again.time() == time(around[1].hour, around[1].minute)


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(tmp_path: Path, on_device: Told, status: int) -> None:
    with push_service(tmp_path, status) as service:
        device = on_device(service)
        named()

        assert pushing.push(device.pk, service.world) is None

    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(("status", "asked", "seconds"), [(429, "300", 300), (503, "", 15), (500, "never", 15)])
def test_a_service_that_has_no_time_is_asked_later_and_told_once(
    tmp_path: Path, on_device: Told, status: int, asked: str, seconds: int
) -> None:
    with push_service(tmp_path, status, 201, again=asked) as service:
        device = on_device(service)
        named()

        again = pushing.push(device.pk, service.world)
        assert again and timedelta(0) <= again - clock.now() - timedelta(seconds=seconds - 5) < timedelta(seconds=6)
        assert pushing.push(device.pk, service.world) is None

    assert [said["title"] for said in service.told] == ["Elena names you in a note"] * 2
    device.refresh_from_db()
    assert device.failures == 0


def test_each_failure_waits_longer_and_there_is_an_end(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path, 503) as service:
        device = on_device(service)
        named()
        found = [(pushing.push(device.pk, service.world), clock.now()) for _number in range(12)]

    pauses = [(again - now).total_seconds() for again, now in found if again]
    assert found[-1][0] is None and len(pauses) == 11
    assert all(one <= other + 1 for one, other in zip(pauses[:-1], pauses[1:], strict=True))
    assert max(pauses) <= 3600


def test_what_a_service_refuses_for_good_is_not_handed_over_again(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path, 413) as service:
        device = on_device(service)
        named()

        assert pushing.push(device.pk, service.world) is None
        pushing.push(device.pk, service.world)

    assert len(service.taken) == 1


def test_whoever_has_signed_out_there_is_told_nothing_there(tmp_path: Path, on_device: Told) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()
        Session.objects.all().delete()

        pushing.push(device.pk, service.world)
        pushing.try_out(device.pk, service.world)

    assert service.taken == []


def test_whoever_has_left_is_told_nothing_more(tmp_path: Path, on_device: Told, olga: User) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()
        olga.deactivate(by=make.admin("anna"))

        pushing.push(device.pk, service.world)

    assert service.taken == []


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1/to/1", "http://push.example/to/1", "https://localhost/1"])
def test_an_address_that_leads_to_ourselves_is_never_asked(on_device: Told, endpoint: str, tmp_path: Path) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()
        PushSubscription.objects.update(endpoint=endpoint)

        again = pushing.push(device.pk)

    assert again is not None
    assert service.taken == []


def test_a_try_is_told_in_the_language_of_the_person(tmp_path: Path, on_device: Told, olga: User) -> None:
    olga.change_ways(language="ru")
    with push_service(tmp_path) as service:
        pushing.try_out(on_device(service).pk, service.world)

    assert service.told[0]["title"] == "Работает"


def test_news_and_a_try_put_the_devices_into_the_queue(tmp_path: Path, on_device: Told, client: Client) -> None:
    with push_service(tmp_path) as service:
        device = on_device(service)
        named()

        assert [task.key for task in Task.objects.filter(job__endswith="push_news")] == [f"push {device.pk}"]
        client.post(f"/profile/devices/{device.pk}/trial/")
        read[0] = run_later_reactions(read[0])

    assert Task.objects.filter(job__endswith="push_trial").count() == 1

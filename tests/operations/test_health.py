"""What machines are told about the installation."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from samovar.channels.models import ChannelAccount
from samovar.events import effects
from samovar.events.domain import DomainEvent
from samovar.events.effects import when
from samovar.events.models import Cursor
from samovar.lib import secrets
from samovar.live.behind_front import IS_LOCAL
from samovar.operations import health, measuring
from samovar.operations.gauges import migrations
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has asked a moment ago."""
    monkeypatch.setattr(health, "_shared", measuring.SharedLook())


@pytest.fixture
def local() -> Client:
    """Return a client on the machine itself, as the front tells."""
    told_by_the_front: dict[str, Any] = {IS_LOCAL: True}
    return Client(**told_by_the_front)


def problems(told: dict[str, Any]) -> list[str]:
    """Return what is said to be wrong, but for what other tests write meanwhile in databases of the same cluster."""
    return [problem for problem in told["problems"] if not problem.startswith("A transaction has been writing")]


def test_a_stranger_learns_that_it_works_and_nothing_else(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True})
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/metrics").status_code == 403


def test_the_machine_itself_and_holders_of_the_token_learn_more(client: Client, local: Client) -> None:
    here = local.get("/metrics")
    token = client.get("/metrics", headers={"Authorization": f"Bearer {secrets.key('metrics')}"})
    wrong = client.get("/metrics", headers={"Authorization": "Bearer guess"})

    assert [answer.status_code for answer in (here, token, wrong)] == [200, 200, 403]
    assert "samovar_oldest_undelivered_message_seconds 0.0" in here.content.decode()


def test_events_that_nobody_reads_are_told_with_a_sentence_that_says_what_to_do(
    local: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ignore(event: DomainEvent) -> None: ...

    monkeypatch.setattr(ignore, "__module__", "samovar.wiring.nobody")
    monkeypatch.setattr(effects, "_installed", effects.Table([when(DomainEvent, later=[ignore])]))
    make.conversation()
    ago = timezone.now() - timedelta(minutes=7)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET at = %s", [ago])
    Cursor.objects.create(module="samovar.wiring.nobody", tx=0, event_id=0, moved_at=ago)

    answer = local.get("/readyz")

    assert answer.status_code == 200
    assert problems(answer.json()) == ["samovar.wiring.nobody is 7 minutes behind: is samovar work running?"]
    [reading] = answer.json()["gauges"]["samovar_oldest_unread_event_seconds"]
    assert reading["of"] == "samovar.wiring.nobody" and reading["value"] > 400
    assert reading["problem"] == "samovar.wiring.nobody is 7 minutes behind: is samovar work running?"
    assert 'samovar_oldest_unread_event_seconds{module="samovar.wiring.nobody"} 4' in (
        local.get("/metrics").content.decode()
    )


def test_a_mailbox_that_cannot_be_read_takes_nobody_off_the_desk(client: Client, local: Client) -> None:
    broken, archived = make.mailbox("help@aurora.example"), make.mailbox("old@aurora.example")
    ChannelAccount.objects.update(created_at=timezone.now() - timedelta(minutes=9))
    archived.archive(by=make.admin())

    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (200, {"ready": True})
    told = local.get("/readyz").json()
    assert problems(told) == [f"Mailbox {broken.pk} was not read for 9 minutes: its settings say why."]
    assert [reading["of"] for reading in told["gauges"]["samovar_mailbox_fetch_age_seconds"]] == [str(broken.pk)]


def test_tables_of_another_shape_make_it_unready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "_is_up_to_date", False)
    MigrationRecorder.Migration.objects.filter(app="channels").order_by("-pk")[:1].get().delete()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_all_who_ask_within_a_second_share_one_look() -> None:
    shared = measuring.SharedLook()
    first = shared.at(100.0)
    make.mailbox()

    assert shared.at(100.9) is first
    [mailboxes] = [one for one in shared.at(101.0) if one.gauge.name == "samovar_mailbox_fetch_age_seconds"]
    assert len(mailboxes.readings) == 1


def test_nothing_to_read_is_told_as_nothing(local: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "_installed", effects.Table([]))

    [reading] = local.get("/readyz").json()["gauges"]["samovar_oldest_unread_event_seconds"]

    assert reading == {"of": "none", "value": 0.0, "problem": ""}


def test_health_is_asked_by_reading_only(client: Client) -> None:
    assert {client.post(path).status_code for path in ("/healthz", "/readyz", "/metrics")} == {405}


def test_no_measure_holds_an_address_or_a_name(local: Client) -> None:
    make.user("olga")
    make.conversation()

    told = local.get("/metrics").content + local.get("/readyz").content

    assert b"@" not in told and b"olga" not in told.lower()

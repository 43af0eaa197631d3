"""What failed too often can be looked at and repeated from the command line."""

import json

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from samovar.events.commands import app
from samovar.events.models import Event, SetAside
from samovar.jobs.models import Task
from samovar.lib.errors import Trouble

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> list[str]:
    """Return what is listed: one event and one task; another event is still tried by itself."""
    event = Event.objects.create(kind="KettleBoiled", at=timezone.now(), visibility=1)
    stuck = SetAside.objects.create(module="kitchen", event_id=event.pk, reason="LookupError: no cups", tries=3)
    SetAside.objects.create(module="cellar", event_id=event.pk, reason="soon", retry_at=timezone.now())
    task = Task.objects.create(
        job="kitchen.wash", args=[7], run_at=timezone.now(), set_aside_at=timezone.now(), tries=5, error="OSError: wet"
    )
    return [f"event-{stuck.pk}", f"task-{task.pk}"]


def run(*words: str) -> str:
    """Return what the command says; its errors are raised."""
    return CliRunner().invoke(app, list(words), catch_exceptions=False).stdout


def test_everything_set_aside_is_listed_with_its_reason(names: list[str]) -> None:
    first, second = run("list").splitlines()

    assert first.startswith(f"{names[0]}  ")
    assert first.endswith(", kitchen, after 3 tries: LookupError: no cups")
    assert second.endswith("7, kitchen.wash, after 5 tries: OSError: wet")
    assert [json.loads(line)["name"] for line in run("list", "--json").splitlines()] == names


def test_what_is_named_is_repeated_and_the_rest_waits(names: list[str]) -> None:
    assert run("repeat", names[1]) == "1 to be tried again.\n"

    assert Task.objects.get().set_aside_at is None
    assert SetAside.objects.stuck().count() == 1


def test_everything_can_be_repeated_at_once(names: list[str]) -> None:
    assert run("repeat", "--all") == "2 to be tried again.\n"
    assert run("repeat", "--all") == "0 to be tried again.\n"

    assert run("list") == ""


@pytest.mark.parametrize("words", [[], ["event-0"], ["nonsense"]])
def test_a_name_that_is_not_listed_is_refused(names: list[str], words: list[str]) -> None:
    with pytest.raises(Trouble, match="samovar aside list"):
        run("repeat", *words)
    assert Task.objects.set_aside().exists()

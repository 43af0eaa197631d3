"""Tasks run once, at their time, together with their effect; what fails is tried again and then set aside."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from samovar.accounts.models import Team
from samovar.jobs.attempt import TransactionLost
from samovar.jobs.models import Task
from samovar.jobs.queries import Queue, queue
from samovar.jobs.queue import CHANNEL, enqueue
from samovar.jobs.registry import Job, job, span
from samovar.jobs.running import pause_after, plant_periodic, run_leased, run_short
from tests.postgres import another_connection

pytestmark = pytest.mark.django_db(transaction=True)
PAST = datetime(2026, 1, 1, tzinfo=UTC)


@job
def found_team(name: str) -> None:
    """Make a team, or fail for the wrong name."""
    Team.objects.create(name=name)
    if name == "wrong":
        raise LookupError("no such team")


@job(lease="1 minute", tries=2)
def send_invitation(name: str) -> None:
    """Do something outside of a transaction."""
    assert not connection.in_atomic_block
    found_team(name)


@job(every="1 minute")
def count_teams() -> None:
    """Leave a trace each minute."""
    Team.objects.create(name=f"team {Team.objects.count()}")


@job(every="1 hour")
def fail_each_hour() -> None:
    """Fail each hour."""
    raise LookupError("again")


Jobs = dict[str, Job[*tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Let the worker know the jobs of this file only."""
    jobs: Jobs = {one.name: one for one in (found_team, send_invitation, count_teams, fail_each_hour)}
    monkeypatch.setattr("samovar.jobs.running.JOBS", jobs)
    return jobs


def teams() -> list[str]:
    """Return the names of the teams that the tasks founded."""
    return list(Team.objects.order_by("id").values_list("name", flat=True))


def test_a_task_is_gone_when_its_effect_is_there() -> None:
    enqueue(found_team, "sales")

    assert [run_short(), run_short()] == [True, False]
    assert (teams(), Task.objects.count()) == (["sales"], 0)


def test_a_task_of_a_change_that_was_undone_does_not_exist() -> None:
    with pytest.raises(LookupError), transaction.atomic():
        enqueue(found_team, "sales")
        raise LookupError

    assert not run_short()


def test_a_task_waits_for_its_time() -> None:
    enqueue(found_team, "later", run_at=timezone.now() + timedelta(hours=1))
    enqueue(found_team, "second", run_at=PAST + timedelta(hours=1))
    enqueue(found_team, "first", run_at=PAST)

    assert [run_short(), run_short(), run_short()] == [True, True, False]
    assert teams() == ["first", "second"]


def test_two_tasks_with_one_key_are_one_which_runs_at_the_earlier_time() -> None:
    soon, later = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=2)
    enqueue(found_team, "sales", key="a", run_at=soon)
    enqueue(found_team, "sales", key="a", run_at=later)
    assert Task.objects.get().run_at == soon
    enqueue(found_team, "sales", key="a")

    assert [run_short(), run_short()] == [True, False]
    assert teams() == ["sales"]


def test_a_failure_undoes_the_effect_and_is_tried_again_later() -> None:
    enqueue(found_team, "wrong", key="a")

    assert [run_short(), run_short()] == [True, False]
    task = Task.objects.get()
    assert (teams(), task.tries, task.error, task.key) == ([], 1, "LookupError: no such team", "a")
    assert timedelta(seconds=5) < task.run_at - timezone.now() < timedelta(seconds=15)


def test_a_task_that_fails_too_often_is_set_aside_and_can_be_repeated() -> None:
    enqueue(found_team, "wrong", key="a")
    for _ in range(found_team.tries):
        Task.objects.update(run_at=PAST)
        run_short()

    task = Task.objects.set_aside().get()
    assert (task.tries, task.key, run_short()) == (5, None, False)
    Team.objects.create(name="wrong").delete()
    Task.objects.update(args=["right"])
    task.repeat()
    assert run_short()
    assert (teams(), Task.objects.count()) == (["right"], 0)


def test_a_task_set_aside_does_not_stand_in_the_way_of_the_next_with_its_key() -> None:
    enqueue(found_team, "wrong", key="a")
    Task.objects.update(tries=4)
    run_short()
    enqueue(found_team, "sales", key="a")

    assert run_short()
    assert teams() == ["sales"]


def test_a_task_that_somebody_is_at_is_left_to_him() -> None:
    enqueue(found_team, "sales")
    with another_connection() as other:
        other.execute("SELECT 1 FROM jobs_task FOR UPDATE")
        assert not run_short()
        other.rollback()

    assert run_short()


def be_cut() -> None:
    """Lose the connection in the middle of the work."""
    Team.objects.create(name="never")
    with another_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    Team.objects.create(name="never either")


def test_a_task_whose_connection_is_cut_is_undone_and_runs_again(known: Jobs) -> None:
    cut = Job(found_team.name, be_cut, every=None, lease=None, tries=5)
    enqueue(cut)
    known[cut.name] = cut
    with pytest.raises(TransactionLost, match="terminat|closed"):
        run_short()

    task = Task.objects.get()
    assert (teams(), task.tries, task.run_at > timezone.now()) == ([], 1, True)
    known[cut.name] = found_team
    Task.objects.update(args=["sales"], run_at=PAST)
    assert run_short()
    assert teams() == ["sales"]


def test_a_task_that_loses_its_connection_each_time_is_set_aside(known: Jobs) -> None:
    cut = Job(found_team.name, be_cut, every=None, lease=None, tries=2)
    enqueue(cut)
    known[cut.name] = cut
    for _ in range(2):
        Task.objects.update(run_at=PAST)
        with pytest.raises(TransactionLost):
            run_short()

    assert (Task.objects.set_aside().get().tries, run_short()) == (2, False)


def test_a_leased_task_that_loses_its_connection_is_tried_again_without_waiting_for_its_lease(known: Jobs) -> None:
    cut = Job(send_invitation.name, be_cut, every=None, lease=timedelta(hours=1), tries=5)
    enqueue(cut)
    known[cut.name] = cut

    assert run_leased()
    task = Task.objects.get()
    assert (task.tries, task.claimed_until) == (1, None)


def test_a_job_that_this_version_does_not_know_waits_for_one_that_does() -> None:
    enqueue(Job("somewhere.else", lambda: None, every=None, lease=None, tries=5))

    assert (run_short(), run_leased(), Task.objects.count()) == (False, False, 1)


def test_a_leased_task_runs_outside_of_any_transaction() -> None:
    enqueue(send_invitation, "sales")

    assert [run_short(), run_leased(), run_leased()] == [False, True, False]
    assert (teams(), Task.objects.count()) == (["sales"], 0)


def test_a_leased_task_is_claimed_before_it_begins_and_taken_again_after_the_lease() -> None:
    enqueue(send_invitation, "sales", key="a")
    Task.objects.update(claimed_until=timezone.now() + timedelta(minutes=1), tries=1)
    assert not run_leased()

    Task.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert run_leased()
    assert (teams(), Task.objects.count()) == (["sales"], 0)


def test_whoever_overstays_his_lease_leaves_the_task_to_his_successor(known: Jobs) -> None:
    def overstay() -> None:
        Task.objects.update(claimed_until=timezone.now() + timedelta(minutes=5))

    late = Job(send_invitation.name, overstay, every=None, lease=timedelta(minutes=1), tries=2)
    enqueue(late)
    known[late.name] = late

    assert run_leased()
    assert Task.objects.get().claimed_until is not None


def test_what_is_asked_for_while_a_leased_task_runs_is_a_task_of_its_own(known: Jobs) -> None:
    def ask_again() -> None:
        enqueue(late, key="a")

    late = Job(send_invitation.name, ask_again, every=None, lease=timedelta(minutes=1), tries=2)
    enqueue(late, key="a")
    known[late.name] = late

    assert run_leased()
    assert Task.objects.get().key == "a"


def test_a_leased_task_that_fails_is_tried_again_and_then_set_aside() -> None:
    enqueue(send_invitation, "wrong")
    run_leased()
    assert (Task.objects.get().tries, Task.objects.get().claimed_until) == (1, None)
    Task.objects.update(run_at=PAST)
    run_leased()

    assert (Task.objects.set_aside().get().tries, run_leased()) == (2, False)


def test_a_leased_task_that_kills_its_worker_each_time_is_set_aside() -> None:
    enqueue(send_invitation, "sales")
    Task.objects.update(tries=2, claimed_until=PAST)

    assert [run_leased(), run_leased()] == [True, False]
    assert "lost each time" in Task.objects.set_aside().get().error


def test_a_periodic_job_is_one_row_that_moves_from_slot_to_slot() -> None:
    plant_periodic()
    plant_periodic()
    task = Task.objects.get(job=count_teams.name)
    assert (task.run_at.second, task.run_at > timezone.now(), run_short()) == (0, True, False)

    Task.objects.filter(pk=task.pk).update(run_at=PAST)
    assert [run_short(), run_short()] == [True, False]
    moved = Task.objects.get(job=count_teams.name)
    assert (teams(), moved.pk, moved.run_at.second, moved.run_at > timezone.now()) == (["team 0"], task.pk, 0, True)


def test_a_periodic_job_that_fails_goes_on_with_its_next_slot_and_shows_the_error() -> None:
    plant_periodic()
    Task.objects.filter(job=fail_each_hour.name).update(run_at=PAST, tries=20)
    run_short()

    task = Task.objects.get(job=fail_each_hour.name)
    assert (task.tries, task.error, task.set_aside_at) == (21, "LookupError: again", None)
    assert (task.run_at.minute, task.run_at.second) == (0, 0)


def test_a_clock_that_was_put_back_delays_a_periodic_job_by_one_slot_at_most() -> None:
    plant_periodic()
    Task.objects.update(run_at=timezone.now() + timedelta(hours=5))
    plant_periodic()

    assert Task.objects.get(job=count_teams.name).run_at <= timezone.now() + timedelta(minutes=1)


def test_a_periodic_job_that_is_now_run_more_often_gets_its_new_slots() -> None:
    plant_periodic()
    Task.objects.filter(job=count_teams.name).update(every_seconds=7200, run_at=timezone.now() + timedelta(hours=2))
    plant_periodic()

    assert Task.objects.get(job=count_teams.name).every_seconds == 60


def test_a_transaction_notifies_once_however_many_tasks_it_enqueues() -> None:
    with another_connection(autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with transaction.atomic():
            for name in ("a", "b", "c"):
                enqueue(found_team, name)
        enqueue(found_team, "later", run_at=timezone.now() + timedelta(hours=1))

        assert [notice.payload for notice in listener.notifies(timeout=0.5)] == [""]


def test_the_state_of_the_queue_is_counted() -> None:
    plant_periodic()
    assert queue() == Queue(due=0, delay=timedelta(0), set_aside=0, failing=0)
    enqueue(found_team, "due", run_at=PAST)
    enqueue(found_team, "set aside", run_at=PAST, key="x")
    Task.objects.filter(key="x").update(set_aside_at=PAST)
    enqueue(send_invitation, "somebody is at it", run_at=PAST, key="y")
    Task.objects.filter(key="y").update(claimed_until=timezone.now() + timedelta(hours=1))
    Task.objects.filter(job=fail_each_hour.name).update(tries=3)

    found = queue()
    assert (found.due, found.set_aside, found.failing) == (1, 1, 1)
    assert found.delay > timedelta(days=1)


def test_pauses_grow_to_a_quarter_of_an_hour() -> None:
    expected = {1: 10, 2: 20, 3: 40, 7: 640, 8: 900, 400: 900}

    pauses = {tries: pause_after(tries).total_seconds() for tries in expected}
    assert all(0.8 * expected[tries] <= pause <= 1.2 * expected[tries] for tries, pause in pauses.items())


@pytest.mark.parametrize(("words", "seconds"), [("1 minute", 60), ("90 seconds", 90), ("2 hours", 7200)])
def test_spans_are_written_in_words(words: str, seconds: int) -> None:
    assert span(words) == timedelta(seconds=seconds)


@pytest.mark.parametrize("words", ["", "minute", "0 minutes", "1 fortnight", "1 minute 3 seconds", "-1 hours"])
def test_other_words_are_no_span(words: str) -> None:
    with pytest.raises(ValueError, match="span of time"):
        span(words)


def test_two_jobs_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two jobs"):
        job(found_team.function)

"""Later reactions: every event once, in the order of the log, however its transaction began and ended."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from samovar.events import reading
from samovar.events.announcing import announce, announce_many
from samovar.events.clock import start_cursors
from samovar.events.effects import install, when
from samovar.events.jobs import HELD_SECONDS, turn
from samovar.events.models import Cursor, Event, SetAside
from samovar.events.queries import Lag, lags
from samovar.events.reading import Outcome, read_batch
from samovar.events.setting_aside import retry_next
from samovar.jobs.attempt import TransactionLost, on_new_connection
from samovar.jobs.sources import IDLE_SECONDS
from samovar.wiring.table import EFFECTS
from tests.events.kinds import KettleBoiled, KettleEmptied, TeaSpilled
from tests.postgres import another_connection, until_readable

pytestmark = pytest.mark.django_db(transaction=True)
HERE = __name__
seen: list[int] = []


def note(event: KettleBoiled) -> None:
    """Remember the number of cups; an effect in the memory of the test."""
    seen.append(event.cups)


def spill(event: KettleBoiled) -> None:
    """Leave an effect in the database."""
    announce(TeaSpilled(title=str(event.cups)))


def wipe(event: TeaSpilled) -> None:
    """React to what a reaction announced."""
    seen.append(-int(event.title))


def be_cut(event: KettleBoiled) -> None:
    """Lose the connection when there are three cups."""
    if event.cups == 3:
        with another_connection() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        announce(TeaSpilled(title="never"))


def fail(event: KettleBoiled) -> None:
    """Leave an effect and fail when there are three cups."""
    announce(TeaSpilled(title=str(event.cups)))
    if event.cups == 3:
        raise LookupError("the third cup is broken")


@pytest.fixture(autouse=True)
def _noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    seen.clear()
    monkeypatch.setattr(reading, "_paces", {})
    # However slow the machine is just now, a batch ends with its rows; the tests of its time set their own.
    monkeypatch.setattr(reading, "BATCH_SECONDS", 60)
    install([when(KettleBoiled, later=[note])])
    start_cursors()
    yield
    install(EFFECTS)


def boil(*cups: int) -> None:
    """Announce one event for each number, in one transaction."""
    with transaction.atomic():
        announce_many([KettleBoiled(customer_id=1, cups=cup) for cup in cups])


def read(rows: int = reading.BATCH_ROWS) -> Outcome:
    """Read one batch for the module of this file, as soon as nobody else holds readers back."""
    until_readable()
    return read_batch(HERE, rows)


def react_by(*reactions: Callable[[KettleBoiled], None]) -> None:
    """Install other reactions than ``note``."""
    install([when(KettleBoiled, later=reactions)])


def spilled() -> list[str]:
    """Return the effects of ``spill`` and ``fail``."""
    return list(Event.objects.filter(kind="TeaSpilled").order_by("id").values_list("title", flat=True))


def test_a_module_reacts_to_each_event_once_and_in_order() -> None:
    boil(1, 2)
    with transaction.atomic():
        announce(KettleEmptied(customer_id=1))
    boil(3)

    assert read() is Outcome.READ
    assert read() is Outcome.EMPTY
    assert seen == [1, 2, 3]


def test_a_new_module_begins_with_what_comes_and_can_be_told_to_read_everything() -> None:
    Cursor.objects.all().delete()
    boil(1)
    until_readable()
    start_cursors()
    boil(2)
    start_cursors()

    read()
    assert seen == [2]
    Cursor.objects.get().rewind()
    read()
    assert seen == [2, 1, 2]


def test_a_batch_is_limited_and_the_next_goes_on_behind_it() -> None:
    boil(*range(10))

    read(rows=4)
    assert seen == [0, 1, 2, 3]
    read(rows=4)
    read(rows=4)
    assert seen == list(range(10))


def test_a_batch_that_takes_too_long_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_SECONDS", -1)
    boil(1, 2, 3)

    read()
    assert seen == [1]
    read()
    assert seen == [1, 2]


def test_events_of_a_transaction_that_is_still_open_are_waited_for_and_not_skipped() -> None:
    with another_connection() as early:
        early.execute("SELECT pg_current_xact_id()")
        boil(1)
        assert (read_batch(HERE), turn(), seen) == (Outcome.EMPTY, HELD_SECONDS, [])
        early.execute(
            "INSERT INTO events_event (at, kind, customer_id, visibility, title, preview, data)"
            " VALUES (now(), 'KettleBoiled', 1, 1, '', '', '{\"cups\": 7}')"
        )
        early.commit()

    read()
    assert turn() == IDLE_SECONDS
    assert seen == [1, 7], "inside a batch by id, although the transaction of the second began first"


def test_a_batch_ends_early_only_where_what_is_done_is_a_whole_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_SECONDS", -1)
    with another_connection() as early:
        early.execute("SELECT pg_current_xact_id()")
        boil(1)
        early.execute(
            "INSERT INTO events_event (at, kind, customer_id, visibility, title, preview, data)"
            " VALUES (now(), 'KettleBoiled', 1, 1, '', '', '{\"cups\": 2}')"
        )
        early.commit()
    boil(3)

    read()
    assert seen == [1, 2], "the first by id is the second by transaction, so both are done together"
    read()
    assert seen == [1, 2, 3]


def test_an_event_of_a_savepoint_that_was_undone_is_never_seen() -> None:
    with transaction.atomic():
        announce(KettleBoiled(customer_id=1, cups=1))
        with pytest.raises(LookupError), transaction.atomic():
            announce(KettleBoiled(customer_id=1, cups=2))
            raise LookupError
        with transaction.atomic():
            announce(KettleBoiled(customer_id=1, cups=3))

    read()
    assert seen == [1, 3]


def test_only_one_worker_reads_for_a_module_at_a_time() -> None:
    boil(1)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [reading.LOCKS, HERE])
        assert read() is Outcome.BUSY
        assert turn() == IDLE_SECONDS
        other.rollback()

    assert read() is Outcome.READ


def test_effect_and_cursor_are_undone_together_when_the_connection_is_cut() -> None:
    react_by(spill, be_cut)
    boil(1, 3)
    with pytest.raises(TransactionLost, match="terminat|closed"):
        read()

    assert spilled() == []
    react_by(spill)
    read()
    SetAside.objects.update(retry_at="2026-01-01T00:00Z")
    assert retry_next([HERE])
    assert spilled() == ["1", "3"]


def test_an_event_that_cuts_the_connection_each_time_is_set_aside_and_holds_nobody_up() -> None:
    react_by(be_cut, note)
    boil(2, 3, 4)
    with pytest.raises(TransactionLost):
        read()
    assert SetAside.objects.get().tries == 1

    seen.clear()
    read()
    assert seen == [2, 4]
    for tries in (2, 3):
        SetAside.objects.update(retry_at="2026-01-01T00:00Z")
        with pytest.raises(TransactionLost):
            retry_next([HERE])
        assert SetAside.objects.get().tries == tries
    assert SetAside.objects.stuck().exists()


def test_an_event_is_not_repeated_before_its_reader_has_passed_it() -> None:
    boil(1)
    SetAside.objects.create(module=HERE, event_id=Event.objects.get().pk, reason="", retry_at="2026-01-01T00:00Z")

    assert retry_next([HERE])
    assert (seen, SetAside.objects.count()) == ([], 1)
    read()
    SetAside.objects.update(retry_at="2026-01-01T00:00Z")
    assert retry_next([HERE])
    assert (seen, SetAside.objects.count()) == ([1], 0)


def test_an_event_that_another_worker_has_done_meanwhile_is_not_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one comes between the loss of the connection and the note about it."""

    def after_another(work: Callable[[], None]) -> None:
        connection.close()
        last = Event.objects.latest("pk")
        Cursor.objects.update(tx=last.tx, event_id=last.pk)
        on_new_connection(work)

    monkeypatch.setattr(reading, "on_new_connection", after_another)
    react_by(be_cut)
    boil(3)
    with pytest.raises(TransactionLost):
        read()

    assert not SetAside.objects.exists()


def test_a_failing_reaction_is_undone_alone_and_holds_nobody_up() -> None:
    react_by(fail, note)
    boil(2, 3, 4)

    read()
    assert (spilled(), seen) == (["2", "4"], [2, 4])
    aside = SetAside.objects.get()
    assert (aside.module, aside.tries, aside.reason) == (HERE, 1, "LookupError: the third cup is broken")
    assert aside.retry_at is not None


def test_after_three_failures_an_event_waits_for_a_person_who_can_repeat_it() -> None:
    react_by(fail)
    boil(3)
    read()
    for tries in (2, 3):
        SetAside.objects.update(retry_at="2026-01-01T00:00Z")
        assert turn() == 0.0
        assert SetAside.objects.get().tries == tries

    aside = SetAside.objects.stuck().get()
    assert (retry_next([HERE]), turn()) == (False, IDLE_SECONDS)
    react_by(spill)
    aside.repeat()
    assert turn() == 0.0
    assert (spilled(), SetAside.objects.count()) == (["3"], 0)


def test_an_event_that_fails_again_after_a_repeat_is_set_aside_again() -> None:
    react_by(fail)
    boil(3)
    read()
    SetAside.objects.update(retry_at=None, tries=3)

    SetAside.objects.get().repeat()
    assert retry_next([HERE])
    aside = SetAside.objects.get()
    assert (aside.tries, aside.retry_at is None) == (1, False)


def test_a_row_that_breaks_a_foreign_key_is_the_failure_of_its_own_event() -> None:
    def dangle(event: KettleBoiled) -> None:
        if event.cups == 2:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO accounts_user_teams (user_id, team_id) VALUES (-1, -1)")
        spill(event)

    react_by(dangle)
    boil(1, 2, 3)

    read()
    assert spilled() == ["1", "3"]
    assert "foreign key" in SetAside.objects.get().reason


def test_a_kind_that_this_version_does_not_know_is_passed_over() -> None:
    Event.objects.create(kind="PhoneRangTwice", at="2026-11-21T00:00Z", visibility=1)
    boil(1)

    read()
    assert (seen, SetAside.objects.count()) == ([1], 0)


def test_a_turn_reads_for_every_module_and_then_rests() -> None:
    boil(1)
    until_readable()

    assert [turn(), turn()] == [0.0, IDLE_SECONDS]
    assert seen == [1]


def test_a_module_that_does_not_read_on_is_behind_by_the_age_of_its_first_unread_event() -> None:
    assert lags() == [Lag(HERE, None)]
    boil(1)
    Cursor.objects.update(moved_at="2026-01-01T00:00Z")
    Event.objects.update(at="2026-02-01T00:00Z")
    [lag] = lags()
    assert lag.waiting is not None
    assert lag.waiting > timedelta(days=1)

    read()
    assert lags() == [Lag(HERE, None)]


def test_an_old_moment_that_was_written_just_now_has_not_waited_since_then() -> None:
    with transaction.atomic():
        announce(KettleBoiled(customer_id=1, at=datetime(2001, 1, 1, tzinfo=UTC)))

    [lag] = lags()
    assert lag.waiting is not None
    assert lag.waiting < timedelta(days=1)


def test_without_later_reactions_a_turn_asks_nothing() -> None:
    install([])

    assert turn() == IDLE_SECONDS


def test_a_later_reaction_may_announce_and_is_read_in_its_turn() -> None:
    install([when(KettleBoiled, later=[spill]), when(TeaSpilled, later=[wipe])])
    boil(1)

    for _ in range(2):
        until_readable()
        assert turn() == 0.0
    assert turn() == IDLE_SECONDS
    assert seen == [-1]

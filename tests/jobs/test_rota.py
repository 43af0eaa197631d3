"""Who looks for work next: one thread a source, until something is found."""

from samovar.jobs.rota import Look, Rota
from samovar.jobs.sources import Source

LONG = 3600.0


def source(name: str, spare: int = 0, apart: float = 0.0) -> Source:
    return Source(name, f"channel of {name}", lambda: None, lambda found: LONG, spare, apart)


def taken(rota: Rota) -> Look:
    look = rota.take()
    assert look is not None
    return look


def test_one_thread_looks_at_a_source_and_the_others_leave_it() -> None:
    rota = Rota([source("tasks"), source("events")], threads=4)

    assert {taken(rota).source.name, taken(rota).source.name} == {"tasks", "events"}
    assert rota.take_now() is None


def test_where_something_was_found_the_next_looks_at_once() -> None:
    rota = Rota([source("tasks")], threads=4)
    first = taken(rota)
    first.found()
    second = taken(rota)

    rota.give_back(second, LONG)
    rota.give_back(first, 0.0)
    assert rota.take_now() is None


def test_a_call_during_a_look_is_not_missed() -> None:
    rota = Rota([source("tasks")], threads=2)
    look = taken(rota)
    rota.call("channel of tasks")
    rota.give_back(look, LONG)

    assert taken(rota).source.name == "tasks"


def test_a_call_for_one_channel_leaves_the_others_at_rest() -> None:
    rota = Rota([source("tasks"), source("events")], threads=2)
    for _ in range(2):
        rota.give_back(taken(rota), LONG)
    rota.call("channel of events")

    look = taken(rota)
    assert look.source.name == "events"
    rota.give_back(look, LONG)
    assert rota.take_now() is None


def test_work_that_lasts_leaves_threads_to_the_others() -> None:
    rota = Rota([source("errands", spare=1), source("tasks")], threads=2)
    looks = [taken(rota), taken(rota)]
    for look in looks:
        look.found()
    assert taken(rota).source.name == "tasks"
    assert rota.take_now() is None


def test_what_is_called_for_in_quick_succession_is_looked_at_together() -> None:
    rota = Rota([source("events", apart=LONG)], threads=2)
    first = taken(rota)
    rota.call("channel of events")

    rota.give_back(first, LONG)
    rota.call("channel of events")

    assert rota.take_now() is None


def test_a_call_soon_after_a_look_is_followed_without_another() -> None:
    rota = Rota([source("events", apart=0.01)], threads=2)
    rota.give_back(taken(rota), LONG)
    rota.call("channel of events")

    assert taken(rota).source.name == "events"


def test_where_there_is_more_to_do_nobody_waits() -> None:
    rota = Rota([source("events", apart=LONG)], threads=2)
    rota.give_back(taken(rota), 0.0)

    assert rota.take_now() is not None

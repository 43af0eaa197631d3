"""What is done to many conversations step by step: what each does, leaves, and gives back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import Calendar, Team
from samovar.conversations import bulk_runs
from samovar.conversations.bulk_steps import Pair
from samovar.conversations.models import Conversation
from samovar.conversations.models.deleting import DeletionReason
from samovar.events.models import Event
from samovar.lib import clock
from tests import make
from tests.conversations.test_bulk_runs import begun, finished, reasons, run, several, state, undone
from tests.postgres import another_connection

pytestmark = pytest.mark.django_db
NEVER: list[list[list[str]]] = [[] for _day in range(7)]


def test_given_to_a_team_it_is_taken_from_those_who_are_not_in_it_and_given_back() -> None:
    olga, ivan, some = make.agent("olga"), make.agent("ivan"), several()
    desk, others = make.team("Desk", ivan), make.team("Others", olga)
    some[0].assign(to=olga, by=olga)
    some[1].give_to_team(others, by=olga)
    some[1].assign(to=ivan, by=olga)
    some[2].give_to_team(desk, by=olga)
    before = [state(conversation) for conversation in some]

    did = run(olga, some, ("team", str(desk.pk)))

    assert reasons(did) == {some[0].pk: ("d", ""), some[1].pk: ("d", ""), some[2].pk: ("s", "same")}
    held = Conversation.objects.filter(team=desk).order_by("pk").values_list("assignee", flat=True)
    assert list(held) == [None, ivan.pk, None]
    # What is retired since gets back what was its own.
    Team.objects.filter(pk=others.pk).update(archived_at=timezone.now())
    assert undone(did, olga).undone == 2
    assert [state(conversation) for conversation in some] == before
    assert reasons(run(olga, some[:1], ("team", str(others.pk)))) == {some[0].pk: ("s", "gone")}


def test_a_team_of_which_nobody_sees_the_inbox_is_given_nothing() -> None:
    olga, some = make.agent("olga"), several(1)
    make.inbox().open_for([make.team("Desk", olga)], by=make.admin())

    did = run(olga, some, ("team", str(make.team("Others", make.agent("ivan")).pk)))

    assert reasons(did) == {some[0].pk: ("s", "closed")}
    assert run(olga, some, ("team", "")).skipped == 1


def test_what_the_database_refuses_keeps_no_other_back() -> None:
    olga, some = make.agent("olga"), several(4)
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$
        """)
        cursor.execute(f"""
            CREATE TRIGGER refuse BEFORE UPDATE ON conversations_conversation
            FOR EACH ROW WHEN (OLD.id = {some[1].pk}) EXECUTE FUNCTION refuse()
        """)

    did = run(olga, some, ("resolve", ""), ("priority", "2"))

    assert (did.done, did.failed) == (3, 1)
    assert reasons(did)[some[1].pk] == ("f", "error")
    # Of the one nothing was said, and of the others each thing once.
    told = Event.objects.filter(kind__in=["ConversationResolved", "ConversationPrioritised"])
    assert sorted(event.conversation_id or 0 for event in told) == sorted([some[0].pk, some[2].pk, some[3].pk] * 2)
    assert set(Conversation.objects.filter(resolved_at=None).values_list("pk", flat=True)) == {some[1].pk}


def test_many_are_written_in_as_many_statements_as_few() -> None:
    olga, some = make.agent("olga"), several(12)
    did = begun(olga, some, ("assign", "me"), ("priority", "2"), ("cause", str(make.cause().pk)))
    bulk_runs.advance(did.pk)

    # Beside those there are two a step that mark where it begins and ends, which write nothing.
    with CaptureQueriesContext(connection) as asked:
        bulk_runs.advance(did.pk)

    assert len([one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]) <= 13
    did.refresh_from_db()
    assert did.done == 12
    assert Event.objects.filter(kind="ConversationAssigned", actor_id=olga.pk).count() == 12


def test_two_tags_of_which_one_was_merged_into_the_other_are_one() -> None:
    olga, some = make.agent("olga"), several(2)
    old, new = make.tag("Old"), make.tag("New")
    some[0].tag(old, by=olga)
    old.merge(new, by=olga)

    did = run(olga, some, ("tag", str(old.pk)))
    assert reasons(did) == {some[0].pk: ("s", "same"), some[1].pk: ("d", "")}
    off = run(olga, some, ("untag", str(new.pk)))
    assert off.done == 2
    assert run(olga, some, ("untag", str(new.pk))).skipped == 2
    new.retire(by=olga)
    assert reasons(run(olga, some[:1], ("tag", str(new.pk)))) == {some[0].pk: ("s", "gone")}


def test_what_cannot_be_done_to_any_and_what_is_so_anyway() -> None:
    olga, [one, side] = make.agent("olga"), several(2)
    Conversation.objects.filter(pk=side.pk).update(parent=one)
    cause = make.cause("Late")
    assert reasons(run(olga, [one, side], ("cause", str(cause.pk)))) == {one.pk: ("d", ""), side.pk: ("s", "part")}
    assert reasons(run(olga, [one], ("cause", str(cause.pk)))) == {one.pk: ("s", "same")}
    cause.retire(by=olga)
    other = make.cause("Early")
    other.retire(by=olga)
    assert reasons(run(olga, [one], ("cause", str(other.pk)))) == {one.pk: ("s", "gone")}
    for step in (("untag", str(make.tag("Old").pk)), ("wake", ""), ("reopen", ""), ("wanted", ""), ("read", "")):
        run(olga, [one], ("read", ""))
        assert reasons(run(olga, [one], step)) == {one.pk: ("s", "same")}, step
    later = (timezone.now() + timedelta(days=3)).isoformat()
    for step in (("priority", "1"), ("snooze", f"{later}|more"), ("spam", ""), ("unread", "")):
        assert run(olga, [one], step).done == 1, step
        assert run(olga, [one], step).skipped == 1, step


def test_what_was_deleted_and_cannot_come_back_says_that_somebody_changed_it() -> None:
    olga, [main, side] = make.agent("olga"), several(2)
    Conversation.objects.filter(pk=side.pk).update(parent=main)
    did = run(olga, [side], ("delete", "trial"))
    main.trash(DeletionReason.TRIAL, by=olga)

    back = undone(did, olga)

    assert reasons(back) == {side.pk: ("k", "changed")}
    assert bulk_runs.undo(did, olga)


def test_what_is_done_already_by_the_step_before_is_left() -> None:
    olga, some = make.agent("olga"), several(3)

    assert run(olga, some[:1], ("restore", "trial")).skipped == 1
    assert run(olga, some[:1], ("delete", "trial"), ("delete", "other")).done == 1
    assert run(olga, some[1:], ("assign", "me")).done == 2
    assert run(olga, some[1:], ("assign", "me"), ("wake", "")).skipped == 2


def test_undoing_stops_before_it_holds_others_up_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    olga, some = make.agent("olga"), several(3)
    did = run(olga, some, ("resolve", ""))
    monkeypatch.setattr(bulk_runs, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(bulk_runs, "AT_ONCE", 2)
    assert bulk_runs.undo(did, olga)

    bulk_runs.advance(did.pk)

    did.refresh_from_db()
    assert (did.undone, did.is_working) == (2, True)
    assert finished(did).undone == 3


def test_a_snooze_knows_that_next_week_is_tomorrow_on_a_sunday_and_that_some_never_open() -> None:
    olga, [one] = make.agent("olga"), several(1)
    sunday = timezone.now() + timedelta(days=(6 - timezone.now().weekday()) % 7 + 7)
    with clock.standing_at(sunday.replace(hour=12)):
        did = run(olga, [one], ("snooze", "next-week|more"))
        assert reasons(did) == {one.pk: ("d", "")}
        one.refresh_from_db()
        assert one.snoozed_until is not None
        again = (one.snoozed_until.isoformat(), "more")
        assert reasons(run(olga, [one], ("snooze", "|".join(again)))) == {one.pk: ("s", "same")}
        Calendar.objects.update_or_create(is_default=True, defaults={"week": NEVER})
        assert reasons(run(olga, [one], ("snooze", "+4|more"))) == {one.pk: ("s", "past")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [("resolve", ""), ("delete", "trial")])
def test_whoever_waits_too_long_for_a_row_gives_way_to_a_worker(step: Pair) -> None:
    olga, [main, side] = make.agent("olga"), several(2)
    Conversation.objects.filter(pk=side.pk).update(parent=main)
    held = side if step[0] == "delete" else main
    did = begun(olga, [main], step)
    bulk_runs.advance(did.pk)
    with another_connection() as other, connection.cursor() as cursor:
        other.execute("SELECT id FROM conversations_conversation WHERE id = %s FOR UPDATE", [held.pk])
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            assert not bulk_runs.finish(did.pk)
        finally:
            cursor.execute("RESET lock_timeout")
    assert finished(did).done == 1

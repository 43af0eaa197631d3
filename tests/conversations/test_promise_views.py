"""Promises by their addresses: made, understood, kept, moved, handed over, undone; refused in words."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations.models import Promise
from samovar.conversations.models.promise import Breach, PromiseState
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def post(client: Client, address: str, **given: object) -> HttpResponse:
    """Send a form as an open page does."""
    answer: HttpResponse = client.post(address, given, headers=HTMX)  # type: ignore[assignment]  # the test's answer
    return answer


def undo(client: Client, answer: HttpResponse) -> HttpResponse:
    """Press Undo in the line about what was done."""
    address = answer.content.decode().split('action="')[1].split('"')[0].replace("&amp;", "&")
    assert urlsplit(address).path.startswith("/promises/")
    return post(client, address)


@pytest.mark.parametrize("how", ["kept", "withdrawn", "broken"])
def test_it_ends_and_undo_opens_it_and_undo_of_that_ends_it_again(client: Client, olga: User, how: str) -> None:
    promise = make.promise(olga)

    done = post(client, f"/promises/{promise.pk}/ending/", how=how, breach="no-time")
    assert (done.status_code, Promise.objects.get().state) == (200, how)
    opened = undo(client, done)
    assert (opened.status_code, Promise.objects.get().state) == (200, PromiseState.OPEN)
    again = undo(client, opened)

    assert (again.status_code, Promise.objects.get().state) == (200, how)
    assert Promise.objects.get().breach == ("no-time" if how == "broken" else "")


def test_what_was_ended_by_somebody_else_meanwhile_is_said(client: Client, olga: User) -> None:
    promise = make.promise(olga)
    promise.give_up(Breach.NO_TIME, by=make.agent())

    answers = [
        post(client, f"/promises/{promise.pk}/ending/", how="kept"),
        post(client, f"/promises/{promise.pk}/moment/", when="tomorrow 10"),
        post(client, f"/promises/{promise.pk}/owner/", assignee=olga.pk),
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all("Will not be kept: Call back by phone" in answer.content.decode() for answer in answers)
    assert post(client, f"/promises/{promise.pk}/ending/", how="broken").status_code == 200


def test_another_moment_is_undone_to_the_microsecond_also_when_it_was_late(client: Client, olga: User) -> None:
    promise = make.promise(olga, timezone.now() - HOUR)
    before = promise.due_at

    moved = post(client, f"/promises/{promise.pk}/moment/", when="tomorrow 10")
    assert Promise.objects.get().missed_at == before
    undo(client, moved)

    again = Promise.objects.get()
    assert (again.due_at, again.missed_at, again.state) == (before, None, PromiseState.LATE)


def test_it_is_handed_over_and_back(client: Client, olga: User) -> None:
    promise, igor = make.promise(olga), make.agent("igor")

    handed = post(client, f"/promises/{promise.pk}/owner/", assignee=igor.pk)
    assert Promise.objects.get().owner == igor
    undo(client, handed)
    assert Promise.objects.get().owner == olga
    post(client, f"/promises/{promise.pk}/owner/", assignee="")

    assert Promise.objects.get().owner is None
    assert post(client, f"/promises/{promise.pk}/owner/", assignee="x").status_code == 422


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Nobody can tell when that is"),
        ({"when": "soon"}, "Nobody can tell when that is"),
        ({"when": "1.1.2020"}, "This moment has passed"),
        ({"when": "+400d"}, "within a year"),
        ({"when": "15", "kind": "other"}, "Write what is to be done"),
        ({"kind": "step"}, "Write what is to be done"),
        ({"kind": "step", "what": "Order", "when": "soon"}, "Nobody can tell when that is"),
    ],
)
def test_what_cannot_be_promised_is_refused_in_words(
    client: Client, olga: User, given: dict[str, str], words: str
) -> None:
    conversation = make.conversation()

    answer = post(client, f"/conversations/{conversation.pk}/promises/", **given)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Promise.objects.exists()


def test_whoever_does_not_see_the_inbox_keeps_nothing_there(client: Client, olga: User) -> None:
    conversation, igor = make.conversation(), make.agent("igor")
    conversation.inbox.teams.add(make.team("Help", olga))
    address = f"/conversations/{conversation.pk}/promises/"

    refused = post(client, address, when="15", owner=igor.pk)
    post(client, address, when="15")
    handed = post(client, f"/promises/{Promise.objects.get().pk}/owner/", assignee=igor.pk)

    assert (refused.status_code, handed.status_code) == (422, 422)
    assert "Igor does not see this inbox" in refused.content.decode()
    choice = client.get(address, {"who": ""}).content.decode()
    assert ("Olga" in choice, "Igor" in choice) == (True, False)


def test_what_is_typed_counts_for_more_than_the_first_button_and_works_without_scripts(
    client: Client, olga: User
) -> None:
    conversation = make.conversation()

    answer = client.post(f"/conversations/{conversation.pk}/promises/", {"when": "tomorrow 10", "choice": "+1h"})

    assert answer.headers["Location"] == conversation.get_absolute_url()
    due_at = Promise.objects.get().due_at
    assert due_at is not None
    assert timezone.localtime(due_at).hour == 10
    assert "Promised: Call back by phone, tomorrow at 10:00" in client.get(answer.headers["Location"]).content.decode()


def test_resolving_says_what_is_still_promised(client: Client, olga: User) -> None:
    promise = make.promise(olga)

    answer = post(client, f"/conversations/{promise.conversation_id}/resolution/")

    assert "Resolved. Still promised:" in answer.content.decode()
    assert 'class="conversation"' in client.get("/", {"view": "promised"}).content.decode()


def test_a_step_is_moved_up_and_undo_moves_it_down(client: Client, olga: User) -> None:
    conversation = make.conversation()
    for what in ("One", "Two"):
        post(client, f"/conversations/{conversation.pk}/promises/", kind="step", what=what)
    second = Promise.objects.get(what="Two")

    moved = post(client, f"/promises/{second.pk}/place/", step="-1")
    assert Promise.objects.get(what="Two").position == 1
    undo(client, moved)

    assert Promise.objects.get(what="Two").position == 2
    assert post(client, f"/promises/{second.pk}/place/", step="5").status_code == 422


def test_the_page_of_a_promise_does_everything_without_scripts(client: Client, olga: User) -> None:
    promise = make.promise(olga)

    page = client.get(promise.get_absolute_url()).content.decode()
    client.post(f"/promises/{promise.pk}/ending/", {"how": "kept"})

    for action in ("ending", "moment", "owner"):
        assert f'action="/promises/{promise.pk}/{action}/"' in page
    assert "It is still to be kept" in client.get(promise.get_absolute_url()).content.decode()


def test_the_figures_count_what_was_due_and_each_leads_to_its_promises(client: Client) -> None:
    igor, olga, now = make.lead("igor"), make.agent("olga"), timezone.now()
    make.team("Help", olga, igor)
    kept, late, broken, gone = (make.promise(olga, now - HOUR) for _ in range(4))
    broken.give_up(Breach.NO_TIME, by=olga)
    gone.withdraw(by=olga)
    Promise.objects.filter(pk=kept.pk).update(kept_at=now - 2 * HOUR)
    make.promise(igor, now - HOUR).keep(by=igor)
    make.promise(olga, now - timedelta(days=20))
    make.conversation().add_step("A step", by=olga, due_at=now - HOUR)

    client.force_login(igor)
    page = client.get("/promises/", {"days": "7"})
    own_rows = client.get("/promises/rows/", {"days": "7", "person": str(olga.pk), "state": "late"})
    rows = page.context["people"].rows
    people = {row.name: (row.made.count, [one.count for one in row.numbers], row.share) for row in rows}

    assert people == {"Igor": (1, [0, 1, 0, 0, 0], 0), "Olga": (3, [1, 0, 1, 1, 0], 33)}
    assert [(row.name, row.made.count, row.settled) for row in page.context["teams"]] == [("Help", 4, 4)]
    assert [row.pk for row in own_rows.context["found"].rows] == [late.pk]
    client.force_login(olga)
    assert [row.name for row in client.get("/promises/").context["people"].rows] == ["Olga"]
    assert client.get("/promises/rows/", {"person": igor.pk}).context["found"].rows == []
    assert len(client.get("/promises/rows/", {"days": "x", "team": "-1", "state": "y"}).context["found"].rows) == 4


def test_the_promises_behind_a_number_come_page_by_page(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samovar.conversations.promise_figures.PAGE", 2)
    at = timezone.now() - HOUR
    made = [make.promise(olga, at).pk for _ in range(5)]

    seen, after = [], ""
    while True:
        found = client.get("/promises/rows/", {"after": after}).context["found"]
        seen += [row.pk for row in found.rows]
        after = found.after
        if not after:
            break

    assert seen == sorted(made, reverse=True)


def test_the_figures_take_two_questions_however_many_promises(client: Client) -> None:
    igor = make.lead("igor")
    make.team("Help", igor)
    client.force_login(igor)
    make.promise(igor)
    client.get("/promises/")
    with CaptureQueriesContext(connection) as few:
        client.get("/promises/")
    for _ in range(4):
        make.promise(make.agent())

    with CaptureQueriesContext(connection) as many:
        client.get("/promises/")

    assert len(many) == len(few)

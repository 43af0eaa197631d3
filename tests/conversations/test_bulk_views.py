"""Acting on many conversations from the screen: forms, menus, progress, results."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Notification, User
from samovar.conversations.models import BulkRun, Conversation, Macro, Tag
from samovar.conversations.views import bulk as views
from samovar.jobs import running
from samovar.jobs.models import Task
from tests import make
from tests.conversations.test_bulk_runs import several
from tests.reactions import run_later_reactions

NEXT_YEAR = timezone.now().date() + timedelta(days=365)
pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who has signed in."""
    made = make.agent("olga")
    client.force_login(made)
    return made


def sent(client: Client, some: Sequence[Conversation], do: str, **given: Any) -> HttpResponse:
    """Send what shall be done to conversations, as a page with scripts does."""
    form = {"key": str(uuid4()), "do": do, "id": [one.pk for one in some], **given}
    return client.post("/bulk/", form, headers={"HX-Request": "true"})  # type: ignore[return-value]  # the client's own


def test_few_are_done_at_once_and_undone_by_one_press(client: Client, olga: User) -> None:
    some = several()

    answer = sent(client, some, "resolve")

    assert "Resolved · 3 conversations" in answer.content.decode()
    assert Conversation.objects.all().resolved().count() == 3
    run = BulkRun.objects.get()
    undone = client.post(f"/bulk/{run.pk}/undoing/", headers={"HX-Request": "true"})
    assert "Undone · Resolved · 3 conversations" in undone.content.decode()
    assert not Conversation.objects.all().resolved().exists()


def test_many_are_done_by_a_worker_while_the_page_says_how_far_it_is(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    answer = sent(client, several(), "resolve")
    run = BulkRun.objects.get()
    progress = f"/bulk/{run.pk}/?progress"
    assert progress in answer.content.decode()

    for _batch in range(3):
        running.run_short()

    said = client.get(progress, headers={"HX-Request": "true"}).content.decode()
    assert "Resolved · 3 conversations" in said
    assert "every 1s" not in said
    assert not Task.objects.filter(job__endswith="run_bulk").exists()


def test_the_same_form_sent_from_two_tabs_is_done_once(client: Client, olga: User) -> None:
    some, key = several(), str(uuid4())

    sent(client, some, "priority:2", key=key)
    some[0].prioritise(0, by=olga)  # type: ignore[arg-type]  # Priority.NORMAL
    answer = sent(client, some, "priority:2", key=key)

    assert "Urgent · 3 conversations" in answer.content.decode()
    assert BulkRun.objects.count() == 1
    some[0].refresh_from_db()
    assert some[0].priority == 0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"id": []}, "Select at least one conversation."),
        ({"do": "explode"}, "Choose what shall be done."),
        ({"do": "assign:0"}, "Choose who answers."),
        ({"do": "tag:0"}, "The tag is no longer there."),
        ({"do": "new-tag: "}, "Write what the tag says."),
        ({"do": "cause:0"}, "Choose a cause."),
        ({"do": "snooze:typed"}, "Choose until when."),
        ({"do": "snooze:2001-01-01T00:00:00+00:00"}, "Choose until when."),
        ({"do": "snooze:2101-01-01T00:00:00+00:00"}, "Choose a moment within ten years."),
        ({"do": "priority:9"}, "Choose a priority."),
        ({"do": "macro:0"}, "This macro is not in use any more."),
        ({"do": "chosen:assign"}, "Choose what shall be done."),
        ({"do": "promise:typed"}, "Nobody can tell when that is."),
        ({"do": "promise:typed", "when": "soon"}, "Nobody can tell when that is."),
        ({"do": "promise:+1h", "kind": "other"}, "Write what is to be done."),
        ({"do": "promise:+1h", "kind": "step", "what": "Look"}, "Choose what shall be done."),
        ({"do": "promise:+1h", "kind": "pizza"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    client: Client, olga: User, given: dict[str, Any], why: str
) -> None:
    answer = sent(client, several(1), **{"do": "resolve", **given})

    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert not BulkRun.objects.exists()


def test_a_macro_that_writes_to_customers_is_for_one_at_a_time(client: Client, olga: User) -> None:
    writes, plain = make.macro(), make.macro("Urgent", "", steps=[["priority", "2"]])
    some = several(2)

    refused, done = (sent(client, some, f"macro:{macro.pk}") for macro in (writes, plain))

    assert "writes to customers" in refused.content.decode()
    assert "Applied: Urgent · 2 conversations" in done.content.decode()
    assert Macro.objects.get(pk=plain.pk).used_count == 1
    offered = client.get("/bulk/choices/?of=macro").content.decode()
    assert ("Urgent" in offered, writes.name in offered) == (True, False)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "assign:me"}, "Assigned to Olga"),
        ({"do": "assign:"}, "Nobody answers for it now"),
        ({"do": "new-tag:Oak"}, "Tagged: Oak"),
        ({"do": "cause:"}, "It has no cause now"),
        ({"do": "snooze:tomorrow"}, "Snoozed: Tomorrow"),
        ({"do": "snooze:typed", "hours": "6"}, "Snoozed: +6 working hours"),
        ({"do": "snooze:typed", "at": f"{NEXT_YEAR}T09:30"}, "Snoozed until"),
        ({"do": "delete:trial"}, "Deleted. It can be restored for 30 days."),
        ({"do": "promise:tomorrow 10"}, "Promised: Call back by phone, tomorrow at 10:00"),
        ({"do": "chosen:promise", "promise": "promise:+1h", "kind": "answer"}, "Promised: Answer, "),
        ({"do": "chosen:snooze", "snooze": "snooze:tomorrow", "wakes_on": "nothing"}, "Snoozed: Tomorrow"),
    ],
)
def test_what_was_done_is_said_in_words(client: Client, olga: User, form: dict[str, str], said: str) -> None:
    assert said in sent(client, several(1), **form).content.decode()


def test_one_tag_of_a_name_is_made_and_a_retired_one_is_refused(client: Client, olga: User) -> None:
    some = several(2)
    sent(client, some[:1], "new-tag:Oak")
    sent(client, some[1:], "new-tag:OAK")
    tag = Tag.objects.get()
    assert "Oak" in client.get("/bulk/choices/?of=tag&q=o").content.decode()
    sent(client, some, f"untag:{tag.pk}")
    assert not tag.conversations.exists()

    tag.retire(by=make.lead())

    for code in ("new-tag:oak", f"tag:{tag.pk}"):
        assert sent(client, several(1), code).status_code == 422


def test_by_when_it_is_promised_is_understood_while_it_is_typed(client: Client, olga: User) -> None:
    offered, typed, unclear = (
        client.get(f"/bulk/choices/?of=promise&when={when}").content.decode() for when in ("", "tomorrow 16", "soon")
    )

    assert 'value="promise:tomorrow 10"' in offered
    assert "Promise it: tomorrow at 16:00" in typed
    assert 'value="promise:typed"' in typed
    assert "Nobody can tell when that is." in unclear


def test_without_scripts_a_page_of_its_own_has_it_all(client: Client, olga: User) -> None:
    some = several(2)
    ids = "&".join(f"id={one.pk}" for one in some)
    page = client.get(f"/bulk/new/?{ids}").content.decode()
    assert page.count('name="id"') == 2
    assert "Act on all 2 that match the list" in page
    assert 'name="all"' in client.get("/bulk/new/?view=unassigned&all=1").content.decode()
    assert "Nothing is selected" in client.get("/bulk/new/").content.decode()

    form = {"key": str(uuid4()), "do": "resolve", "all": "1", "query": "view=unassigned"}
    answer = client.post("/bulk/", form, follow=True)

    run = BulkRun.objects.get()
    assert answer.redirect_chain == [(f"/bulk/{run.pk}/", 302)]
    running.run_short()
    running.run_short()
    assert Conversation.objects.all().resolved().count() == 2
    assert client.post(f"/bulk/{run.pk}/undoing/").status_code == 302
    assert not Conversation.objects.all().resolved().exists()
    refused = client.post("/bulk/", {"key": str(uuid4()), "do": "resolve"}, follow=True)
    assert "Select at least one conversation." in refused.content.decode()


def test_each_conversation_says_what_became_of_it_as_far_as_the_reader_may_see_it(client: Client, olga: User) -> None:
    some = several(3)
    some[0].resolve(by=olga)
    sent(client, some, "resolve")
    run = BulkRun.objects.get()
    lena = make.lead("lena")

    page = client.get(f"/bulk/{run.pk}/").content.decode()
    left = client.get(f"/bulk/{run.pk}/?state=s").content.decode()

    assert all(name in page for name in ("Customer 0", "Customer 1", "Customer 2", "It was so already"))
    assert ("Customer 0" in left, "Customer 1" in left) == (True, False)
    client.force_login(lena)
    assert "Olga" in client.get("/bulk/").content.decode()
    client.force_login(make.agent("pavel"))
    assert client.get(f"/bulk/{run.pk}/").status_code == 404
    make.inbox().open_for([make.team("Desk", make.agent())], by=make.admin())
    client.force_login(lena)
    hidden = client.get(f"/bulk/{run.pk}/").content.decode()
    assert "Customer 1" not in hidden
    assert str(some[1].pk) in hidden


def test_all_that_match_are_counted_and_stopping_leaves_the_rest(client: Client, olga: User) -> None:
    several(3)
    assert "Select all 3 that match" in client.get("/bulk/count/?view=unassigned").content.decode()
    form = {"key": str(uuid4()), "do": "resolve", "all": "1", "query": "view=unassigned"}
    client.post("/bulk/", form)
    run = BulkRun.objects.get()

    answer = client.post(f"/bulk/{run.pk}/stopping/", headers={"HX-Request": "true"})

    assert "stopped" in answer.content.decode()
    running.run_short()
    assert not Conversation.objects.all().resolved().exists()


def test_of_many_given_at_once_people_are_told_once(client: Client, olga: User) -> None:
    pavel, some = make.agent("pavel"), several(3)
    since = run_later_reactions()

    sent(client, some, f"assign:{pavel.pk}")
    since = run_later_reactions(since)

    [told] = Notification.objects.filter(user=pavel)
    assert told.count == 3
    client.force_login(pavel)
    page = client.get("/for-me/").content.decode()
    assert "Olga gives you 3 conversations" in page
    assert "?view=mine" in page
    client.force_login(olga)
    client.post(f"/bulk/{BulkRun.objects.get().pk}/undoing/")
    run_later_reactions(since)
    assert Notification.objects.count() == 1


def test_rows_can_be_selected_by_those_who_answer_and_by_nobody_else(client: Client, olga: User) -> None:
    several(1)
    assert 'class="pick"' in client.get("/").content.decode()

    client.force_login(make.user(role="observer"))

    page = client.get("/").content.decode()
    assert ('class="pick"' in page, 'id="bulk"' in page) == (False, False)


def test_many_are_given_to_a_team_by_the_menu_of_people(client: Client, olga: User) -> None:
    some, desk = several(2), make.team("Service desk", olga)
    menu = "/bulk/choices/?of=assign"
    assert f'value="team:{desk.pk}"' in client.get(menu).content.decode()
    assert 'value="team:"' in client.get(menu).content.decode()
    assert f'value="team:{desk.pk}"' in client.get(f"{menu}&q=desk").content.decode()
    assert 'value="team:' not in client.get(f"{menu}&q=zzz").content.decode()

    answer = sent(client, some, f"team:{desk.pk}")

    assert "Given to the team Service desk · 2 conversations" in answer.content.decode()
    assert Conversation.objects.filter(team=desk).count() == 2
    assert "No team answers for it now · 2 conversations" in sent(client, some, "team:").content.decode()
    desk.retire(by=make.admin())
    assert sent(client, some, f"team:{desk.pk}").status_code == 422
    # Where no script runs, the code stands in the field of the menu.
    own = make.team("Another", olga)
    sent(client, some, "chosen:assign", assign=f"team:{own.pk}")
    assert Conversation.objects.filter(team=own).count() == 2

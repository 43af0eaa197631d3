"""Saved views: kept, shared, changed by two, deleted and brought back, arranged by each person for themselves."""

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samovar.accounts.models import AuditEntry, Role, User
from samovar.conversations import queries, saved_views
from samovar.conversations.delivered_views import VIEWS, View
from samovar.conversations.errors import ViewChanged
from samovar.conversations.models import Conversation, SavedView
from samovar.conversations.models import saved_view as model
from samovar.conversations.models.saved_view import Naming
from samovar.conversations.queries import Wanted
from tests import make, making_views

pytestmark = pytest.mark.django_db

Counted = Callable[[int], CaptureQueriesContext]


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def lena() -> User:
    return make.lead("lena")


def wanted(user: User, query: str) -> Wanted:
    return Wanted.of(QueryDict(query), user)


def undo(client: Client, address: str, **given: object) -> str:
    """Post, and return the address that undoes it."""
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content
    return [message.extra_tags for message in get_messages(answer.wsgi_request)][-1]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def titles(user: User) -> list[str]:
    return [str(view.title) for view in saved_views.shown(user) if view.saved]


def tagged(name: str, by: User) -> str:
    """The code of a tag that stands on one conversation, of Ann."""
    tag = make.tag(name)
    make.conversation(sender=make.sender("ann@mail.example", "Ann")).tag(tag, by=by)
    make.conversation(sender=make.sender("bob@mail.example", "Bob"))
    return f"tag:{tag.pk}"


def test_what_somebody_looks_at_is_saved_with_the_view_it_is_part_of(client: Client, olga: User) -> None:
    code = tagged("Refund", olga)

    back = undo(client, "/views/new/", list=f"only=unread&q=desk&f={code}", name=" My  refunds ", scope="mine")

    view = SavedView.objects.get()
    assert (view.name, view.owner, view.team, view.order) == ("My refunds", olga, None, "promise")
    assert set(view.filters) == {"status:needs-reply", code, "mark:unread", "text:desk"}
    page = text_of(client, f"/?view=v{view.pk}")
    assert page.count("My refunds") >= 2
    assert 'id="c-' in page
    assert "Bob" not in page
    assert queries.counts(olga, saved_views.shown(olga))[f"v{view.pk}"] == 1
    client.post(back)
    assert titles(olga) == []
    assert "This view is no longer there" in text_of(client, f"/?view=v{view.pk}")


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_delivered_view_can_be_saved_and_holds_the_same(olga: User, name: str) -> None:
    team = make.team("Delivery", olga)
    rows = [make.conversation(sender=make.sender(f"c{n}@mail.example", f"Customer {n}")) for n in range(4)]
    rows[0].assign(to=olga, by=olga)
    rows[1].resolve(by=olga)
    rows[2].reply("Done", by=olga)
    Conversation.objects.filter(pk=rows[3].pk).update(team=team)
    codes, order = Wanted(view=VIEWS[name]).to_save

    view = saved_views.view_of(making_views.saved_view("Copy", *codes, owner=olga, order=order))

    def held(view: View) -> set[int]:
        return set(queries.selection(olga, Wanted(view=view)).values_list("pk", flat=True))

    assert held(view) == held(VIEWS[name])


def test_the_address_carries_what_is_changed_and_only_that(client: Client, olga: User) -> None:
    row = making_views.saved_view("Open", "status:open", owner=olga, order="newest")
    view = f"v{row.pk}"

    assert wanted(olga, f"view={view}").query == f"view={view}"
    assert wanted(olga, f"view={view}&f=status:open&order=newest").query == f"view={view}"
    assert (
        wanted(olga, f"view={view}&f=tag:1&f=tag:2&order=oldest").query
        == f"view={view}&order=oldest&f=tag%3A1&f=tag%3A2"
    )
    bare = wanted(olga, f"view={view}&f=")
    assert (bare.query, bare.chosen, bare.is_changed) == (f"view={view}&f=", (), True)
    # The rows, the live refresh and the thread keep it.
    make.conversation()
    page = text_of(client, f"/?view={view}&f=mark:unread&order=oldest")
    assert f'?view={view}&amp;order=oldest&amp;f=mark%3Aunread"' in page
    assert '<input type="hidden" name="f" value="mark:unread">' in page
    assert '<input type="hidden" name="order" value="oldest">' in page


def test_a_view_holds_what_it_is_updated_to_and_gets_back_what_it_held(client: Client, olga: User) -> None:
    row = making_views.saved_view("Open", "status:open", owner=olga, order="newest")
    make.conversation()
    assert "Update view" in text_of(client, f"/?view=v{row.pk}&f=status:snoozed")

    back = undo(client, f"/views/{row.pk}/filters/", list=f"view=v{row.pk}&f=status:snoozed&order=oldest", version=0)

    row.refresh_from_db()
    assert (row.filters, row.order) == (["status:snoozed"], "oldest")
    client.post(back)
    row.refresh_from_db()
    assert (row.filters, row.order) == (["status:open"], "newest")


def test_two_leads_who_change_one_view_do_not_overwrite_each_other_unseen(client: Client, lena: User) -> None:
    row, vera = making_views.saved_view("Open", "status:open", by=lena), make.lead("vera")
    row.change(Naming(name="All that is open"), 0, by=vera)
    client.force_login(lena)

    answer = client.post(f"/views/{row.pk}/", {"name": "Everything open", "scope": "everybody", "version": 0})
    assert answer.status_code == 422
    assert "Vera changed this view while you typed" in answer.content.decode()
    assert 'value="Everything open"' in answer.content.decode()
    answer = client.post(
        f"/views/{row.pk}/filters/", {"list": f"view=v{row.pk}&f=mark:unread", "version": 0}, follow=True
    )
    assert "Vera changed this view meanwhile" in answer.content.decode()
    assert "Update view" in answer.content.decode()
    with pytest.raises(ViewChanged):
        row.hold(["mark:unread"], "", 0, by=lena)
    row.refresh_from_db()
    assert (row.name, row.filters) == ("All that is open", ["status:open"])
    client.post(f"/views/{row.pk}/", {"name": "Everything open", "scope": "everybody", "version": 1})
    row.refresh_from_db()
    assert row.name == "Everything open"


def test_only_who_leads_shares_views_and_changes_shared_ones(client: Client, olga: User, lena: User) -> None:
    team = make.team("Delivery", olga)
    for scope in ("everybody", f"team-{team.pk}"):
        assert client.post("/views/new/", {"list": "", "name": "Ours", "scope": scope}).status_code == 422
    shared, of_team = (
        making_views.saved_view("For all", by=lena),
        making_views.saved_view("Of Delivery", by=lena, team=team),
    )
    assert titles(olga) == ["For all", "Of Delivery"]
    assert titles(make.agent()) == ["For all"]
    for row in (shared, of_team):
        assert "Edit view" not in text_of(client, f"/?view=v{row.pk}")
        for address in ("", "filters/", "deletion/"):
            given = {"name": "x", "scope": "mine", "version": 0, "list": ""}
            assert client.post(f"/views/{row.pk}/{address}", given).status_code == 404
    client.force_login(lena)
    # She is not of the team: she keeps the view in order, and it does not stand among hers.
    assert titles(lena) == ["For all"]
    back = undo(client, f"/views/{of_team.pk}/deletion/")
    assert titles(olga) == ["For all"]
    client.post(back)
    assert titles(olga) == ["For all", "Of Delivery"]
    told = AuditEntry.objects.filter(action__startswith="view-").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["view-made", "view-made", "view-deleted", "view-restored"]


def test_what_is_of_one_person_is_nobody_elses(client: Client, olga: User) -> None:
    row = making_views.saved_view("Secret", owner=make.agent("ivan"))

    assert "Secret" not in text_of(client, "/")
    assert "This view is no longer there" in text_of(client, f"/?view=v{row.pk}")
    assert client.get(f"/views/{row.pk}/").status_code == 404
    assert client.post(f"/views/{row.pk}/deletion/").status_code == 404
    assert not AuditEntry.objects.filter(action__startswith="view-").exists()


def test_the_view_of_a_dissolved_team_stays_with_its_members(olga: User, lena: User) -> None:
    team = make.team("Delivery", olga)
    making_views.saved_view("Of Delivery", by=lena, team=team)
    team.retire(by=lena)

    assert titles(olga) == ["Of Delivery"]


def test_what_somebody_has_left_behind_can_be_taken_over(client: Client, lena: User) -> None:
    row = making_views.saved_view_of_a_leaver()
    client.force_login(lena)
    assert row.name in text_of(client, "/views/")

    client.post(f"/views/{row.pk}/taking-over/")

    assert titles(lena) == [row.name]
    assert client.post(f"/views/{row.pk}/taking-over/").status_code == 404


def test_each_arranges_their_own_navigation(client: Client, olga: User) -> None:
    row = making_views.saved_view("Refunds", owner=olga)
    name = f"v{row.pk}"
    assert [place.view.name for place in saved_views.places(olga)] == [*VIEWS, name]

    for _step in range(len(VIEWS)):
        back = undo(client, "/views/arranging/", view=name, step="up")
    hidden = undo(client, "/views/arranging/", view="promised", is_shown="0")

    olga.refresh_from_db()
    assert [view.name for view in saved_views.shown(olga)][:3] == [name, "needs-reply", "mine"]
    page = text_of(client, "/")
    assert 'href="/?view=promised"' not in page
    assert f'href="/?view={name}" data-key="1"' in page
    assert "promised" not in queries.counts(olga, saved_views.shown(olga))
    client.post(back)
    client.post(hidden)
    olga.refresh_from_db()
    assert [view.name for view in saved_views.shown(olga)][:4] == ["needs-reply", name, "mine", "promised"]
    # What is deleted or unknown is left out.
    row.delete_by(olga)
    client.post("/views/arranging/", {"view": "nothing", "step": "up"})
    assert [view.name for view in saved_views.shown(olga)] == list(VIEWS)


def test_only_what_has_to_be_acted_on_is_counted(olga: User) -> None:
    make.conversation()
    counted = making_views.saved_view("Open", "status:open", "status:snoozed", owner=olga)
    for codes in (("status:open", "status:resolved"), ("mark:unread",), ("status:spam",)):
        making_views.saved_view("Not counted", *codes, owner=olga)

    found = queries.counts(olga, saved_views.shown(olga))

    assert {name: count for name, count in found.items() if name.startswith("v")} == {f"v{counted.pk}": 1}


def test_nobody_can_have_more_views_than_are_counted(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MOST_OF_ONE", 1)
    making_views.saved_view(owner=olga)

    answer = client.post("/views/new/", {"list": "", "name": "Another", "scope": "mine"})

    assert answer.status_code == 422
    assert "Delete one first" in answer.content.decode()


def test_nobody_gets_more_by_bringing_back_sharing_or_taking_over(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena, gone = make.lead("lena"), make.agent("gone")
    client.force_login(lena)
    monkeypatch.setattr(model, "MOST_OF_ONE", 1)
    own, shared, left = (making_views.saved_view(owner=owner) for owner in (lena, None, gone))
    gone.deactivate(by=make.admin())

    client.post(f"/views/{left.pk}/taking-over/")
    page = client.post(f"/views/{own.pk}/", {"name": "Mine", "scope": "everybody", "version": "0"})
    client.post(f"/views/{shared.pk}/deletion/")
    other = making_views.saved_view(owner=None)
    back = client.post(f"/views/{shared.pk}/deletion/?undo", follow=True).content.decode()

    assert page.status_code == 422
    assert "Delete one first" in back
    assert {view.pk: view.owner for view in SavedView.objects.all().in_use()} == {
        own.pk: lena,
        left.pk: gone,
        other.pk: None,
    }


def test_what_is_no_view_of_mine_is_not_hidden(client: Client, olga: User) -> None:
    client.post("/views/arranging/", {"view": "x" * 1000, "is_shown": "0"})

    assert User.objects.get(pk=olga.pk).views_hidden == []


def test_the_views_and_all_counts_take_three_queries_however_many_there_are(
    olga: User, django_assert_num_queries: Counted
) -> None:
    tag = make.tag("Refund")
    for number in range(12):
        making_views.saved_view(f"View {number}", "status:open", f"tag:{tag.pk}", "team:mine", "waiting:4", owner=olga)

    # Whoever has signed in brings the parts of the product along.
    assert all(olga.parts.values())
    # The views, what was merged into their tags, and the counts.
    with django_assert_num_queries(3):
        queries.counts(olga, saved_views.shown(olga))


def test_filters_are_offered_as_lists_that_have_them(client: Client, olga: User) -> None:
    code = tagged("Refund", olga)

    whole = text_of(client, "/filters/?view=mine&f=mark:unread")
    assert f'href="/?view=mine&amp;f={code.replace(":", "%3A")}&amp;f=mark%3Aunread"' in whole
    found = client.get("/filters/?view=mine&find=refu", headers={"HX-Request": "true"}).content.decode()
    assert 'data-found-for="refu"' in found
    assert "Refund" in found
    assert "Order" not in found
    assert "Nothing is called so" not in found


def test_an_empty_list_says_what_it_was_narrowed_to_and_leads_back(client: Client, olga: User) -> None:
    make.conversation()
    tag = make.tag("Refund")

    page = text_of(client, f"/?view=mine&f=tag:{tag.pk}")

    assert "Nothing that fits" in page
    assert "Tag: Refund" in page
    assert 'href="/?view=mine"' in page


def test_outside_experts_have_no_views(client: Client) -> None:
    making_views.saved_view("For all")
    expert = make.user(role=Role.EXPERT)
    client.force_login(expert)

    assert titles(expert) == []
    assert client.get("/views/").status_code == 403

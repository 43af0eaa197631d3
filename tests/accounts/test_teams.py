"""Teams: an administrator makes them, says who is in them, retires them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samovar.accounts.models import AuditEntry, Team
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(make.admin("anna"))
    return client


def test_a_team_is_made_and_people_are_put_into_it(admin_client: Client) -> None:
    olga, oleg = make.agent("olga"), make.agent("oleg")

    answer = admin_client.post(reverse("teams"), {"name": " Delivery  "}, follow=True)
    team = Team.objects.get()
    admin_client.post(reverse("team", args=[team.pk]), {"name": "Delivery North", "members": [olga.pk, oleg.pk]})

    assert "Choose who is in it" in answer.content.decode()
    page = admin_client.get(reverse("teams")).content.decode()
    assert "Delivery North" in page
    assert set(team.members.all()) == {olga, oleg}
    assert [(one.action, one.before, one.after) for one in AuditEntry.objects.order_by("pk")] == [
        ("team-founded", {}, {}),
        (
            "team-changed",
            {"name": "Delivery", "members": []},
            {"name": "Delivery North", "members": ["Oleg", "Olga"]},
        ),
    ]


def test_who_is_in_it_stands_first_and_many_people_take_no_more_queries(admin_client: Client) -> None:
    zoe = make.agent("zoe")
    address = reverse("team", args=[make.team("Delivery", zoe).pk])
    # That she is here is noted once a minute.
    admin_client.get(address)
    with CaptureQueriesContext(connection) as few:
        page = admin_client.get(address).content.decode()
    assert "narrow-list list" not in page
    for number in range(30):
        make.agent(f"agent{number}")

    with CaptureQueriesContext(connection) as many:
        page = admin_client.get(address).content.decode()

    assert len(many) == len(few)
    assert "narrow-list list" in page
    assert page.index("Zoe") < page.index("Agent0")


@pytest.mark.parametrize("name", ["DELIVERY", " delivery "])
def test_two_teams_do_not_share_a_name(admin_client: Client, name: str) -> None:
    make.team("Delivery")
    other = make.team("Sales")

    made = admin_client.post(reverse("teams"), {"name": name})
    renamed = admin_client.post(reverse("team", args=[other.pk]), {"name": name})

    for answer in (made, renamed):
        assert answer.status_code == 422
        assert "There is a team with this name" in answer.content.decode()
    assert set(Team.objects.values_list("name", flat=True)) == {"Delivery", "Sales"}


def test_a_name_of_blanks_is_refused(admin_client: Client) -> None:
    answer = admin_client.post(reverse("teams"), {"name": " \u3000 "})

    assert answer.status_code == 422
    assert not Team.objects.exists()


def test_a_retired_team_is_offered_no_more_until_undo(admin_client: Client) -> None:
    team = make.team("Delivery")
    account = make.mailbox()
    teams_of_mailbox = reverse("mailbox_teams", args=[account.pk])

    answer = admin_client.post(reverse("team_retiring", args=[team.pk]), follow=True)
    admin_client.post(reverse("team_retiring", args=[team.pk]))

    assert f'action="{reverse("team_reviving", args=[team.pk])}"' in answer.content.decode()
    assert "make a team first" in admin_client.get(teams_of_mailbox).content.decode()
    admin_client.post(reverse("team_reviving", args=[team.pk]))
    admin_client.post(reverse("team_reviving", args=[team.pk]))
    assert "Delivery" in admin_client.get(teams_of_mailbox).content.decode()
    actions = AuditEntry.objects.filter(subject_kind="team").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["team-retired", "team-revived"]


def test_who_cannot_sign_in_stays_in_the_team_unseen(admin_client: Client) -> None:
    olga, oleg = make.agent("olga"), make.agent("oleg")
    team = make.team("Delivery", olga, oleg)
    olga.deactivate(by=make.admin())
    address = reverse("team", args=[team.pk])

    assert "Olga" not in admin_client.get(address).content.decode()
    admin_client.post(address, {"name": "Delivery", "members": []})

    assert list(team.members.all()) == [olga]
    assert ">0<" in admin_client.get(reverse("teams")).content.decode()


def test_an_empty_company_is_told_what_teams_are_for(admin_client: Client) -> None:
    assert "An inbox can be open to some teams only" in admin_client.get(reverse("teams")).content.decode()

"""What a lead decides about teams and inboxes, and that it opens nothing that is not open to them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samovar.accounts.models import AuditEntry, Role, Team, User
from samovar.channels.models import ChannelAccount
from samovar.conversations.models import Inbox
from tests import make

pytestmark = pytest.mark.django_db
SERVERS = ("mailbox", "mailbox_rules", "mailbox_pausing", "mailbox_archiving", "mailbox_signing_in")


@pytest.fixture
def vera(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("vera")
    client.force_login(user)
    return user


@pytest.fixture
def closed() -> ChannelAccount:
    """A mailbox whose inbox only the members of a team see, of which no lead is one."""
    account = make.mailbox("pay@aurora.example")
    account.inbox.open_for([make.team("Pay", make.agent("paul"))], by=make.admin("anna"))
    return account


def test_a_lead_makes_a_team_changes_it_and_takes_it_out_of_use(client: Client, vera: User) -> None:
    olga = make.agent("olga")

    client.post("/teams/", {"name": "Delivery"})
    team = Team.objects.get()
    assert list(team.members.all()) == [vera]
    client.post(f"/teams/{team.pk}/", {"name": "Delivery North", "members": [vera.pk, olga.pk]})

    page = client.get("/teams/").content.decode()
    assert f'href="/teams/{team.pk}/"' in page
    assert "Delivery North" in page
    # Who may sign in is the administrator's.
    assert 'href="/people/"' not in page
    assert set(team.members.all()) == {vera, olga}
    client.post(f"/teams/{team.pk}/retiring/")
    assert not Team.objects.all().in_use().exists()
    client.post(f"/teams/{team.pk}/reviving/")
    assert Team.objects.all().in_use().exists()
    assert set(AuditEntry.objects.filter(subject_kind="team").values_list("by_name", flat=True)) == {"Vera"}


def test_a_lead_puts_nobody_into_a_team_of_others(client: Client, vera: User, closed: ChannelAccount) -> None:
    team = Team.objects.get(name="Pay")

    answers = [
        client.get(f"/teams/{team.pk}/"),
        client.post(f"/teams/{team.pk}/", {"name": "Pay", "members": [vera.pk]}),
        client.post(f"/teams/{team.pk}/retiring/"),
        client.post(f"/teams/{team.pk}/reviving/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert vera not in team.members.all()
    assert closed.inbox not in Inbox.objects.all().open_to(vera)
    page = client.get("/teams/").content.decode()
    assert "Pay" in page
    assert f'href="/teams/{team.pk}/"' not in page


def test_a_lead_stays_in_the_team_that_they_change(client: Client, vera: User) -> None:
    team = make.team("Delivery", vera)

    answer = client.post(f"/teams/{team.pk}/", {"name": "Delivery", "members": []})

    assert answer.status_code == 422
    assert "Stay in it" in answer.content.decode()
    assert list(team.members.all()) == [vera]


def test_a_lead_names_an_inbox_and_says_who_sees_it(client: Client, vera: User) -> None:
    account, team = make.mailbox("help@aurora.example"), make.team("Delivery", vera)
    address = f"/mailboxes/{account.pk}/teams/"
    assert f'href="{address}"' in client.get("/mailboxes/").content.decode()

    answer = client.post(address, {"name": "  The help ", "teams": [team.pk]}, follow=True)

    account.inbox.refresh_from_db()
    assert account.inbox.name == "The help"
    assert list(account.inbox.teams.all()) == [team]
    page = answer.content.decode()
    assert "The help" in page
    assert "Delivery" in page
    [named] = AuditEntry.objects.filter(action="mailbox-changed")
    assert (named.by, named.after) == (vera, {"name": "The help"})
    client.post(address, {"name": "", "teams": [team.pk]})
    account.inbox.refresh_from_db()
    assert account.inbox.name == account.inbox.address


def test_a_lead_does_not_close_an_inbox_to_themselves(client: Client, vera: User) -> None:
    account, other = make.mailbox("help@aurora.example"), make.team("Sales", make.agent("sam"))

    answer = client.post(f"/mailboxes/{account.pk}/teams/", {"name": "Help", "teams": [other.pk]})

    assert answer.status_code == 422
    assert "Choose a team of yours too" in answer.content.decode()
    assert not account.inbox.teams.exists()


def test_a_lead_opens_to_everybody_nothing_that_was_closed(client: Client, vera: User) -> None:
    account, own = make.mailbox("help@aurora.example"), make.team("Delivery", vera)
    account.inbox.open_for([own], by=make.admin("anna"))

    answer = client.post(f"/mailboxes/{account.pk}/teams/", {"name": "The help", "teams": []})

    assert answer.status_code == 422
    assert "Administrators open it to everybody" in answer.content.decode()
    assert list(account.inbox.teams.all()) == [own]
    account.inbox.refresh_from_db()
    assert account.inbox.name == "Help"


def test_what_a_lead_does_not_see_they_open_for_nobody(client: Client, vera: User, closed: ChannelAccount) -> None:
    own = make.team("Delivery", vera)
    address = f"/mailboxes/{closed.pk}/teams/"

    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "Mine", "teams": [own.pk]}).status_code == 404
    assert client.post(address, {"name": "Mine", "teams": []}).status_code == 404

    assert [team.name for team in closed.inbox.teams.all()] == ["Pay"]
    assert closed.inbox.address not in client.get("/mailboxes/").content.decode()


@pytest.mark.usefixtures("vera")
def test_servers_and_passwords_stay_with_the_administrator(client: Client) -> None:
    account = make.mailbox("help@aurora.example")

    for name in SERVERS:
        address = reverse(name, args=[account.pk])
        assert client.get(address).status_code == client.post(address).status_code == 403
    for address in ("/mailboxes/new/", "/mailboxes/providers/", "/mailboxes/test/"):
        assert client.post(address).status_code == 403
    for page in (client.get("/mailboxes/"), client.get(f"/mailboxes/{account.pk}/teams/")):
        text = page.content.decode()
        assert account.imap_host not in text
        assert "/mailboxes/new/" not in text
        assert "/pausing/" not in text
        assert f'href="/mailboxes/{account.pk}/"' not in text


def test_the_list_takes_no_more_queries_with_more_inboxes(client: Client, vera: User) -> None:
    team = make.team("Delivery", vera)
    # The first request of a session takes one more.
    client.get("/mailboxes/")
    counted = []
    for number in range(2):
        make.mailbox(f"help{number}@aurora.example").inbox.open_for([team], by=make.admin())
        with CaptureQueriesContext(connection) as found:
            client.get("/mailboxes/", headers={"X-By-Itself": "1"})
        counted.append(len(found))

    assert counted[0] == counted[1]


@pytest.mark.parametrize("role", [Role.AGENT, Role.OBSERVER, Role.EXPERT])
def test_nobody_below_a_lead_decides_any_of_it(client: Client, role: Role) -> None:
    user = make.user("sam", role=role)
    client.force_login(user)
    team, account = make.team("Delivery", user), make.mailbox("help@aurora.example")

    for address in ("/teams/", f"/teams/{team.pk}/", "/mailboxes/", f"/mailboxes/{account.pk}/teams/"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"name": "Mine"}).status_code in {403, 405}

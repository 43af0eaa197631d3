"""Two people decide about one inbox at once: neither takes back unseen what the other has decided."""

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import Team, User
from samovar.channels.models import ChannelAccount
from samovar.conversations.models import Inbox
from tests import make
from tests.ui.test_comparing import Fields, fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> User:
    """A lead."""
    return make.lead("vera")


@pytest.fixture
def care(vera: User) -> Team:
    """The team of the lead."""
    return make.team("Care", vera)


@pytest.fixture
def sales() -> Team:
    """A team of somebody else."""
    return make.team("Sales", make.agent("paul"))


@pytest.fixture
def account(care: Team, sales: Team) -> ChannelAccount:
    """A mailbox whose inbox both teams see."""
    account = make.mailbox("pay@aurora.example")
    account.inbox.open_for([care, sales], by=make.admin("anna"))
    return account


def opened(account: ChannelAccount, by: User) -> tuple[Client, str, Fields]:
    client, address = Client(), reverse("mailbox_teams", args=[account.pk])
    client.force_login(by)
    return client, address, fields_of(client.get(address).content, "is_seen")


def chosen(*teams: Team) -> Fields:
    return {"teams": [str(team.pk) for team in teams]}


def names(account: ChannelAccount) -> list[str]:
    return [team.name for team in account.inbox.teams.order_by("name")]


def test_a_name_by_the_lead_opens_nothing_that_the_administrator_closed(
    account: ChannelAccount, vera: User, care: Team, sales: Team
) -> None:
    client, address, fields = opened(account, vera)
    account.inbox.open_for([care], by=make.admin())

    assert client.post(address, fields | {"name": "Pay"}).status_code == 302

    assert names(account) == ["Care"]
    assert not Inbox.objects.all().open_to(sales.members.get()).filter(pk=account.inbox_id).exists()
    account.inbox.refresh_from_db()
    assert account.inbox.name == "Pay"


def test_of_two_administrators_the_second_opens_nothing_that_the_first_closed(care: Team, sales: Team) -> None:
    account, anna, boris = make.mailbox(), make.admin(), make.admin()
    client, address, fields = opened(account, anna)
    account.inbox.open_for([care], by=boris)

    client.post(address, fields)
    assert names(account) == ["Care"]

    client.post(address, fields | chosen(sales))
    assert names(account) == ["Care", "Sales"]


def test_what_two_took_out_together_opens_it_to_nobody_until_somebody_says_so(
    account: ChannelAccount, care: Team, sales: Team
) -> None:
    client, address, fields = opened(account, make.admin())
    account.inbox.open_for([sales], by=make.admin())

    refused = client.post(address, fields | chosen(care))

    assert refused.status_code == 422
    assert "Only these see it now: Sales." in refused.content.decode()
    assert names(account) == ["Sales"]
    assert client.post(address, fields_of(refused.content, "is_seen")).status_code == 302
    assert names(account) == ["Care"]


def test_an_administrator_opens_to_everybody_what_they_see_closed(account: ChannelAccount, sales: Team) -> None:
    client, address, fields = opened(account, make.admin())
    account.inbox.open_for([sales], by=make.admin())

    refused = client.post(address, fields | chosen())
    assert refused.status_code == 422
    assert names(account) == ["Sales"]

    assert client.post(address, fields_of(refused.content, "is_seen")).status_code == 302
    assert names(account) == []


def test_who_takes_out_one_team_is_told_that_everybody_sees_it_now(account: ChannelAccount, care: Team) -> None:
    client, address, fields = opened(account, make.admin())
    account.inbox.open_for([], by=make.admin())

    refused = client.post(address, fields | chosen(care))

    assert refused.status_code == 422
    assert "opened it to everybody" in refused.content.decode()
    client.post(address, fields_of(refused.content, "is_seen"))
    assert names(account) == ["Care"]


def test_a_lead_whose_other_team_was_taken_out_does_not_close_it_to_themselves(
    account: ChannelAccount, vera: User, care: Team, sales: Team
) -> None:
    own = make.team("Own", vera)
    account.inbox.open_for([care, own, sales], by=make.admin())
    client, address, fields = opened(account, vera)
    account.inbox.open_for([care, sales], by=make.admin())

    refused = client.post(address, fields | chosen(own, sales))

    assert refused.status_code == 422
    assert "Choose a team of yours too" in refused.content.decode()
    assert names(account) == ["Care", "Sales"]


def test_a_lead_from_whom_it_was_closed_meanwhile_decides_nothing_more(
    account: ChannelAccount, vera: User, sales: Team
) -> None:
    client, address, fields = opened(account, vera)
    account.inbox.open_for([sales], by=make.admin())

    assert client.post(address, fields).status_code == 404
    assert names(account) == ["Sales"]


def test_a_team_that_was_retired_and_taken_out_meanwhile_does_not_come_back(
    account: ChannelAccount, care: Team, sales: Team
) -> None:
    client, address, fields = opened(account, make.admin())
    sales.retire(by=make.admin())
    account.inbox.open_for([care], by=make.admin())

    assert client.post(address, fields).status_code == 302
    assert names(account) == ["Care"]


def test_of_two_who_name_an_inbox_the_second_sees_the_first_name(account: ChannelAccount, vera: User) -> None:
    client, address, fields = opened(account, vera)
    account.call("Payroll", by=make.admin())

    assert client.post(address, fields).status_code == 302
    account.inbox.refresh_from_db()
    assert account.inbox.name == "Payroll"

    refused = client.post(address, fields | {"name": "Wages"})
    assert refused.status_code == 422
    assert "somebody has changed it to “Payroll”" in refused.content.decode()
    client.post(address, fields_of(refused.content, "is_seen"))
    account.inbox.refresh_from_db()
    assert account.inbox.name == "Wages"

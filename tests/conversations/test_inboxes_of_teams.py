"""An inbox that is open to some teams only is closed to everybody else, by whatever way they come.

That no address gives anything of it to another team is shown by ``tests/test_routes.py``.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samovar.accounts.models import AuditEntry, Role, User
from samovar.conversations import joining, queries
from samovar.conversations.models import Conversation, ConversationRedirect
from samovar.conversations.queries import Wanted
from samovar.customers.models import Customer
from tests import make

pytestmark = pytest.mark.django_db

Counted = Callable[[int], CaptureQueriesContext]


@pytest.fixture
def olga() -> User:
    """Somebody of the desk who is in no team."""
    return make.agent("olga")


@pytest.fixture
def oleg() -> User:
    """Somebody of the team to which the inbox is open."""
    return make.agent("oleg")


@pytest.fixture
def closed(oleg: User) -> Conversation:
    """A conversation in an inbox that is open to a team."""
    conversation = make.conversation("My salary is wrong", subject="Salary")
    make.inbox().open_for([make.team("Pay", oleg)], by=make.admin("anna"))
    return conversation


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def lists_it(user: User) -> bool:
    return bool(queries.page(user, Wanted.of({})).rows)


def test_members_and_administrators_see_what_others_do_not(closed: Conversation, oleg: User, olga: User) -> None:
    colleagues = [make.user(role=role) for role in (Role.LEAD, Role.OBSERVER, Role.EXPERT)]
    # A second team of which somebody is a member too changes nothing.
    make.team("Sales", oleg, olga)

    assert lists_it(oleg)
    assert lists_it(make.admin())
    assert not any(lists_it(user) for user in (olga, *colleagues))
    assert queries.counts(oleg)["needs-reply"] == 1
    assert queries.counts(olga)["needs-reply"] == 0


def test_an_inbox_without_teams_is_open_to_the_desk(closed: Conversation, olga: User) -> None:
    make.inbox().open_for([], by=make.admin())

    assert lists_it(olga)
    assert [(one.before, one.after) for one in AuditEntry.objects.filter(action="inbox-opened").order_by("pk")] == [
        ({"teams": []}, {"teams": ["Pay"]}),
        ({"teams": ["Pay"]}, {"teams": []}),
    ]


def test_two_teams_may_see_it(closed: Conversation, olga: User, oleg: User) -> None:
    make.inbox().open_for([*make.inbox().teams.all(), make.team("Law", olga)], by=make.admin())

    assert lists_it(olga)
    assert lists_it(oleg)


def test_who_leaves_the_team_sees_it_no_more(closed: Conversation, oleg: User) -> None:
    team = make.inbox().teams.get()

    team.change(team.name, [], by=make.admin())

    assert not lists_it(oleg)


def test_search_does_not_find_it(closed: Conversation, olga: User, oleg: User) -> None:
    assert "Salary" in client_of(oleg).get(reverse("search"), {"q": "salary"}).content.decode()
    assert "Salary" not in client_of(olga).get(reverse("search"), {"q": "salary"}).content.decode()


@pytest.mark.parametrize("page", ["customer", "history"])
def test_the_history_of_the_customer_is_silent_about_it(
    closed: Conversation, olga: User, oleg: User, page: str
) -> None:
    closed.add_note("She is right about the salary", by=oleg)
    address = reverse(page, args=[closed.customer_id])

    assert "alary" in client_of(oleg).get(address).content.decode()
    text = client_of(olga).get(address).content.decode()
    assert "Became a customer" in text
    assert "alary" not in text
    assert f"/conversations/{closed.pk}/" not in text


def test_what_somebody_else_wrote_in_it_is_not_told_in_their_own_history(olga: User, oleg: User) -> None:
    hers = make.conversation("My salary is wrong", subject="Salary")
    lawyer = make.sender("lawyer@mail.example", "Boris")
    make.received("About the salary of my client", sender=lawyer, signed_conversation=hers.pk)
    boris = Customer.objects.get(name="Boris")
    make.inbox().open_for([make.team("Pay", oleg)], by=make.admin("anna"))
    address = reverse("history", args=[boris.pk])

    assert "alary" in client_of(oleg).get(address).content.decode()
    assert "alary" not in client_of(olga).get(address).content.decode()


def test_what_was_joined_to_it_is_closed_under_the_old_number(olga: User, oleg: User) -> None:
    older = make.conversation("My salary is wrong", subject="Salary")
    younger = make.conversation("And the bonus", subject="Bonus of the salary", sender=make.sender("x@mail.example"))
    number = younger.pk
    joining.join(younger, older)
    make.inbox().open_for([make.team("Pay", oleg)], by=make.admin())

    assert ConversationRedirect.objects.filter(old_id=number).exists()
    assert client_of(oleg).get(reverse("conversation", args=[number])).status_code == 302
    assert client_of(olga).get(reverse("conversation", args=[number])).status_code == 404
    assert "alary" not in client_of(olga).get(reverse("history", args=[older.customer_id])).content.decode()


def test_an_open_conversation_does_not_name_closed_ones_that_may_belong_to_it(
    closed: Conversation, olga: User, oleg: User
) -> None:
    other = make.conversation("Where is my desk?", inbox_id=make.inbox("shop@aurora.example").pk, subject="A desk")
    Conversation.objects.filter(pk=other.pk).update(follows=closed)
    joining.link(other, [closed])
    address = reverse("conversation", args=[other.pk])

    assert client_of(oleg).get(address).content.decode().count("Salary") >= 2
    text = client_of(olga).get(address).content.decode()
    assert "A desk" in text
    assert "Salary" not in text


def test_nobody_is_made_to_answer_for_what_they_do_not_see(closed: Conversation, olga: User, oleg: User) -> None:
    client = client_of(oleg)

    offered = client.get(reverse("assignees", args=[closed.pk])).content.decode()
    answer = client.post(reverse("assignment", args=[closed.pk]), {"assignee": olga.pk}, headers={"HX-Request": "true"})

    assert "Oleg" in offered
    assert "Olga" not in offered
    assert answer.status_code == 422
    assert "Olga does not see this inbox" in answer.content.decode()
    closed.refresh_from_db()
    assert closed.assignee is None


def test_a_list_takes_as_many_questions_as_before(
    closed: Conversation, olga: User, django_assert_num_queries: Counted
) -> None:
    with django_assert_num_queries(1):
        queries.page(olga, Wanted.of({}))
    with django_assert_num_queries(1):
        queries.counts(olga)


def test_an_administrator_chooses_the_teams_on_the_page_of_the_mailbox() -> None:
    account, client = make.mailbox(), client_of(make.admin())
    address = reverse("mailbox_teams", args=[account.pk])
    assert "make a team first" in client.get(address).content.decode()
    team = make.team("Pay")

    answer = client.post(address, {"teams": [team.pk]}, follow=True)

    assert f"Who sees {account.inbox.name} is saved" in answer.content.decode()
    assert list(account.inbox.teams.all()) == [team]
    assert "checked" in client.get(address).content.decode()

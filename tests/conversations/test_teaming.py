"""Giving a conversation to a team: who keeps it, who sees it, how it is taken back; by hand, by a macro, in a merge."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import macro_steps, merging
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.deriving import differences
from samovar.conversations.macro_forms import MacroForm, initial
from samovar.conversations.macro_steps import Step
from samovar.conversations.models import Conversation
from samovar.conversations.queries import Wanted, counts, page
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def kinds(conversation: Conversation) -> list[str]:
    told = Event.objects.filter(conversation_id=conversation.pk, kind__startswith="Conversation").order_by("pk")
    return list(told.exclude(kind="ConversationOpened").values_list("kind", flat=True))


def standing(conversation: Conversation) -> tuple[str, str]:
    """Return the team and the person who answer for it; what happened says the same."""
    conversation.refresh_from_db()
    assert list(differences([conversation.pk])) == []
    return str(conversation.team or ""), str(conversation.assignee or "")


def undo(client: Client, conversation: Conversation, **given: object) -> str:
    answer = client.post(f"{conversation.get_absolute_url()}assignment/", given)
    assert answer.status_code == 302
    return [message.extra_tags for message in get_messages(answer.wsgi_request)][-1]


def test_whoever_is_of_the_team_keeps_it_and_others_do_not(olga: User) -> None:
    ivan, conversation = make.agent("ivan"), make.conversation()
    delivery, sales = make.team("Delivery", olga, ivan), make.team("Sales", ivan)
    conversation.assign(to=olga, by=olga)

    conversation.give_to_team(delivery, by=olga)
    assert standing(conversation) == ("Delivery", "Olga")
    conversation.give_to_team(delivery, by=ivan)
    conversation.give_to_team(sales, by=olga)
    assert standing(conversation) == ("Sales", "")
    conversation.assign(to=olga, by=olga)
    # Who takes it themselves, or takes the team away, changes nothing about the other.
    assert standing(conversation) == ("Sales", "Olga")
    conversation.give_to_team(None, by=olga)
    assert standing(conversation) == ("", "Olga")
    assert kinds(conversation) == [
        "ConversationAssigned",
        "ConversationGivenToTeam",
        "ConversationGivenToTeam",
        "ConversationAssigned",
        "ConversationAssigned",
        "ConversationGivenToTeam",
    ]


def test_those_of_the_team_see_it_among_what_is_theirs(olga: User) -> None:
    conversation, other = make.conversation(), make.conversation(sender=make.sender("ann@mail.example", "Ann"))
    conversation.give_to_team(make.team("Delivery", olga), by=olga)
    other.give_to_team(make.team("Sales"), by=olga)
    theirs = Wanted(view=VIEWS["my-teams"])

    assert page(olga, theirs).rows == [conversation]
    assert counts(olga)["my-teams"] == 1
    assert page(make.agent(), theirs).rows == []


def test_it_is_given_in_the_menu_of_people_and_taken_back_with_whom_it_was_taken_from(
    client: Client, olga: User
) -> None:
    conversation, sales = make.conversation(), make.team("Sales", make.agent("ivan"))
    conversation.assign(to=olga, by=olga)
    offered = client.get(f"{conversation.get_absolute_url()}assignees/?q=sal").content.decode()
    assert f'name="team" value="{sales.pk}"' in offered
    assert "Nobody has such a name" not in offered

    back = undo(client, conversation, team=sales.pk)

    assert standing(conversation) == ("Sales", "")
    text = client.get(conversation.get_absolute_url()).content.decode()
    assert "Given to the team Sales" in text
    assert text.count("Sales") >= 3
    again = client.post(back)
    assert standing(conversation) == ("", "Olga")
    assert "No team answers for it now" in str(list(get_messages(again.wsgi_request))[-1])
    # Without the team the list says who has it, and not whose it was.
    assert "Sales" not in client.get("/").content.decode()


def test_a_team_none_of_whom_sees_the_inbox_cannot_have_it(client: Client, olga: User) -> None:
    conversation, sales = make.conversation(), make.team("Sales", make.agent("ivan"))
    conversation.inbox.open_for([make.team("Lawyers", olga)], by=make.admin())

    answer = client.post(f"{conversation.get_absolute_url()}assignment/", {"team": sales.pk}, follow=True)

    assert "Nobody of Sales sees this inbox." in answer.content.decode()
    assert standing(conversation) == ("", "")


def test_a_dissolved_team_is_not_offered_and_keeps_what_it_has(client: Client, olga: User) -> None:
    conversation, sales = make.conversation(), make.team("Sales", olga)
    conversation.give_to_team(sales, by=olga)
    sales.retire(by=make.lead())

    assert "Sales" not in client.get(f"{conversation.get_absolute_url()}assignees/").content.decode()
    assert page(olga, Wanted(view=VIEWS["my-teams"])).rows == [conversation]
    address = f"{conversation.get_absolute_url()}assignment/"
    answer = client.post(address, {"team": sales.pk}, headers={"HX-Request": "true"})
    assert answer.status_code == 422


def test_a_macro_gives_to_a_team_and_all_is_taken_back(olga: User) -> None:
    conversation, sales = make.conversation(), make.team("Sales", make.agent("ivan"))
    conversation.assign(to=olga, by=olga)
    macro = make.macro(text="", steps=[["team", str(sales.pk)]])
    (step,) = macro_steps.named(macro.steps)
    assert step.label == "team: Sales"
    form = MacroForm({**initial(macro), "resolve": ""}, by=make.lead())
    assert form.is_valid(), form.errors
    assert list(form.wording.steps) == [("team", str(sales.pk))]

    outcome = macro_steps.carry_out(conversation, [step], by=olga)

    assert list(outcome.said) == ["Given to the team Sales"]
    assert standing(conversation) == ("Sales", "")
    back = macro_steps.carry_out(conversation, macro_steps.read(one.code for one in outcome.back), by=olga)
    assert list(back.said) == ["No team answers for it now", "Assigned to Olga"]
    assert standing(conversation) == ("", "Olga")


def test_a_macro_says_why_a_team_cannot_have_it(olga: User) -> None:
    conversation, sales = make.conversation(), make.team("Sales")
    gone = make.team("Gone", olga)
    gone.retire(by=make.lead())

    outcome = macro_steps.carry_out(conversation, [Step("team", str(sales.pk))], by=olga)
    assert list(outcome.missed) == ["nobody of Sales sees this inbox"]
    for value in (str(gone.pk), "x"):
        outcome = macro_steps.carry_out(conversation, [Step("team", value)], by=olga)
        assert list(outcome.missed) == ["the team is no longer there"]
    assert Step("team", "").label == "team: none"


def test_a_merge_takes_the_team_along_and_gives_it_back(olga: User) -> None:
    source, target = make.conversation(), make.conversation(subject="Another matter", external_id="b@mail.example")
    source.give_to_team(make.team("Sales"), by=olga)
    source.assign(to=olga, by=olga)

    done = merging.merge(source, target, by=olga)
    assert standing(target) == ("Sales", "Olga")
    merging.undo(done, by=olga)

    assert standing(target) == ("", "")
    assert standing(source) == ("Sales", "Olga")

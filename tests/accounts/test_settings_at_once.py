"""Two people change one setting, each on a page opened before: what the first did stays."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import User
from tests import make

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'<input type="hidden" name="((?:initial-)?(?:topics|members|is_seen))" value="([^"]*)"')


def opened(person: User, address: str) -> tuple[Client, dict[str, list[str]]]:
    """Open a page; return who looks at it, and what its form sends along unseen."""
    client, unseen = Client(), dict[str, list[str]]()
    client.force_login(person)
    for name, value in HIDDEN.findall(client.get(address).content.decode()):
        unseen.setdefault(name, []).append(value)
    return client, unseen


def test_both_say_what_somebody_knows_about() -> None:
    pavel = make.agent("pavel")
    pavel.know_about(["Oak", "Stock"], by=pavel)
    address = reverse("expert", args=[pavel.pk])
    (anna, annas), (oleg, olegs) = opened(make.lead(), address), opened(make.lead(), address)

    anna.post(address, annas | {"topics": "oak, Stock, Refunds"})
    said = oleg.post(address, olegs | {"topics": "Oak, Delivery"}, follow=True)

    assert pavel.topic_names == ["Delivery", "Oak", "Refunds"]
    undo = next(one.extra_tags for one in said.context["messages"])
    pavel.know_about(["Doors"], by=pavel, was=[])
    undone = oleg.post(undo, follow=True)
    assert pavel.topic_names == ["Doors", "Oak", "Refunds", "Stock"]
    assert "What somebody has changed since stays" in undone.content.decode()


def test_an_undo_of_topics_after_which_nobody_came_just_says_so() -> None:
    pavel = make.agent("pavel")
    pavel.know_about(["Oak"], by=pavel)
    address = reverse("expert", args=[pavel.pk])
    oleg, olegs = opened(make.lead(), address)

    said = oleg.post(address, olegs | {"topics": "Stock"}, follow=True)
    undone = oleg.post(next(one.extra_tags for one in said.context["messages"]), follow=True)

    assert pavel.topic_names == ["Oak"]
    assert [str(one) for one in undone.context["messages"]] == ["Saved"]


def test_what_a_lead_says_meanwhile_stays_when_a_profile_is_saved() -> None:
    pavel = make.agent("pavel")
    pavel.know_about(["Oak"], by=pavel)
    client, unseen = opened(pavel, reverse("profile"))
    pavel.know_about(["Oak", "Returns"], by=make.lead())

    client.post(reverse("profile"), unseen | {"name": "Pavel", "undo_seconds": "10", "topics": "Oak, Stock"})

    assert pavel.topic_names == ["Oak", "Returns", "Stock"]


def test_both_choose_who_is_in_a_team() -> None:
    root, pavel, quentin, rita = (make.admin(), *map(make.agent, ("pavel", "quentin", "rita")))
    care = make.team("Care", rita)
    address = reverse("team", args=[care.pk])
    (anna, annas), (oleg, olegs) = opened(root, address), opened(make.admin(), address)

    anna.post(address, annas | {"name": "Care", "members": [rita.pk, pavel.pk]})
    oleg.post(address, olegs | {"name": "Care", "members": [quentin.pk]})

    assert set(care.members.all()) == {pavel, quentin}


def test_both_fill_a_team_that_was_empty() -> None:
    pavel, quentin, care = make.agent("pavel"), make.agent("quentin"), make.team("Care")
    address = reverse("team", args=[care.pk])
    (anna, annas), (oleg, olegs) = opened(make.admin(), address), opened(make.admin(), address)

    anna.post(address, annas | {"name": "Care", "members": [pavel.pk]})
    oleg.post(address, olegs | {"name": "Care", "members": [quentin.pk]})

    assert set(care.members.all()) == {pavel, quentin}

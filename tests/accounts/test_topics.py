"""Who knows what: leads say it of their colleagues, everybody of themselves."""

from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.models import AuditEntry, Role, Topic, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("lea")
    client.force_login(user)
    return user


@pytest.fixture
def boris() -> User:
    """An expert."""
    user = make.user("boris", role=Role.EXPERT)
    user.know_about(["stock"], by=user)
    return user


def shown(client: Client, address: str) -> str:
    """Return a page as it is read."""
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_list_says_who_knows_what_and_leads_to_each(client: Client, lea: User, boris: User) -> None:
    gone = make.agent("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)

    page = shown(client, "/experts/")

    assert f'href="/experts/{boris.pk}/"' in page
    assert ">stock<" in page
    assert f'href="/experts/{gone.pk}/"' not in page
    assert client.get(f"/experts/{gone.pk}/").status_code == 404


def test_a_lead_says_what_somebody_knows_and_takes_it_back(client: Client, lea: User, boris: User) -> None:
    assert 'value="stock"' in shown(client, f"/experts/{boris.pk}/")

    answer = client.post(f"/experts/{boris.pk}/", {"topics": "Oak, returns; oak,  STOCK"})

    assert answer["Location"] == "/experts/"
    assert boris.topic_names == ["Oak", "returns", "stock"]
    entry = AuditEntry.objects.get(action="topics-set")
    assert (entry.by, entry.before, entry.after) == (lea, {"topics": ["stock"]}, {"topics": boris.topic_names})
    [message] = get_messages(answer.wsgi_request)
    client.post(message.extra_tags or "")
    assert boris.topic_names == ["stock"]


def test_all_topics_can_be_taken_off_and_that_is_undone_too(client: Client, lea: User, boris: User) -> None:
    answer = client.post(f"/experts/{boris.pk}/", {"topics": ""})

    assert boris.topic_names == []
    [message] = get_messages(answer.wsgi_request)
    client.post(message.extra_tags or "")
    assert boris.topic_names == ["stock"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("x" * 61, "is too long"), (", ".join(f"topic {number}" for number in range(13)), "At most 12 topics")],
)
def test_what_is_too_long_or_too_much_is_said_and_stays_typed(
    client: Client, lea: User, boris: User, typed: str, said: str
) -> None:
    answer = client.post(f"/experts/{boris.pk}/", {"topics": typed})

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in page
    assert typed in page
    assert boris.topic_names == ["stock"]


def test_a_topic_is_shared_whoever_types_it_and_offered_to_the_next(client: Client, lea: User, boris: User) -> None:
    olga = make.agent("olga")
    client.post(f"/experts/{olga.pk}/", {"topics": "STOCK"})

    assert Topic.objects.get().people.count() == 2
    assert "stock" in shown(client, f"/experts/{lea.pk}/")


@pytest.mark.parametrize("role", [Role.AGENT, Role.OBSERVER, Role.EXPERT])
def test_only_leads_say_what_others_know(client: Client, boris: User, role: str) -> None:
    client.force_login(make.user(role=role))

    assert client.get("/experts/").status_code == 403
    assert client.get(f"/experts/{boris.pk}/").status_code == 403
    assert client.post(f"/experts/{boris.pk}/", {"topics": "oak"}).status_code == 403


def test_the_list_asks_no_more_for_more_people(
    client: Client, lea: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make.agent(f"olga{number}").know_about([f"topic {number}"], by=lea)
    client.get("/experts/")
    with django_assert_max_num_queries(7):
        client.get("/experts/")

"""Leads keep the tree of causes on its pages, and each of it can be taken back."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from samovar.accounts.models import Action, AuditEntry, User
from samovar.conversations.models import Cause
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("lena")
    client.force_login(user)
    return user


def undo(client: Client, address: str, **given: object) -> str:
    """Post, and return the address that undoes it."""
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content
    return [message.extra_tags for message in get_messages(answer.wsgi_request)][-1]


def fresh(cause: Cause) -> Cause:
    return Cause.objects.select_related("parent", "merged_into").get(pk=cause.pk)


def test_a_cause_is_added_below_another_one_and_taken_back(client: Client, lena: User) -> None:
    top = make.cause("Transport")

    back = undo(client, "/causes/", name=" On  the stairs ", parent=top.pk)

    added = Cause.objects.get(parent=top)
    assert str(added) == "On the stairs"
    assert "On the stairs" in client.get("/causes/").content.decode()
    client.post(back)
    assert fresh(added).archived_at is not None
    assert (
        "Another one beside it is called so"
        in client.post("/causes/", {"name": "on the STAIRS", "parent": top.pk}).content.decode()
    )
    assert client.post("/causes/", {"name": " "}).status_code == 422


def test_a_renamed_cause_gets_its_name_back_in_every_language(client: Client, lena: User) -> None:
    delivery = make.delivered_causes()["delivery"]

    back = undo(client, f"/causes/{delivery.pk}/", name="Transport")
    assert fresh(delivery).name == "Transport"
    client.post(back)

    assert fresh(delivery).name == ""
    other = make.delivered_causes()["payment"]
    assert "Merge them instead" in client.post(f"/causes/{other.pk}/", {"name": "delivery"}).content.decode()
    assert str(fresh(other)) == "Payment"


def test_a_cause_is_moved_and_moved_back(client: Client, lena: User) -> None:
    top, part, alone = make.cause("Transport"), make.cause("Late", make.cause("Transport")), make.cause("Money")

    back = undo(client, f"/causes/{part.pk}/place/", parent=alone.pk)
    assert fresh(part).parent == alone
    client.post(back)
    assert fresh(part).parent == top

    assert (
        "Causes stand on two levels" in client.post(f"/causes/{top.pk}/place/", {"parent": alone.pk}).content.decode()
    )
    make.cause("Late", alone)
    assert (
        "Another one there is called so"
        in client.post(f"/causes/{part.pk}/place/", {"parent": alone.pk}).content.decode()
    )
    assert client.post(f"/causes/{part.pk}/place/", {"parent": part.pk}).status_code == 422


def test_a_cause_is_moved_up_and_back_and_not_beyond_the_end(client: Client, lena: User) -> None:
    top = make.cause("Transport")
    first, second = (Cause.objects.add(name, top, by=lena) for name in ("Late", "Lost"))

    back = undo(client, f"/causes/{second.pk}/place/", step="up")
    assert list(top.parts.order_by("position")) == [second, first]
    client.post(back)
    assert list(top.parts.order_by("position")) == [first, second]
    assert client.post(f"/causes/{first.pk}/place/", {"step": "up"}).status_code == 302
    assert list(top.parts.order_by("position")) == [first, second]


def test_a_merged_cause_is_found_under_the_other_until_it_is_taken_back(client: Client, lena: User) -> None:
    late, slow, conversation = make.cause("Late"), make.cause("Slow"), make.conversation()
    conversation.set_cause(slow, by=lena)

    back = undo(client, f"/causes/{slow.pk}/merging/", into=late.pk)

    assert "A scratched desk" in client.get(f"/causes/{late.pk}/").content.decode()
    page = client.get(conversation.get_absolute_url()).content.decode()
    assert ("Cause: Late" in page, "Cause: Slow" in page) == (True, True), "as it is now, and as the history has it"
    assert 'data-label="Conversations">1<' in client.get("/causes/").content.decode()
    client.post(back)
    assert "A scratched desk" not in client.get(f"/causes/{late.pk}/").content.decode()


def test_what_cannot_be_merged_is_refused_in_words(client: Client, lena: User) -> None:
    top, other = make.cause("Transport"), make.cause("Money")
    make.cause("Late", top)

    assert (
        "Other causes stand below it" in client.post(f"/causes/{top.pk}/merging/", {"into": other.pk}).content.decode()
    )
    assert client.post(f"/causes/{top.pk}/merging/", {"into": top.pk}).status_code == 422


def test_a_retired_cause_is_offered_no_more_and_comes_back(client: Client, lena: User) -> None:
    cause, conversation = make.cause("Transport"), make.conversation()

    back = undo(client, f"/causes/{cause.pk}/retirement/")
    assert "Transport" not in client.get(f"/conversations/{conversation.pk}/cause/").content.decode()
    assert "Use Transport again" in client.get("/causes/").content.decode()
    again = undo(client, back)
    assert "Transport" in client.get(f"/conversations/{conversation.pk}/cause/").content.decode()
    client.post(again)
    assert fresh(cause).archived_at is not None


def test_the_tree_takes_as_many_queries_however_many_causes(
    client: Client, lena: User, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    make.delivered_causes()
    client.get("/causes/")

    with django_assert_max_num_queries(13):
        client.get("/causes/")


def test_only_leads_and_administrators_keep_the_tree(client: Client) -> None:
    client.force_login(make.agent("olga"))

    assert client.get("/causes/").status_code == 403
    assert client.post(f"/causes/{make.cause().pk}/retirement/").status_code == 403


def test_a_name_that_a_cause_has_already_changes_nothing(client: Client, lena: User) -> None:
    transport = make.cause("Transport")

    assert client.post(f"/causes/{transport.pk}/", {"name": "Transport"}).status_code == 302

    assert not AuditEntry.objects.filter(action=Action.CAUSE_RENAMED).exists()

"""Leads rename, merge and retire tags; what was written in the history stays as it was."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from samovar.accounts.models import AuditEntry, User
from samovar.conversations import opening
from samovar.conversations.errors import TagRetired
from samovar.conversations.forms import TagForm
from samovar.conversations.models import Conversation, ConversationTag, Tag
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("lena")
    client.force_login(user)
    return user


def names(user: User, conversation: Conversation) -> list[str]:
    """The tags on the page of a conversation."""
    return [tag["name"] for tag in opening.opened(user, conversation.pk).tags]


def undo(client: Client, address: str, **given: object) -> str:
    """Post, and return the address that undoes it."""
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content
    return [message.extra_tags for message in get_messages(answer.wsgi_request)][-1]


def test_a_renamed_tag_is_called_so_everywhere_but_in_the_history(client: Client, lena: User) -> None:
    conversation, tag = make.conversation(), make.tag("Refnud")
    conversation.tag(tag, by=lena)

    back = undo(client, f"/tags/{tag.pk}/", name="Refund")

    assert names(lena, conversation) == ["Refund"]
    assert Event.objects.get(kind="ConversationTagged").data["tag"] == "Refnud"
    assert AuditEntry.objects.get(action="tag-renamed").before == {"name": "Refnud"}
    client.post(back)
    assert names(lena, conversation) == ["Refnud"]


def test_two_tags_cannot_have_one_name(client: Client, lena: User) -> None:
    make.tag("Refund")
    tag = make.tag("Money back")

    answer = client.post(f"/tags/{tag.pk}/", {"name": "REFUND"})

    assert (answer.status_code, "Merge them instead" in answer.content.decode()) == (422, True)
    assert client.post(f"/tags/{tag.pk}/", {"name": " "}).status_code == 422
    assert undo(client, f"/tags/{tag.pk}/", name="Money back")


def test_merged_tags_are_one_until_it_is_taken_back(client: Client, lena: User) -> None:
    refund, money = make.tag("Refund"), make.tag("Money back")
    both, one = make.conversation(), make.conversation(subject="Another")
    both.tag(refund, by=lena)
    both.tag(money, by=lena)
    one.tag(money, by=lena)

    back = undo(client, f"/tags/{money.pk}/merging/", into=refund.pk)

    assert (names(lena, both), names(lena, one)) == (["Refund"], ["Refund"])
    [row] = Conversation.objects.filter(pk=both.pk).for_list(make.agent())
    assert vars(row)["tag_names"] == ["Refund"]
    one.tag(refund, by=lena)
    assert ConversationTag.objects.filter(conversation=one).count() == 1
    assert 'data-label="Conversations">2<' in client.get("/tags/").content.decode()
    assert client.get(f"/tags/{refund.pk}/").content.decode().count('class="conversation"') == 2
    client.post(back)
    assert (names(lena, both), names(lena, one)) == (["Money back", "Refund"], ["Money back"])


def test_a_merged_tag_is_taken_off_and_put_on_as_the_other(client: Client, lena: User) -> None:
    refund, money, conversation = make.tag("Refund"), make.tag("Money back"), make.conversation()
    conversation.tag(money, by=lena)
    money.merge(refund, by=lena)
    money.merge(refund, by=lena)

    conversation.untag(refund, by=lena)
    assert names(lena, conversation) == []

    client.post(f"/conversations/{conversation.pk}/tags/", {"name": "money back"})
    assert names(lena, conversation) == ["Refund"]
    assert AuditEntry.objects.filter(action="tags-merged").count() == 1


def test_a_retired_tag_stays_where_it_stands_and_is_offered_no_more(client: Client, lena: User) -> None:
    tag, conversation = make.tag("Refund"), make.conversation()
    conversation.tag(tag, by=lena)

    back = undo(client, f"/tags/{tag.pk}/retirement/")
    tag.refresh_from_db()
    tag.retire(by=lena)

    assert names(lena, conversation) == ["Refund"]
    other = make.conversation(subject="Another")
    answer = client.post(f"/conversations/{other.pk}/tags/", {"name": "refund"}, headers={"HX-Request": "true"})
    assert "This tag is retired" in answer.content.decode()
    again = undo(client, back)
    tag.refresh_from_db()
    tag.revive(by=lena)
    assert tag.archived_at is None
    client.post(again)
    assert "Use Refund again" in client.get("/tags/").content.decode()


def test_a_tag_cannot_be_merged_into_itself_or_nothing(client: Client, lena: User) -> None:
    tag = make.tag()

    assert client.post(f"/tags/{tag.pk}/merging/", {"into": tag.pk}).status_code == 422
    tag.merge(tag, by=lena)
    assert Tag.objects.get().merged_into is None


def test_tags_are_found_and_an_empty_list_says_what_to_do(client: Client, lena: User) -> None:
    assert "No tags yet" in client.get("/tags/").content.decode()
    make.tag("Refund")

    assert "Refund" in client.get("/tags/?q=fun").content.decode()
    assert "No tag is called so" in client.get("/tags/?q=zzz").content.decode()


def test_the_list_takes_as_many_queries_however_many_tags(
    client: Client, lena: User, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for number in range(20):
        make.tag(f"Tag {number}")
    client.get("/tags/")

    with django_assert_max_num_queries(12):
        client.get("/tags/")


def test_only_leads_and_administrators_decide_about_tags(client: Client) -> None:
    client.force_login(make.agent("olga"))

    assert client.get("/tags/").status_code == 403
    assert client.post(f"/tags/{make.tag().pk}/retirement/").status_code == 403


def test_a_merge_follows_what_became_of_the_other_tag_meanwhile(lena: User) -> None:
    refund, money, cash, old = (make.tag(name) for name in ("Refund", "Money back", "Cash", "Old"))
    conversation = make.conversation()
    conversation.tag(cash, by=lena)
    money.merge(refund, by=lena)

    # Whoever chose it had seen it in use.
    cash.merge(money, by=lena)
    refund.merge(cash, by=lena)

    assert names(lena, conversation) == ["Refund"]
    assert Tag.objects.get(pk=refund.pk).archived_at is None
    refund.retire(by=lena)
    with pytest.raises(TagRetired):
        old.merge(refund, by=lena)
    assert "retired" in str(TagForm({"name": "Money back"}).errors)


@pytest.mark.parametrize("order", [("Money back", "Cash"), ("Cash", "Money back")])
def test_merges_of_merges_are_taken_back_in_any_order(lena: User, order: tuple[str, str]) -> None:
    refund, money, cash = (make.tag(name) for name in ("Refund", "Money back", "Cash"))
    conversation = make.conversation()
    conversation.tag(cash, by=lena)
    cash.merge(money, by=lena)
    money.merge(refund, by=lena)
    assert names(lena, conversation) == ["Refund"]

    make.tag(order[0]).revive(by=lena)
    assert names(lena, conversation) == [order[0]]
    make.tag(order[1]).revive(by=lena)

    assert names(lena, conversation) == ["Cash"]
    assert not Tag.objects.exclude(merged_into=None, archived_at=None).exists()

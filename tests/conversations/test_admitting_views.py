"""Agents decide on the page of a conversation who else gets its answers."""

import pytest
from django.test import Client
from django.urls import reverse

from samovar.conversations import admitting
from samovar.conversations.models import Conversation
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    return make.conversation(named=(make.named("bob@mail.example", "Bob"),))


def address(conversation: Conversation, undo: str = "") -> str:
    return reverse("participant", args=[conversation.pk, conversation.participants.get().pk]) + undo


def page(client: Client, conversation: Conversation) -> str:
    return client.get(conversation.get_absolute_url()).content.decode()


def test_somebody_named_is_shown_and_can_be_let_in_left_out_and_asked_about_again(
    client: Client, conversation: Conversation
) -> None:
    client.force_login(make.agent("olga"))
    assert "only named in a copy" in page(client, conversation)

    client.post(address(conversation))
    assert "gets our answers too" in page(client, conversation)

    client.post(address(conversation), {"choice": "decline"})
    assert "Bob &lt;bob@mail.example&gt; gets no answers" in page(client, conversation)
    assert "thread-outsider" not in page(client, conversation)

    client.post(address(conversation, "?undo"))
    assert "only named in a copy" in page(client, conversation)


def test_of_many_people_the_one_to_decide_about_stands_first_and_the_rest_is_folded(client: Client) -> None:
    olga = make.agent("olga")
    client.force_login(olga)
    named = tuple(make.named(f"{name}@mail.example") for name in ("one", "two", "three"))
    conversation = make.conversation(named=named)
    admitting.admit(conversation.participants.get(address="one@mail.example"), by=olga)

    first, _, folded = page(client, conversation).partition("thread-others")

    form = '<form class="thread-outsider'
    assert (first.count(form), folded.count(form)) == (1, 2)
    assert "and 2 more" in folded
    assert folded.rindex(form) < folded.index('title="one@mail.example"')


def test_a_mail_that_may_belong_elsewhere_says_where(client: Client) -> None:
    client.force_login(make.agent("olga"))
    old = make.conversation(subject="The sofa")
    new = make.received(tagged_conversation=old.pk, sender=make.sender("stranger@mail.example"), subject="Re: [#1]")

    shown = page(client, Conversation.objects.get(pk=new.conversation_id))

    assert "May belong to" in shown
    assert f"#{old.pk} <bdi>The sofa</bdi>" in shown


def test_two_conversations_that_one_mail_answers_name_each_other(client: Client) -> None:
    olga = make.agent("olga")
    client.force_login(olga)
    one = make.conversation("First", external_id="a@mail.example", subject="Sofa")
    two = make.conversation("Second", external_id="b@mail.example", subject="Sofa legs")
    two.assign(to=olga, by=olga)
    make.received("Both", named_ids=("a@mail.example", "b@mail.example"), subject="Sofa")

    assert f"#{two.pk} <bdi>Sofa legs</bdi>" in page(client, one)
    assert f"#{one.pk} <bdi>Sofa</bdi>" in page(client, two)


def test_a_participant_of_another_conversation_is_not_found(client: Client, conversation: Conversation) -> None:
    client.force_login(make.agent("olga"))
    other = make.conversation(sender=make.sender("other@mail.example"))

    answer = client.post(reverse("participant", args=[other.pk, conversation.participants.get().pk]))

    assert answer.status_code == 404
    assert conversation.participants.get().admitted_at is None


def test_the_page_of_one_message_says_why_it_stands_there(client: Client) -> None:
    client.force_login(make.agent("olga"))
    make.received("First", external_id="a@mail.example")
    second = make.received("Second", named_ids=("a@mail.example",))

    assert (
        "It names a mail that stands here." in client.get(reverse("message", args=[second.message_id])).content.decode()
    )

"""Spam waits for nobody, stands in one view and is still found; nothing of it is lost, and people decide."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import deriving, queries, spam
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.models import Conversation
from samovar.conversations.queries import Wanted
from samovar.conversations.searching import find_messages
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga() -> User:
    """An agent."""
    return make.agent("olga")


def views_of(conversation: Conversation, user: User) -> set[str]:
    """The saved views in which a conversation stands."""
    return {name for name, view in VIEWS.items() if conversation in queries.page(user, Wanted(view=view)).rows}


def assert_follows(conversation: Conversation) -> None:
    """The row says what happened."""
    assert not list(deriving.differences([conversation.pk]))


def marked(text: str = "Cheap watches", **given: object) -> Conversation:
    """A conversation that its provider calls spam."""
    return make.conversation(text, is_spam=True, **given)


def test_what_the_provider_marks_stands_in_the_spam_view_only_and_is_found(olga: User) -> None:
    conversation = marked()

    assert conversation.kind == "spam"
    assert conversation.waiting_since is None
    assert conversation.is_unread
    assert views_of(conversation, olga) == {"spam"}
    assert [hit.conversation_id for hit in find_messages("watches")] == [conversation.pk]
    assert_follows(conversation)


@pytest.mark.parametrize("mail_class", ["list", "auto-generated"])
def test_a_machine_may_send_spam_too(olga: User, mail_class: str) -> None:
    assert views_of(marked(mail_class=mail_class), olga) == {"spam"}


def test_what_could_not_be_read_is_shown_as_that(olga: User) -> None:
    assert views_of(marked(mail_class="unreadable"), olga) == {"unreadable"}


def test_a_mail_to_a_signed_address_is_never_spam(olga: User) -> None:
    conversation = make.conversation()
    conversation.reply("We send you a new one.", by=olga)

    make.received("Thank you", is_spam=True, signed_conversation=conversation.pk)

    conversation.refresh_from_db()
    assert conversation.waiting_since is not None
    assert views_of(conversation, olga) >= {"needs-reply"}
    assert_follows(conversation)


def test_a_mail_to_a_signed_address_of_something_long_closed_is_no_spam_either(olga: User) -> None:
    conversation = make.conversation()
    conversation.resolve(by=olga)
    later = timezone.now() + timedelta(days=60)

    found = make.received("And once more", is_spam=True, signed_conversation=conversation.pk, at=later, is_live=True)

    opened = Conversation.objects.get(pk=found.conversation_id)
    assert opened != conversation
    assert opened.kind == "human"
    assert opened.waiting_since is not None


def test_a_marked_mail_that_goes_on_with_a_matter_waits_like_any_other(olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    conversation.resolve(by=olga)

    make.received("Not again", is_spam=True, named_ids=("a@mail.example",))

    conversation.refresh_from_db()
    assert conversation.resolved_at is None
    assert conversation.waiting_since is not None
    assert_follows(conversation)


def test_marked_mails_of_one_thread_stay_together_in_spam_until_one_is_not_marked(olga: User) -> None:
    conversation = marked(external_id="a@mail.example")
    make.received("Cheaper watches", is_spam=True, named_ids=("a@mail.example",))
    conversation.refresh_from_db()
    assert (conversation.kind, conversation.waiting_since, conversation.message_count) == ("spam", None, 2)
    assert_follows(conversation)

    make.received("It is me, Elena", named_ids=("a@mail.example",))

    conversation.refresh_from_db()
    assert conversation.kind == "human"
    assert conversation.waiting_since is not None
    assert_follows(conversation)


def _answered(conversation: Conversation, by: User) -> None:
    conversation.reply("Here you are.", by=by)


def _resolved(conversation: Conversation, by: User) -> None:
    conversation.resolve(by=by)


def _snoozed(conversation: Conversation, by: User) -> None:
    conversation.snooze(timezone.now() + timedelta(days=1), by=by)


def _assigned(conversation: Conversation, by: User) -> None:
    conversation.assign(to=by, by=by)


@pytest.mark.parametrize("before", [None, _answered, _resolved, _assigned])
def test_calling_something_spam_can_be_taken_back(
    olga: User, before: Callable[[Conversation, User], None] | None
) -> None:
    conversation = make.conversation()
    if before:
        before(conversation, olga)
    views = views_of(conversation, olga)
    fields = ("waiting_since", "resolved_at", "last_inbound_at", "assignee_id", "kind")
    was = Conversation.objects.values(*fields).get()

    spam.mark(conversation, by=olga)
    assert views_of(conversation, olga) == {"spam"}
    assert conversation.waiting_since is None
    assert_follows(conversation)
    spam.clear(conversation, by=olga)

    assert Conversation.objects.values(*fields).get() == was
    assert views_of(conversation, olga) == views
    assert_follows(conversation)


def test_something_snoozed_comes_back_at_once_when_it_is_no_spam_after_all(olga: User) -> None:
    conversation = make.conversation()
    _snoozed(conversation, olga)

    spam.mark(conversation, by=olga)
    spam.clear(conversation, by=olga)

    assert "needs-reply" in views_of(conversation, olga)
    assert_follows(conversation)


def test_clearing_what_the_provider_marked_lets_the_customer_wait_since_they_wrote(olga: User) -> None:
    at = timezone.now() - timedelta(days=2)
    conversation = marked(at=at)

    spam.clear(conversation, by=olga)

    assert conversation.waiting_since == at
    assert views_of(conversation, olga) == {"needs-reply", "unassigned", "everything"}
    assert_follows(conversation)
    spam.mark(conversation, by=olga)
    assert views_of(conversation, olga) == {"spam"}
    assert_follows(conversation)


def test_deciding_twice_is_told_once(olga: User) -> None:
    conversation = make.conversation()
    version = conversation.version

    for _number in range(2):
        spam.mark(conversation, by=olga)
    for _number in range(2):
        spam.clear(conversation, by=olga)

    told = Event.objects.filter(kind__contains="Spam").order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["ConversationMarkedAsSpam", "ConversationClearedOfSpam"]
    assert conversation.version == version + 2


def test_what_is_older_than_the_decision_changes_nothing_and_what_is_newer_comes_back(olga: User) -> None:
    at = timezone.now() - timedelta(hours=5)
    conversation = make.conversation(external_id="a@mail.example", at=at)
    spam.mark(conversation, by=olga)

    make.received("Older", named_ids=("a@mail.example",), at=at - timedelta(hours=1), external_id="b@mail.example")
    conversation.refresh_from_db()
    assert conversation.kind == "spam"
    assert_follows(conversation)

    make.received("Newer", named_ids=("a@mail.example",), external_id="c@mail.example")
    conversation.refresh_from_db()
    assert (conversation.kind, conversation.resolved_at) == ("human", None)
    assert_follows(conversation)


def test_an_agent_decides_at_its_address_and_takes_it_back(client: Client, olga: User) -> None:
    conversation = make.conversation()
    client.force_login(olga)
    assert 'formaction="/conversations/' in client.get(f"/conversations/{conversation.pk}/").content.decode()

    said = client.post(f"/conversations/{conversation.pk}/spam/", headers=HTMX).content.decode()
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()

    assert f"/conversations/{conversation.pk}/spam/?undo" in said
    assert "Not spam" in page
    assert "Moved to spam" in page
    client.post(f"/conversations/{conversation.pk}/spam/?undo", headers=HTMX)
    assert Conversation.objects.get().kind == "human"


def test_observers_decide_nothing(client: Client) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.OBSERVER))

    assert client.post(f"/conversations/{conversation.pk}/spam/").status_code == 403
    assert Conversation.objects.get().kind == "human"

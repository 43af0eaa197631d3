"""What comes from those who are blocked is kept as always, in Spam, where it disturbs nobody; all can be undone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samovar.accounts.models import AuditEntry, Role, User
from samovar.conversations import blocked, blocking, deriving, queries, reviving, spam
from samovar.conversations.blocking import Wish
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.errors import CannotBlock
from samovar.conversations.models import Block, Conversation, Inbox, Message, SpamSign
from samovar.conversations.models.block import BlockReason
from samovar.conversations.queries import Wanted
from samovar.customers import erasure
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db

Counted = Callable[[int], CaptureQueriesContext]
MALLORY = "mallory@mail.example"


@pytest.fixture
def lea() -> User:
    """A lead."""
    return make.lead("lea")


def blocks(value: str, by: User) -> Block:
    return blocking.block(Wish.of(value, BlockReason.SPAM), by=by)


def came(text: str = "Buy now", address: str = MALLORY, **given: object) -> Conversation:
    """Where a mail stands that comes now."""
    return make.conversation(text, sender=make.sender(address, "Mallory"), is_live=True, **given)


def whys(user: User) -> list[str]:
    rows = queries.page(user, Wanted(view=VIEWS["spam"])).rows
    return [found.words for row in rows if (found := spam.why(row))]


@pytest.mark.parametrize(
    ("value", "address", "given"),
    [
        (MALLORY, "Mallory+Sale@MAIL.example", {}),
        (MALLORY, "bounce@sender.example", {"senders": ("x@y.example", MALLORY)}),
        ("mail.example", MALLORY, {}),
        ("mail.example", "a@news.mail.example", {}),
        ("@пример.рф", "a@xn--e1afmkfd.xn--p1ai", {}),
        ("a@xn--e1afmkfd.xn--p1ai", "A@Пример.рф", {}),
        (MALLORY, MALLORY, {"verdict": "failed"}),
        (MALLORY, MALLORY, {"mail_class": "list"}),
    ],
)
def test_what_comes_goes_to_spam_by_the_sender_or_the_envelope(
    lea: User, value: str, address: str, given: dict[str, Any]
) -> None:
    found = blocks(value, lea)

    conversation = came(address=address, **given)

    assert (conversation.kind, conversation.waiting_since) == ("spam", None)
    assert Message.objects.get().is_spam
    assert SpamSign.objects.get().block == found
    assert whys(lea) == ["Its sender is blocked"]
    assert not Event.objects.filter(kind="MessageReceived", data__is_waiting=True).exists()
    assert not list(deriving.differences([conversation.pk]))


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("mallory@mail.example.org", {}),
        ("a@notmail.example", {}),
        (MALLORY, {"is_history": True}),
        (MALLORY, {"is_passed_on": True}),
        (MALLORY, {"is_live": False}),
    ],
)
def test_others_old_mail_and_what_a_colleague_passes_on_are_not_touched(
    lea: User, address: str, given: dict[str, Any]
) -> None:
    blocks("mail.example", lea)

    make.received(sender=make.sender(address), **{"is_live": True, **given})

    assert Conversation.objects.get().kind == "human"
    assert not SpamSign.objects.exists()


def test_what_they_answer_stands_beside_what_we_talked_about_and_reopens_nothing(lea: User) -> None:
    talk = came("Hello", external_id="a@mail.example")
    talk.reply("No.", by=lea)
    talk.resolve(by=lea)
    before = Conversation.objects.values().get()
    blocks(MALLORY, lea)

    first = came("But", named_ids=("a@mail.example",), signed_conversation=talk.pk, external_id="b@mail.example")
    second = came("But!", named_ids=("b@mail.example", "a@mail.example"), answered_messages=())
    third = came("BUT", signed_conversation=talk.pk)

    assert Conversation.objects.filter(pk=talk.pk).values().get() == before
    assert first == second == third != talk
    assert (first.follows_id, Conversation.objects.get(pk=first.pk).kind) == (talk.pk, "spam")
    assert not list(deriving.differences([talk.pk, first.pk]))


def test_what_a_machine_reports_about_our_letter_stays_with_it(lea: User) -> None:
    talk = came("Hello")
    ours = talk.reply("No.", by=lea)
    blocks("mail.example", lea)

    report = came("Away", mail_class="auto-replied", answered_messages=(ours.pk,))

    assert report == talk
    assert not SpamSign.objects.exists()


def test_not_spam_brings_it_back_as_any_conversation_and_unblocks_if_asked(client: Client, lea: User) -> None:
    found = blocks(MALLORY, lea)
    conversation = came()
    client.force_login(lea)
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "Its sender is blocked" in page

    client.post(f"/conversations/{conversation.pk}/spam/?undo")
    conversation.refresh_from_db()
    assert (conversation.kind, conversation.resolved_at) == ("human", None)
    assert conversation.waiting_since == conversation.messages.get().created_at
    assert came("More").kind == "spam"
    client.post(f"/conversations/{conversation.pk}/spam/")
    assert whys(lea) == ["Its sender is blocked", "Moved here by Lea"]
    answer = client.post(f"/conversations/{conversation.pk}/spam/?undo&unblock={found.pk}")

    conversation.refresh_from_db()
    assert conversation.kind == "human"
    assert came("And more", address=MALLORY.upper()).kind == "human"
    *_before, said = get_messages(answer.wsgi_request)
    client.post(said.extra_tags)
    conversation.refresh_from_db()
    found.refresh_from_db()
    assert (conversation.kind, found.lifted_at) == ("spam", None)


def test_moving_it_in_a_mail_program_does_not_unblock(lea: User) -> None:
    blocks(MALLORY, lea)
    conversation = came()

    spam.clear_elsewhere(conversation)

    assert Conversation.objects.get().kind == "spam"


def test_a_lifted_block_keeps_nothing_in_spam_that_was_moved_out_in_a_mail_program(lea: User) -> None:
    found = blocks(MALLORY, lea)
    conversation = came()
    blocking.lift(found, by=lea)

    spam.clear_elsewhere(conversation)

    assert Conversation.objects.get().kind == "human"


def test_each_reason_is_told_in_the_list_by_one_query_more_for_no_row(
    lea: User, django_assert_num_queries: Counted
) -> None:
    make.conversation("One", is_spam=True)
    make.conversation("Two", is_spam=True, spam_reason="junk")
    spam.mark(make.conversation("Three"), by=lea)
    SpamSign.objects.filter(pk=SpamSign.objects.earliest("pk").pk).delete()
    make.conversation("Four", is_spam=True)

    with django_assert_num_queries(1):
        told = whys(lea)

    assert told == [
        "Marked by your mail provider",
        "Moved here by Lea",
        "Lay in the spam folder of the mailbox",
        "Called spam by your mail provider",
    ]


def test_blocking_from_a_conversation_moves_it_and_undo_brings_both_back(client: Client) -> None:
    olga = make.agent("olga")
    conversation = came()
    client.force_login(olga)
    page = client.get(f"/conversations/{conversation.pk}/blocking/").content.decode()
    assert MALLORY in page
    assert "Everybody at" not in page

    answer = client.post(
        f"/conversations/{conversation.pk}/blocking/", {"who": MALLORY, "reason": "abuse", "moves": "on"}
    )

    found = Block.objects.get()
    assert (found.who, found.blocked_by, found.reason) == (MALLORY, olga, "abuse")
    assert Conversation.objects.get().kind == "spam"
    entry = AuditEntry.objects.get(action="sender-blocked")
    assert (entry.subject_id, entry.reason) == (found.pk, "abuse")
    assert MALLORY not in str(vars(entry))
    [line] = Event.objects.filter(kind="SenderBlocked")
    assert line.customer_id == conversation.customer_id
    [said] = get_messages(answer.wsgi_request)
    client.post(said.extra_tags)
    assert Conversation.objects.get().kind == "human"
    assert not Block.objects.all().in_force().exists()
    assert AuditEntry.objects.filter(action="sender-unblocked").count() == 1
    refused = client.post(f"/conversations/{conversation.pk}/blocking/", {"who": "mail.example", "reason": "spam"})
    assert refused.status_code == 422
    assert Block.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("help@aurora.example", "is our own"),
        ("Help+x@Aurora.example", "is our own"),
        ("aurora.example", "is our own"),
        ("form@web.example", "is our own"),
        ("web.example", "is our own"),
        ("lea@team.example", "Somebody of the team"),
        ("team.example", "Somebody of the team"),
        ("gmail.com", "Anybody can have an address"),
        ("co.uk", "Half a country"),
        ("uk", "Write an address"),
        ("a b@mail.example", "Write an address"),
        ("@", "Write an address"),
        (f"{'a' * 70}@mail.example", "Write an address"),
    ],
)
def test_nobody_blocks_ourselves_the_team_or_half_the_world(client: Client, typed: str, words: str) -> None:
    Inbox.objects.filter(pk=make.inbox().pk).update(relays="form@web.example")
    User.objects.create(email="lea@team.example", name="Lea", role=Role.LEAD)
    client.force_login(make.admin())

    answer = client.post("/blocked/", {"who": typed, "reason": "spam"})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Block.objects.exists()


def test_leads_decide_about_domains_agents_about_addresses_observers_only_look(client: Client, lea: User) -> None:
    domain = blocks("mail.example", lea)
    olga = make.agent("olga")
    client.force_login(olga)

    answer = client.post("/blocked/", {"who": "other.example", "reason": "spam"})
    assert "Only leads" in answer.content.decode()
    client.post(f"/blocked/{domain.pk}/lifting/")
    assert "Only leads" in client.get("/blocked/").content.decode()
    assert Block.objects.all().in_force().get() == domain
    assert client.post("/blocked/", {"who": "Other+1@Other.example", "reason": "spam"}).status_code == 302
    assert Block.objects.all().in_force().filter(value="other@other.example").exists()
    conversation = came()
    refused = client.post(
        f"/conversations/{conversation.pk}/spam/?undo&unblock={domain.pk}", headers={"HX-Request": "true"}
    )
    assert refused.status_code == 422
    assert Conversation.objects.get(pk=conversation.pk).kind == "spam"

    client.force_login(make.user(role=Role.OBSERVER))
    assert "mail.example" in client.get("/blocked/").content.decode()
    assert client.get(f"/blocked/{domain.pk}/").status_code == 200
    for address in ("/blocked/", f"/blocked/{domain.pk}/lifting/", f"/conversations/{conversation.pk}/blocking/"):
        assert client.post(address, {"who": MALLORY, "reason": "spam"}).status_code == 403
    client.force_login(make.user(role=Role.EXPERT))
    assert client.get("/blocked/").status_code == 403


def test_the_list_finds_counts_what_one_may_see_and_goes_on(
    client: Client, lea: User, django_assert_num_queries: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = blocks("пример.рф", lea)
    address = blocks(MALLORY, lea)
    for number in range(3):
        came(f"Buy {number}")
    closed = make.inbox("pay@aurora.example")
    came("Secret", inbox_id=closed.pk)
    closed.open_for([make.team("Pay", make.agent("oleg"))], by=make.admin())
    monkeypatch.setattr(blocked, "PAGE", 1)

    with django_assert_num_queries(1):
        first = blocked.page(lea)
    second = blocked.page(lea, after=first.after)

    assert [(row, row.mail_count) for row in first.rows] == [(address, 3)]  # type: ignore[attr-defined]  # annotated
    assert [*second.rows, second.after] == [domain, ""]
    assert list(blocked.page(lea, "ПРИМЕР").rows) == [domain]
    assert list(blocked.page(lea, "Mallory").rows) == [address]
    mails = blocked.mails(address, lea)
    assert mails.rows[0].message.text == "Buy 2"
    assert blocked.mails(address, lea, mails.after).rows[0].message.text == "Buy 1"
    client.force_login(lea)
    page = client.get(f"/blocked/{address.pk}/").content.decode()
    assert "Secret" not in page
    assert "Nobody is blocked by that" in client.get("/blocked/?q=nobody").content.decode()


def test_twice_is_once_and_what_was_lifted_can_be_blocked_anew(lea: User) -> None:
    found = blocks(MALLORY, lea)
    assert blocks(MALLORY, lea) == found
    for _number in range(2):
        blocking.lift(found, by=lea)
    again = blocks(MALLORY, lea)
    blocking.put_back(found, by=lea)

    assert again != found
    assert list(Block.objects.all().in_force()) == [again]
    assert AuditEntry.objects.filter(action__startswith="sender-").count() == 3


def test_an_erased_person_is_not_kept_on_the_list(client: Client, lea: User) -> None:
    customer = came().customer
    found = blocks(MALLORY, lea)

    erasure.carry_on(erasure.erase(customer, "asked", by=make.admin()).pk)

    found.refresh_from_db()
    assert (found.value, found.who) == ("", "Erased")
    assert found.lifted_at is not None
    with pytest.raises(CannotBlock):
        blocking.put_back(found, by=lea)
    client.force_login(lea)
    assert "Block again" not in client.get(found.get_absolute_url()).content.decode()
    said = client.post(f"/blocked/{found.pk}/lifting/?undo", follow=True).content.decode()
    assert "there is no address any more" in said
    assert not Block.objects.all().in_force().exists()


def test_what_is_read_again_counts_too(lea: User) -> None:
    message = make.conversation("?", mail_class="unreadable", sender=make.sender("x@other.example")).messages.get()
    blocks(MALLORY, lea)

    conversation = reviving.revive(message, make.inbound("Buy", sender=make.sender(MALLORY), is_live=True), by=lea)

    assert conversation.kind == "spam"
    assert SpamSign.objects.get().message == message

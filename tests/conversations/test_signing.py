"""Signed names find their way back, belong to one person in one conversation, and cannot be made by others."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from samovar.conversations import signing, tokens
from samovar.conversations.models import Conversation, ConversationRedirect, Participant
from samovar.conversations.recognising import conversations_of
from samovar.conversations.tokens import ReplyToken, Token, find_reply_tokens, our_message
from samovar.customers.models import Identity
from samovar.lib import clock, secrets
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh_keys() -> Iterator[None]:
    """Forget, afterwards, keys that the test added."""
    yield
    for version in range(2, 5):
        secrets.forget(f"reply-{version}")
    signing.keys.cache_clear()


def rotated() -> None:
    """Add a newer key, as after a restart."""
    secrets.renew("reply")
    signing.keys.cache_clear()


def token_for(conversation: Conversation, identity: Identity, at: datetime | None = None) -> ReplyToken:
    """Return the token of the address at which ``identity`` answers."""
    [found] = find_reply_tokens(
        [signing.signed_reply_address("help@aurora.example", conversation.pk, identity.pk, at or clock.now())]
    )
    return found


def own(conversation: Conversation) -> Identity:
    """Return the first address of the conversation's customer."""
    return Identity.objects.filter(customer=conversation.customer)[0]


def test_an_inbox_whose_address_is_too_long_to_be_signed_is_answered_at_its_own() -> None:
    address = f"{'a' * 60}@aurora.example"

    assert signing.signed_reply_address(address, 1, 1, clock.now()) == address


def test_a_signed_address_names_its_conversation() -> None:
    conversation = make.conversation()
    token = token_for(conversation, own(conversation))

    assert conversations_of([token]) == {token: conversation.pk}


def test_an_address_signed_for_somebody_else_is_not_believed() -> None:
    conversation, stranger = make.conversation(), make.customer("Stranger")

    assert conversations_of([token_for(conversation, stranger.identities.get())]) == {}


def test_an_address_of_another_conversation_is_not_believed_for_this_one() -> None:
    first = make.conversation()
    second = make.conversation(sender=make.sender("other@mail.example"))
    token = token_for(first, own(first))

    moved = ReplyToken(token.inbox_address, replace(token.token, number=second.pk))
    assert conversations_of([moved, token]) == {token: first.pk}


def test_whoever_the_team_admitted_may_answer_too() -> None:
    conversation, guest = make.conversation(), make.customer("Guest").identities.get()
    row = Participant.objects.create(conversation=conversation, identity=guest, role="writer")
    token = token_for(conversation, guest)
    assert conversations_of([token]) == {}

    row.admitted_at = timezone.now()
    row.save(update_fields=["admitted_at"])
    assert conversations_of([token]) == {token: conversation.pk}


def test_an_old_address_leads_nowhere_any_more() -> None:
    conversation = make.conversation()
    young, old = (token_for(conversation, own(conversation), clock.now() - timedelta(days=days)) for days in (179, 182))

    assert conversations_of([young, old]) == {young: conversation.pk}


def test_a_merged_customer_still_answers_where_they_were_written_to() -> None:
    conversation = make.conversation()
    token, now_known_as = token_for(conversation, own(conversation)), make.customer("Elena S.")
    conversation.customer.merged_into = now_known_as
    conversation.customer.save(update_fields=["merged_into"])
    Conversation.objects.update(customer=now_known_as)

    assert conversations_of([token]) == {token: conversation.pk}


def test_the_address_of_a_merged_conversation_leads_to_the_one_it_went_into() -> None:
    conversation = make.conversation()
    token = token_for(Conversation(pk=999_999), own(conversation))
    ConversationRedirect.objects.create(old_id=999_999, conversation=conversation)

    assert conversations_of([token]) == {token: 999_999}


def test_guessed_addresses_hit_nothing() -> None:
    conversation, guesses = make.conversation(), random.Random(2)
    letters, today = "abcdefghijklmnopqrstuvwxyz234567", tokens.day_of(clock.now())
    found = [
        ReplyToken("help@aurora.example", Token(conversation.pk, today, "".join(guesses.choices(letters, k=26))))
        for _ in range(2000)
    ]
    huge = ReplyToken("help@aurora.example", Token(36**13 - 1, today, "a" * 26))

    assert conversations_of([*found, huge]) == {}
    assert conversations_of([]) == {}


def test_after_a_change_of_keys_the_last_ones_are_believed_and_older_ones_are_not(fresh_keys: None) -> None:
    conversation = make.conversation()
    old, old_id = token_for(conversation, own(conversation)), signing.signed_message_id(7, "help@aurora.example")

    rotated()
    new = token_for(conversation, own(conversation))
    assert old != new
    assert conversations_of([old, new]).keys() == {old, new}
    assert our_message(old_id, signing.keys()) == 7

    rotated()
    assert conversations_of([old, new]).keys() == {new}
    assert our_message(old_id, signing.keys()) is None


def test_a_message_id_is_known_again_in_whatever_letters_and_brackets_it_comes() -> None:
    found = signing.signed_message_id(123, "help@aurora.example")

    assert [our_message(seen, signing.keys()) for seen in (found, f"<{found}>", f" {found.upper()} ")] == [
        123,
        123,
        123,
    ]
    assert our_message(found.replace("m.", "n.", 1), signing.keys()) is None
    assert our_message(found[:8] + ("a" if found[8] != "a" else "b") + found[9:], signing.keys()) is None


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("help@Aurora.example", "aurora.example"),
        ("help@пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("", "samovar.invalid"),
        (f"help@{'x' * 70}.example", f"{'x' * 70}.example"),
    ],
)
def test_a_message_id_bears_the_domain_of_its_inbox(address: str, domain: str) -> None:
    assert signing.signed_message_id(1, address).rpartition("@")[2] == domain


def test_a_signed_address_survives_what_servers_do_to_it() -> None:
    key = signing.keys()[0]
    address = tokens.reply_address("help@aurora.example", 36, 7, key, 20_000)

    [found] = find_reply_tokens(["someone@mail.example", f" {address.upper()} "])
    assert (found.inbox_address, found.conversation_id) == ("help@aurora.example", 36)
    assert found.recipient([1, 7, 9], [key]) == 7
    assert found.recipient([1, 9], [key]) is None


@pytest.mark.parametrize(
    "address", ["help@aurora.example", "help+c.10.short@aurora.example", f"help+c..ffk.{'a' * 26}@aurora.example", ""]
)
def test_ordinary_addresses_are_no_signed_ones(address: str) -> None:
    assert find_reply_tokens([address]) == []


@pytest.mark.parametrize("address", [f"{'h' * 60}@aurora.example", "no address", "@aurora.example"])
def test_an_address_that_cannot_be_signed_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no signed reply address"):
        tokens.reply_address(address, 36, 7, signing.keys()[0], 20_000)


def test_only_numbers_from_zero_up_are_written_in_base_36() -> None:
    assert [tokens.base36(number) for number in (0, 35, 36, 46655)] == ["0", "z", "10", "zzz"]
    with pytest.raises(ValueError, match="from 0 up"):
        tokens.base36(-1)


def test_only_our_domains_look_like_ours() -> None:
    found = signing.signed_message_id(5, "help@aurora.example")

    assert tokens.looks_like_our_message_id(found, ["Aurora.example"])
    assert not tokens.looks_like_our_message_id(found, ["other.example"])
    assert not tokens.looks_like_our_message_id("x@aurora.example", ["aurora.example"])


def test_an_inbox_whose_address_is_too_long_has_no_other_signed_addresses_either() -> None:
    address = f"{'a' * 60}@aurora.example"

    assert signing.forward_address(address, 1) == ""
    assert signing.signed_bounce_address(address, 1) == ""

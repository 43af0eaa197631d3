"""Addresses and ids that we signed are known again, in whatever letters; no others are."""

import pytest

from samovar.conversations import tokens
from samovar.conversations.tokens import Key, ReplyToken, find_reply_tokens

OLD, NEW, FOREIGN = Key(1, b"old"), Key(2, b"new"), Key(2, b"foreign")


def found_in(*addresses: str) -> ReplyToken:
    """Return the one token among addresses."""
    [token] = find_reply_tokens(addresses)
    return token


def test_a_reply_address_leads_back_to_its_conversation_and_its_recipient() -> None:
    address = tokens.reply_address("help@Example.org", 123_456_789, 7, NEW, 20_000)

    token = found_in("other@example.org", address.upper())

    assert address.startswith("help+c.21i3v9.ffk.")
    assert len(address.partition("@")[0].rpartition(".")[2]) * 5 >= 128
    assert (token.inbox_address, token.conversation_id) == ("help@example.org", 123_456_789)
    assert token.recipient([5, 7], [NEW]) == 7
    assert token.recipient([5], [NEW]) is None
    assert token.recipient([7], [FOREIGN]) is None


def test_after_a_change_of_keys_the_old_addresses_still_count() -> None:
    token = found_in(tokens.reply_address("help@example.org", 1, 2, OLD, 20_000))

    assert token.recipient([2], [NEW, OLD]) == 2
    assert token.recipient([2], [NEW]) is None


def test_a_token_of_another_conversation_opens_nothing() -> None:
    mac = tokens.reply_address("help@example.org", 1, 2, NEW, 20_000).rpartition("@")[0][-26:]

    token = found_in(f"help+c.2.ffk.{mac}@example.org")

    assert token.recipient([2], [NEW]) is None


@pytest.mark.parametrize(
    "address",
    ["", "help@x.y", "help+c.1.2.short@x.y", "help+c.@x.y", f"help+c.!.2.{'a' * 26}@x.y", f"help+c.1.{'a' * 16}@x.y"],
)
def test_other_addresses_bear_no_token(address: str) -> None:
    assert find_reply_tokens([address]) == []


@pytest.mark.parametrize("address", [f"{'a' * 29}@example.org", "no-address", "@example.org"])
def test_an_address_that_has_no_room_for_a_token_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no signed reply address"):
        tokens.reply_address(address, 36**4, 1, NEW, 20_000)


@pytest.mark.parametrize(("later", "is_believed"), [(-2, False), (-1, True), (0, True), (180, True), (181, False)])
def test_a_token_is_believed_for_half_a_year(later: int, is_believed: bool) -> None:
    token = found_in(tokens.reply_address("help@example.org", 1, 2, NEW, 20_000))

    assert token.token.is_believed_on(20_000 + later) is is_believed


def test_a_day_that_was_changed_by_hand_is_not_believed() -> None:
    address = tokens.reply_address("help@example.org", 1, 2, NEW, 20_000).replace(".ffk.", ".ffz.")

    token = found_in(address)

    assert token.recipient([2], [NEW]) is None


def test_what_is_signed_for_one_purpose_is_worth_nothing_for_another() -> None:
    marked = tokens.find_marker(f"Hello\n> {tokens.marker(7, NEW, 20_000).upper()}")
    forward = tokens.find_forward_token([tokens.forward_address("help@example.org", 7, NEW, 20_000)])

    assert marked is not None
    assert forward is not None
    assert (marked.number, forward.number) == (7, 7)
    assert marked.is_signed("marker", [OLD, NEW])
    assert forward.is_signed("forward", [NEW])
    assert not marked.is_signed("forward", [NEW])
    assert not forward.is_signed("marker", [NEW])
    assert not forward.is_signed("forward", [FOREIGN])
    assert tokens.find_marker("{#c:1.2.3#}") is None
    assert tokens.find_forward_token(["help@example.org", "help+f.1@example.org"]) is None


def test_our_message_ids_are_known_again() -> None:
    found = tokens.message_id(4711, "help.example.org", NEW)

    assert found.startswith("m.3mv.")
    assert tokens.our_message(f"<{found.upper()}>", [OLD, NEW]) == 4711
    assert tokens.our_message(found, [FOREIGN]) is None
    assert tokens.our_message(found.replace("3mv", "3mw"), [NEW]) is None
    assert tokens.our_message("anything@example.org", [NEW]) is None


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (35, "z"), (36, "10"), (2**63 - 1, "1y2p0ij32e8e7")])
def test_numbers_are_written_in_base_36(number: int, text: str) -> None:
    assert tokens.base36(number) == text
    assert int(text, 36) == number


def test_negative_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="from 0 up"):
        tokens.base36(-1)


def test_of_several_addresses_each_is_found_once() -> None:
    first, second = (tokens.reply_address("help@example.org", number, 2, NEW, 20_000) for number in (1, 2))

    found = find_reply_tokens([first, "other@example.org", second, first.upper()])

    assert [token.conversation_id for token in found] == [1, 2]

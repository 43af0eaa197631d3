"""Addresses and ids that we signed are known again, in whatever letters; no others are."""

import pytest

from samovar.conversations import tokens
from samovar.conversations.tokens import Key, find_reply_token

OLD, NEW, FOREIGN = Key(1, b"old"), Key(2, b"new"), Key(2, b"foreign")


def test_a_reply_address_leads_back_to_its_conversation_and_its_recipient() -> None:
    address = tokens.reply_address("help@Example.org", 123_456_789, 7, NEW)

    token = find_reply_token(["other@example.org", address.upper()])

    assert address.startswith("help+c.21i3v9.")
    assert token is not None
    assert (token.inbox_address, token.conversation_id) == ("help@example.org", 123_456_789)
    assert token.recipient([5, 7], [NEW]) == 7
    assert token.recipient([5], [NEW]) is None
    assert token.recipient([7], [FOREIGN]) is None


def test_after_a_change_of_keys_the_old_addresses_still_count() -> None:
    token = find_reply_token([tokens.reply_address("help@example.org", 1, 2, OLD)])

    assert token is not None
    assert token.recipient([2], [NEW, OLD]) == 2
    assert token.recipient([2], [NEW]) is None


def test_a_token_of_another_conversation_opens_nothing() -> None:
    mac = tokens.reply_address("help@example.org", 1, 2, NEW).rpartition("@")[0][-16:]

    token = find_reply_token([f"help+c.2.{mac}@example.org"])

    assert token is not None
    assert token.recipient([2], [NEW]) is None


@pytest.mark.parametrize(
    "address", ["", "help@x.y", "help+c.1.short@x.y", "help+c.@x.y", "help+c.!.abcdefghijklmnop@x.y"]
)
def test_other_addresses_bear_no_token(address: str) -> None:
    assert find_reply_token([address]) is None


@pytest.mark.parametrize("address", [f"{'a' * 44}@example.org", "no-address", "@example.org"])
def test_an_address_that_has_no_room_for_a_token_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no signed reply address"):
        tokens.reply_address(address, 36**4, 1, NEW)


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

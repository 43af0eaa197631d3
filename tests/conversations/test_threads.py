"""A conversation as a thread."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import Role
from samovar.conversations import drafting, opening, threads
from samovar.conversations.events import MessageFailed
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.delivering import LATE, Fate, Trouble
from samovar.conversations.threads import Entry, Line, Said
from samovar.events.announcing import announce
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

Counted = Callable[[int], CaptureQueriesContext]


def words(entries: list[Entry]) -> list[str]:
    """What stands in a thread, in order."""
    return [entry.message.text if isinstance(entry, Said) else entry.event.kind for entry in entries]


def long_thread(count: int, text: str = "") -> Conversation:
    """A conversation with ``count`` messages, a minute apart."""
    begin = timezone.now() - timedelta(days=1)
    conversation = make.conversation("0", at=begin, external_id="long@mail.example")
    for number in range(1, count):
        at = begin + timedelta(minutes=number)
        make.received(f"{number}{text}", at=at, named_ids=("long@mail.example",), external_id=f"{number}@mail.example")
    return conversation


def test_decisions_stand_between_the_messages() -> None:
    olga, begin = make.agent("olga"), timezone.now() - timedelta(hours=1)
    conversation = make.conversation("Help", at=begin)
    steps: list[Callable[[], object]] = [
        lambda: conversation.assign(to=olga, by=olga),
        lambda: conversation.tag(make.tag("Refund"), by=olga),
        lambda: conversation.add_note("Regular", by=olga),
        lambda: conversation.snooze(timezone.now() + timedelta(days=1), by=olga),
        lambda: conversation.wake(by=olga),
        lambda: conversation.reply("Done", by=olga),
        lambda: conversation.resolve(by=olga),
        lambda: conversation.reopen(by=olga),
    ]
    for minute, step in enumerate(steps, start=1):
        with clock.standing_at(begin + timedelta(minutes=minute)):
            step()

    entries = threads.newest(conversation).entries

    assert words(entries) == [
        "Help",
        "ConversationAssigned",
        "Regular",
        "ConversationSnoozed",
        "ConversationWoken",
        "Done",
        "ConversationResolved",
        "ConversationReopened",
    ]
    assert {line.actor_name for line in entries if isinstance(line, Line)} == {"Olga"}


def test_a_long_thread_opens_at_its_end_and_goes_back_without_a_gap() -> None:
    conversation = long_thread(120)

    pages: list[list[str]] = []
    before = ""
    while not pages or before:
        page = threads.newest(conversation, before)
        pages.append(words(page.entries))
        before = page.before

    assert [len(page) for page in pages] == [50, 50, 20]
    assert pages[0][-1] == "119"
    assert [*pages[2], *pages[1], *pages[0]] == [str(number) for number in range(120)]


def test_a_page_of_a_thread_ends_when_it_holds_enough_text() -> None:
    conversation = long_thread(20, " word" * 2000)

    page = threads.newest(conversation)

    assert len(page.entries) == 7
    assert page.before


def test_a_decision_stands_on_one_page_only() -> None:
    conversation, olga = long_thread(60), make.agent("olga")
    with clock.standing_at(timezone.now() - timedelta(days=1) + timedelta(minutes=3, seconds=30)):
        conversation.assign(to=olga, by=olga)

    page = threads.newest(conversation)
    earlier = threads.newest(conversation, page.before)

    assert "ConversationAssigned" not in words(page.entries)
    assert words(earlier.entries)[4] == "ConversationAssigned"


def test_news_are_what_has_happened_since() -> None:
    conversation, olga = make.conversation("Help", external_id="a@mail.example"), make.agent("olga")
    message = conversation.reply("Soon", by=olga)
    after = opening.opened(olga, conversation.pk).last_event_id

    assert threads.news(conversation, after).is_empty
    make.received("When?", named_ids=("a@mail.example",))
    conversation.resolve(by=olga)
    found = threads.news(conversation, after)

    assert words(found.entries) == ["When?", "ConversationResolved"]
    assert [one.message.text for one in found.received] == ["When?"]
    assert found.last_event_id == opening.opened(olga, conversation.pk).last_event_id
    assert found.changed == []
    assert message.pk < found.received[0].message.pk


def test_a_message_that_could_not_leave_yet_is_news_once() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    message = conversation.reply("Soon", by=olga)
    after = opening.opened(olga, conversation.pk).last_event_id
    late = Fate(troubles=(Trouble(state=LATE, why="The server is busy."),))
    message.note_fate(late, timezone.now())

    found = threads.news(conversation, after)

    assert [(one.message.pk, one.message.is_late) for one in found.changed] == [(message.pk, True)]
    message.note_fate(late, timezone.now())
    assert threads.news(conversation, found.last_event_id).is_empty


def test_a_message_whose_delivery_failed_is_news_too() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    message = conversation.reply("Soon", by=olga)
    after = opening.opened(olga, conversation.pk).last_event_id
    announce(MessageFailed(**conversation.heading(None), message_id=message.pk, reason="The server is down."))

    found = threads.news(conversation, after)

    assert (found.entries, [one.message.pk for one in found.changed]) == ([], [message.pk])


def test_a_tag_is_news_without_a_line() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    after = opening.opened(olga, conversation.pk).last_event_id
    conversation.tag(make.tag("Refund"), by=olga)

    found = threads.news(conversation, after)

    assert (found.entries, found.is_empty) == ([], False)


def test_what_a_page_shows_of_a_conversation_is_read_at_once(django_assert_num_queries: Counted) -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    conversation.tag(make.tag("Refund"), by=olga)
    drafting.keep(conversation, "note", "Look", by=olga)
    drafting.attach(conversation, "note", ("plan.pdf", "application/pdf", b"%PDF"), by=olga)

    with django_assert_num_queries(1):
        found = opening.opened(olga, conversation.pk)
        assert (found.conversation.customer.name, found.conversation.inbox.address) == (
            "Elena Sokolova",
            "help@aurora.example",
        )

    assert [tag["name"] for tag in found.tags] == ["Refund"]
    assert found.drafts["note"]["text"] == "Look"
    assert [(file["name"], file["mode"], file["size_bytes"]) for file in found.files] == [("plan.pdf", "note", 4)]
    assert [chip.person.address for chip in found.chips] == ["elena@mail.example"]
    assert found.newest_id == Message.objects.get(conversation=conversation).pk


def test_drafts_of_others_are_not_shown() -> None:
    conversation = make.conversation()
    drafting.keep(conversation, "reply", "Mine", by=make.agent("olga"))

    assert opening.opened(make.agent("ivan"), conversation.pk).drafts == {}


def test_a_thread_takes_three_queries_however_long_it_is(django_assert_num_queries: Counted) -> None:
    conversation = long_thread(30)

    with django_assert_num_queries(3):
        threads.newest(conversation)


def test_outside_experts_open_nothing() -> None:
    conversation = make.conversation()

    with pytest.raises(Conversation.DoesNotExist):
        opening.opened(make.user(role=Role.EXPERT), conversation.pk)


def test_what_we_wrote_with_signs_is_shown_as_it_was_meant(client: Client) -> None:
    conversation, olga = make.conversation("**Stars** of a customer"), make.agent()
    conversation.reply("**Good** news", by=olga)
    conversation.add_note("- oak\n- ash", by=olga)
    client.force_login(olga)

    page = client.get(conversation.get_absolute_url()).content.decode()

    assert "<strong>Good</strong> news" in page
    assert "<li>ash</li>" in page
    assert "**Stars** of a customer" in page

"""The whole history of a customer is one query, filtered and in pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samovar.customers.timeline import PAGE, history
from tests import make

pytestmark = pytest.mark.django_db


def test_the_history_names_what_happened_newest_first() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    conversation.reply("On its way", by=olga)
    conversation.assign(to=olga, by=olga)

    page = history(conversation.customer_id, olga)

    assert [entry.line for entry in page.entries] == [
        "Assigned to Olga",
        "We answered",
        "Wrote to us",
        "Became a customer",
    ]


def test_a_filter_keeps_the_talk_only() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    conversation.resolve(by=olga)

    page = history(conversation.customer_id, olga, topic="talk")

    assert [entry.kind for entry in page.entries] == ["MessageReceived"]


def test_a_long_history_comes_in_pages_of_one_query_each_and_misses_nothing() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    for number in range(PAGE + 10):
        conversation.add_note(f"Note {number}", by=olga)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = history(conversation.customer_id, olga, topic="talk")
    second = history(conversation.customer_id, olga, topic="talk", after=first.after)

    assert len(queries) == 1
    assert len(first.entries) + len(second.entries) == PAGE + 11
    assert not {entry.pk for entry in first.entries} & {entry.pk for entry in second.entries}
    assert second.after is None

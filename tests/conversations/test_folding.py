"""What a list shows of a message: its own words, not the mail that it answers."""

from samovar.conversations.folding import preview_of
from samovar.conversations.models import Conversation
from samovar.customers.models import Customer
from samovar.events.models import Event
from tests import make

QUOTED = "On Monday Anna wrote:\n> Shall we come on Thursday?\n"
ANSWER = "Thursday is fine.\n\n"
SIGNATURE = "-- \nElena"


def test_quotes_and_signatures_are_no_part_of_what_a_list_shows() -> None:
    text = QUOTED + ANSWER + SIGNATURE
    begin, end = len(QUOTED), len(QUOTED) + len(ANSWER)

    assert preview_of(text, [(0, begin), (end, len(text))]) == "Thursday is fine."


def test_a_mail_that_only_quotes_shows_what_it_quotes() -> None:
    assert preview_of(QUOTED, [(0, len(QUOTED))]) == "On Monday Anna wrote: > Shall we come on Thursday?"


def test_a_quote_of_any_length_before_the_answer_does_not_hide_it() -> None:
    quoted = "> very long\n" * 500

    assert preview_of(quoted + ANSWER, [(0, len(quoted))]) == "Thursday is fine."


def test_the_list_and_the_history_show_the_answer(db: None) -> None:
    make.received("Thursday?", external_id="a@mail.example")
    make.received(QUOTED + ANSWER, named_ids=("a@mail.example",), hidden=((0, len(QUOTED)),))

    assert Conversation.objects.get().preview == "Thursday is fine."
    shown = Event.objects.filter(kind="MessageReceived", customer_id=Customer.objects.get().pk).order_by("-id")
    assert [event.preview for event in shown] == ["Thursday is fine.", "Thursday?"]

"""What difficult customers write: above a limit it waits for the next day, of a blocked one it goes to spam."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samovar.accounts.models import Calendar, Notification, User
from samovar.conversations import deriving, limiting, queries, reviving, spam, warning
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.drafting import text_of
from samovar.conversations.inbound import InboundMessage
from samovar.conversations.intake import receive_all
from samovar.conversations.jobs import wake_snoozed
from samovar.conversations.models import Conversation, Message, SpamSign
from samovar.conversations.queries import Wanted
from samovar.customers import restricting
from samovar.customers.models import Customer, Identity
from samovar.events.models import Event
from samovar.lib import clock
from tests import make
from tests.reactions import run_later_reactions
from tests.restrictions import in_force

pytestmark = pytest.mark.django_db

MALLORY = "mallory@mail.example"
# A Wednesday, at eleven in the morning where the company is.
NOW = datetime(2035, 5, 16, 11, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def olga() -> User:
    """An agent."""
    return make.agent("olga")


def mail(text: str = "Well?", at: datetime = NOW, address: str = MALLORY, **given: Any) -> InboundMessage:
    """Return a mail that comes at a moment."""
    return make.inbound(text, at=at, sender=make.sender(address, "Mallory"), **{"is_live": True, **given})


def came(text: str = "Well?", at: datetime = NOW, **given: Any) -> Conversation:
    """Return where a mail stands that comes now."""
    with clock.standing_at(at):
        [receipt] = receive_all([mail(text, at, **given)])
    return Conversation.objects.get(pk=receipt.conversation_id)


def mallory() -> Customer:
    """Return the customer who writes."""
    return Identity.objects.get(value=MALLORY).customer


def says(talk: Conversation, by: User, minutes: float = 0.5) -> None:
    """Answer a customer a moment after NOW."""
    with clock.standing_at(NOW + timedelta(minutes=minutes)):
        talk.reply("It comes on Friday.", by=by)


def settles(talk: Conversation, by: User) -> None:
    """Resolve something a moment after NOW."""
    with clock.standing_at(NOW + timedelta(seconds=30)):
        talk.resolve(by=by)


def limited(most: int = 2) -> Customer:
    """Make a customer of whom so many messages a day come before the team."""
    found = make.customer("Mallory", MALLORY)
    with clock.standing_at(NOW - timedelta(hours=3)):
        in_force(found, "limit", days=30, most=most)
    return found


@pytest.fixture(autouse=True)
def working_hours() -> None:
    """Let the company work from nine to six, Monday to Friday, in Moscow."""
    Calendar.objects.all().decide(None, "Europe/Moscow", Calendar.usual().week, None)


def waiting(user: User) -> list[int]:
    """Return what needs a reply."""
    return [row.pk for row in queries.page(user, Wanted(view=VIEWS["needs-reply"])).rows]


def test_what_comes_above_joins_what_is_open_and_waits_for_the_next_opening(olga: User) -> None:
    limited()
    first = came("Chair?")
    says(first, olga)
    second = came("And the table?", NOW + timedelta(minutes=1))
    says(second, olga, 1.5)

    third = came("And the lamp?", NOW + timedelta(minutes=2))

    assert first != second
    assert third == second
    assert third.snoozed_until == datetime(2035, 5, 17, 9, tzinfo=ZoneInfo("Europe/Moscow"))
    assert third.is_unread
    assert waiting(olga) == []
    assert Message.objects.latest("pk").why_here == "Its sender had written as often on this day as we let them."
    assert not list(deriving.differences([first.pk, third.pk]))
    # A fourth one, and an answer to a letter of ours, wait with it.
    came("Hello?", NOW + timedelta(minutes=3), signed_conversation=third.pk)
    assert Conversation.objects.get(pk=third.pk).snoozed_until == third.snoozed_until
    with clock.standing_at(third.snoozed_until):
        wake_snoozed()
        assert waiting(olga) == [third.pk]
    assert not list(deriving.differences([third.pk]))


def test_the_next_day_begins_anew(olga: User) -> None:
    limited(most=1)
    says(came("Chair?"), olga)

    assert came("And now?", NOW + timedelta(days=1)).snoozed_until is None


def test_what_waits_for_us_anyhow_stays_before_us(olga: User) -> None:
    limited(most=1)
    first = came("Chair?")

    second = came("Chair!", NOW + timedelta(minutes=1))

    assert first == second
    assert (second.snoozed_until, waiting(olga)) == (None, [first.pk])
    assert Event.objects.get(kind="MessageReceived", data__is_held=True).conversation_id == first.pk


def test_with_nothing_open_it_opens_something_that_waits_and_is_confirmed_to_nobody(olga: User) -> None:
    limited(most=1)
    first = came("Chair?")
    settles(first, olga)

    second = came("Another thing", NOW + timedelta(minutes=1))

    assert second != first
    assert second.snoozed_until is not None
    assert (second.message_count, waiting(olga)) == (1, [])
    assert not list(deriving.differences([first.pk, second.pk]))


def test_what_it_reopens_waits_too(olga: User) -> None:
    limited(most=1)
    first = came("Chair?")
    settles(first, olga)

    again = came("It is not settled", NOW + timedelta(minutes=1), signed_conversation=first.pk)

    assert (again.pk, again.resolved_at, again.snoozed_until is not None) == (first.pk, None, True)
    assert not list(deriving.differences([first.pk]))


@pytest.mark.parametrize(("wakes_on", "until_hours", "stays"), [("more", 200, False), ("nothing", 200, True)])
def test_what_somebody_has_put_off_comes_back_with_it_at_the_latest(
    olga: User, wakes_on: str, until_hours: int, stays: bool
) -> None:
    limited(most=1)
    first, until = came("Chair?"), NOW + timedelta(hours=until_hours)
    with clock.standing_at(NOW):
        first.snooze(until, by=olga, wakes_on=wakes_on)

    again = came("Chair!", NOW + timedelta(minutes=1), signed_conversation=first.pk)

    assert (again.snoozed_until == until) is stays
    assert again.snoozed_until == (until if stays else datetime(2035, 5, 17, 6, tzinfo=UTC))
    assert not list(deriving.differences([first.pk]))


def test_a_whole_batch_is_counted_message_by_message(olga: User) -> None:
    limited(most=2)
    with clock.standing_at(NOW + timedelta(minutes=9)):
        receipts = receive_all([mail(f"Number {one}", NOW + timedelta(minutes=one)) for one in range(5)])

    places = [receipt.conversation_id for receipt in receipts]
    assert len(set(places)) == 2
    assert places[2:] == [places[1]] * 3
    assert Message.objects.count() == 5
    assert Event.objects.filter(kind="MessageReceived", data__is_held=True).count() == 3
    assert not list(deriving.differences(places))


def test_others_cannot_use_the_day_up_and_are_not_held_back(olga: User) -> None:
    limited(most=1)
    settles(came("Forged", verdict="failed"), olga)

    proven = came("It is me", NOW + timedelta(minutes=1), verdict="verified")
    forged = came("Forged again", NOW + timedelta(minutes=2), verdict="failed")
    other = came("Hello", NOW, address="bob@mail.example")

    assert (proven.snoozed_until, other.snoozed_until) == (None, None)
    # It joins nothing under a name that is surely false.
    assert forged != proven
    assert forged.snoozed_until is not None


def test_in_a_conversation_of_somebody_else_nothing_is_held(olga: User) -> None:
    limited(most=1)
    settles(came("Chair?"), olga)
    talk = came("Hello", address="bob@mail.example")
    says(talk, olga)

    again = came("Me too", NOW + timedelta(minutes=1), signed_conversation=talk.pk)

    assert (again.pk, again.snoozed_until) == (talk.pk, None)


@pytest.mark.parametrize("given", [{"is_history": True}, {"is_live": False}, {"is_passed_on": True}])
def test_old_mail_and_what_a_colleague_passes_on_are_not_counted(olga: User, given: dict[str, Any]) -> None:
    limited(most=1)
    settles(came("Chair?"), olga)

    assert came("More", NOW + timedelta(minutes=1), **given).snoozed_until is None


def test_nobody_is_told_of_what_is_held(olga: User) -> None:
    limited(most=1)
    today = clock.now()
    first = came("Chair?", today)
    first.assign(olga, by=make.lead())
    read = run_later_reactions()
    Notification.objects.all().delete()

    came("Chair!", today + timedelta(seconds=1))
    run_later_reactions(read)

    assert not Notification.objects.filter(user=olga, kind="answer").exists()


def test_the_team_of_a_conversation_says_when_work_begins(olga: User) -> None:
    found, night = limited(most=1), make.team("Night")
    Calendar.objects.all().decide(night, "Asia/Tokyo", [[["20:00", "04:00"]]] * 7, None)
    came("Chair?")

    until = limiting.held_until(mail(at=NOW), found, 1, night.pk)

    assert until == datetime(2035, 5, 17, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_where_nobody_ever_works_it_waits_for_the_morning() -> None:
    found = limited(most=1)
    Calendar.objects.all().decide(None, "Europe/Moscow", [[]] * 7, None)
    came("Chair?")

    until = limiting.held_until(mail(at=NOW), found, 1, None)

    assert until is not None
    assert until.astimezone(ZoneInfo("Europe/Moscow")).time() == time(9)


def test_of_a_blocked_customer_everything_new_goes_to_spam(olga: User) -> None:
    talk = came("Hello")
    says(talk, olga, 0.2)
    settles(talk, olga)
    before = Conversation.objects.filter(pk=talk.pk).values().get()
    with clock.standing_at(NOW):
        found = in_force(mallory(), "block")

    answer = came("But!", NOW + timedelta(minutes=1), signed_conversation=talk.pk)
    new = came("New", NOW + timedelta(minutes=2))

    assert Conversation.objects.filter(pk=talk.pk).values().get() == before
    assert [(one.kind, one.waiting_since) for one in (answer, new)] == [("spam", None)] * 2
    assert not SpamSign.objects.exclude(reason="blocked", block=None).exists()
    rows = queries.page(olga, Wanted(view=VIEWS["spam"])).rows
    assert {why.words for row in rows if (why := spam.why(row))} == {"Its sender is blocked"}
    assert not list(deriving.differences([talk.pk, answer.pk, new.pk]))
    # What somebody says elsewhere brings it back only when the block is over.
    spam.clear_elsewhere(new)
    assert new.kind == "spam"
    assert found.until is not None
    assert came("Later", found.until).kind == "human"
    with clock.standing_at(found.until):
        spam.clear_elsewhere(new)
    assert new.kind == "human"


def test_what_could_not_be_read_before_goes_to_spam_when_it_can(olga: User) -> None:
    with clock.standing_at(NOW):
        in_force(make.customer("Mallory", MALLORY), "block")
    unread = came("?", mail_class="unreadable", address="nobody@mail.example")

    with clock.standing_at(NOW):
        found = reviving.revive(unread.messages.get(), mail("Readable"), by=olga)

    assert found.kind == "spam"


def test_a_block_that_is_over_by_hand_keeps_nothing_away(olga: User) -> None:
    with clock.standing_at(NOW):
        found = in_force(make.customer("Mallory", MALLORY), "block")
        restricting.end(found, by=make.lead())

    assert came("Hello").kind == "human"


def test_the_question_is_one_however_many_write() -> None:
    for size in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            receive_all([mail("Hello", NOW, address=f"c{number}@mail.example") for number in range(size)])
        assert sum("customers_restriction" in str(one["sql"]) for one in asked) == 1


def test_a_warning_is_put_into_the_answer_and_taken_out_again(olga: User) -> None:
    talk = came("You fools")
    Customer.objects.filter(pk=talk.customer_id).update(language="ru")
    talk = Conversation.objects.get(pk=talk.pk)

    warning.put_in(talk, by=olga)
    warning.put_in(talk, by=olga)

    assert text_of(talk, "reply", olga) == warning.text_for(talk)
    assert Message.objects.count() == 1
    warning.take_out(talk, by=olga)
    warning.take_out(talk, by=olga)
    assert text_of(talk, "reply", olga) == ""

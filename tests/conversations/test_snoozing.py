"""Snoozing: what brings a conversation back before its moment, and by whose hours it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Calendar, User
from samovar.accounts.working_hours import Week, understood
from samovar.conversations import calendars, deriving, opening
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Conversation
from samovar.conversations.models.snoozing import WakesOn
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
# A Tuesday.
NOON = datetime(2026, 11, 24, 9, tzinfo=UTC)
THANKS = "Thank you very much!"


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def week(day: str) -> Week:
    """The same hours from Monday to Friday."""
    return [understood(day)] * 5 + [[], []]


def snoozed(by: User, wakes_on: str = WakesOn.MORE) -> Conversation:
    """A conversation that is out of sight for a week."""
    conversation = make.conversation(external_id="first@mail.example")
    conversation.snooze(timezone.now() + timedelta(days=7), by=by, wakes_on=wakes_on)
    conversation.mark_read()
    return conversation


def answer(conversation: Conversation, text: str = THANKS, **given: Any) -> Conversation:
    """Let the customer write again; return the conversation as it is then."""
    make.received(text, named_ids=("first@mail.example",), **given)
    conversation.refresh_from_db()
    return conversation


@pytest.mark.parametrize(
    ("wakes_on", "text", "stays"),
    [
        (WakesOn.MORE, THANKS, True),
        (WakesOn.MORE, "Спасибо большое!", True),
        (WakesOn.MORE, "Thanks, and when does it come?", False),
        (WakesOn.REPLY, THANKS, False),
        (WakesOn.NOTHING, THANKS, True),
        (WakesOn.NOTHING, "It burns! Call me!", True),
    ],
)
def test_what_the_customer_writes_brings_it_back_or_not(olga: User, wakes_on: str, text: str, stays: bool) -> None:
    conversation = answer(snoozed(olga, wakes_on), text)

    assert (conversation.snoozed_until is not None) is stays
    assert conversation.is_unread
    assert Event.objects.filter(kind="ConversationWoken").exists() is not stays
    assert list(deriving.differences([conversation.pk])) == []
    assert list(Conversation.objects.all().snoozed()) == ([conversation] if stays else [])


def test_the_names_of_those_who_talk_belong_to_a_thank_you(olga: User) -> None:
    conversation = snoozed(olga)
    conversation.assign(to=olga, by=olga)

    assert answer(conversation, "Olga, thank you!\n\nBest regards,\nElena Sokolova").snoozed_until is not None


def test_a_file_or_another_subject_is_more_than_thanks(olga: User) -> None:
    file = InboundFile(name="invoice.pdf", media_type="application/pdf", content=b"%PDF")

    assert answer(snoozed(olga), files=(file,)).snoozed_until is None


def test_thanks_under_another_subject_are_more_than_thanks(olga: User) -> None:
    conversation = snoozed(olga)
    other: dict[str, Any] = {
        "subject": "Please call me",
        "subject_key": "please call me",
        "signed_conversation": conversation.pk,
    }

    assert answer(conversation, **other).snoozed_until is None


def test_whoever_thanked_is_there_when_the_moment_comes(olga: User) -> None:
    conversation = answer(snoozed(olga))
    with clock.standing_at(timezone.now() + timedelta(days=8)):
        conversation.wake_when_due()

    assert conversation in Conversation.objects.all().needs_reply()
    assert conversation.is_unread


def test_what_is_resolved_is_reopened_by_thanks_too(olga: User) -> None:
    """It would stand in no list in which somebody looks for something new."""
    conversation = make.conversation(external_id="first@mail.example")
    conversation.resolve(by=olga)

    assert answer(conversation).resolved_at is None


def test_choosing_another_thing_that_wakes_it_is_a_decision_of_its_own(olga: User) -> None:
    conversation = snoozed(olga)
    until = conversation.snoozed_until
    assert until is not None

    conversation.snooze(until, by=olga, wakes_on=WakesOn.NOTHING)
    conversation.snooze(until, by=olga, wakes_on=WakesOn.NOTHING)

    assert Event.objects.filter(kind="ConversationSnoozed").count() == 2
    assert list(deriving.differences([conversation.pk])) == []


def test_what_was_snoozed_before_there_was_a_choice_comes_back_with_any_message(olga: User) -> None:
    conversation = snoozed(olga)
    event = Event.objects.get(kind="ConversationSnoozed")
    Event.objects.filter(pk=event.pk).update(data={"until": event.data["until"]})

    deriving.mend([conversation.pk])

    assert answer(conversation).snoozed_until is None


def test_the_choice_is_made_in_the_menu_and_said_at_the_head(client: Client, olga: User) -> None:
    conversation = make.conversation()

    client.post(f"/conversations/{conversation.pk}/snooze/", {"until": "tomorrow", "wakes_on": "nothing"})

    conversation.refresh_from_db()
    assert conversation.wakes_on == WakesOn.NOTHING
    assert "also over replies" in client.get(f"/conversations/{conversation.pk}/").content.decode()


def test_waking_is_taken_back_with_what_would_have_woken_it(client: Client, olga: User) -> None:
    conversation = snoozed(olga, WakesOn.NOTHING)

    text = client.post(f"/conversations/{conversation.pk}/snooze/?undo", headers=HTMX).content.decode()
    client.post(text.split('action="')[1].split('"')[0].replace("&amp;", "&"), headers=HTMX)

    conversation.refresh_from_db()
    assert conversation.snoozed_until is not None
    assert conversation.wakes_on == WakesOn.NOTHING


def test_of_two_who_snooze_the_second_takes_back_to_what_the_first_chose(client: Client, olga: User) -> None:
    conversation = snoozed(make.agent("pavel"), WakesOn.REPLY)
    until = conversation.snoozed_until

    sent = {"until": "tomorrow"}
    text = client.post(f"/conversations/{conversation.pk}/snooze/", sent, headers=HTMX).content.decode()
    client.post(text.split('action="')[1].split('"')[0].replace("&amp;", "&"), headers=HTMX)

    conversation.refresh_from_db()
    assert (conversation.snoozed_until, conversation.wakes_on) == (until and until.replace(microsecond=0), "reply")


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"until": "plus-2"}, "24.11 14:00"),
        ({"until": "plus-8"}, "25.11 11:00"),
        ({"until": "typed", "hours": "+7"}, "25.11 10:00"),
        ({"until": "typed", "hours": "+1", "at": "2026-12-01T10:00"}, "24.11 13:00"),
        ({"until": "typed", "hours": "", "at": "2026-12-01T10:00"}, "01.12 10:00"),
        ({"until": "tomorrow", "hours": "+1", "at": "2026-12-01T10:00"}, "25.11 09:00"),
    ],
)
def test_working_hours_are_those_of_the_company(client: Client, olga: User, given: dict[str, str], until: str) -> None:
    olga.change_ways(time_zone="Europe/Moscow")
    Calendar.objects.all().decide(None, "Europe/Moscow", week("9-18"), by=None)
    conversation = make.conversation()

    with clock.standing_at(NOON):
        client.post(f"/conversations/{conversation.pk}/snooze/", given)

    conversation.refresh_from_db()
    assert conversation.snoozed_until is not None
    assert f"{conversation.snoozed_until + timedelta(hours=3):%d.%m %H:%M}" == until


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"until": "typed"}, "Choose until when."),
        ({"until": "typed", "hours": "soon"}, "Write how many working hours"),
        ({"until": "typed", "hours": "+2", "wakes_on": "never"}, "Select a valid choice"),
    ],
)
def test_what_is_no_moment_is_said(client: Client, olga: User, given: dict[str, str], said: str) -> None:
    sent = client.post(f"/conversations/{make.conversation().pk}/snooze/", given, headers=HTMX)

    assert sent.status_code == 422
    assert said in sent.content.decode()


def test_a_calendar_that_is_never_open_is_said_and_offers_no_working_hours(client: Client, olga: User) -> None:
    Calendar.objects.all().decide(None, "Europe/Moscow", [[]] * 7, by=None)
    conversation = make.conversation()

    sent = client.post(f"/conversations/{conversation.pk}/snooze/", {"until": "typed", "hours": "+2"}, headers=HTMX)

    assert "It is never open" in sent.content.decode()
    assert "+2 working hours" not in client.get(f"/conversations/{conversation.pk}/").content.decode()


def test_the_hours_are_those_of_the_conversations_team_or_of_the_readers_first_or_of_the_company() -> None:
    olga = make.agent("olga")
    alpha, beta = make.team("Alpha", olga), make.team("Beta", olga)
    company = Calendar.objects.all().decide(None, "Europe/Moscow", week("9-18"), by=None)
    own = Calendar.objects.all().decide(beta, "Europe/Moscow", week("12-20"), by=None)
    conversation = make.conversation()
    # Alpha is the first by name, and works as the company does.
    assert calendars.hours_for(conversation, olga) == company.hours

    Conversation.objects.update(team=beta)
    assert calendars.hours_for(conversation, olga) == own.hours

    Conversation.objects.update(team=None)
    alpha.retire(by=make.admin())
    assert calendars.hours_for(conversation, olga) == own.hours
    assert calendars.hours_for(conversation, make.agent("pavel")) == company.hours


def test_nothing_decided_is_the_usual_week_where_the_reader_is() -> None:
    conversation = make.conversation()
    with timezone.override("Asia/Vladivostok"):
        assert str(calendars.hours_for(conversation, make.agent()).zone) == "Asia/Vladivostok"


def test_the_moment_of_before_is_offered_again_after_it_came_back(client: Client, olga: User) -> None:
    conversation = snoozed(olga)
    until = conversation.snoozed_until
    answer(conversation, "Where is it?")
    assert conversation.snoozed_until is None

    [offered] = [choice for choice in opening.opened(olga, conversation.pk).put_off_until if choice.is_dated]
    assert offered.until == until
    client.post(f"/conversations/{conversation.pk}/snooze/", {"until": offered.name})

    conversation.refresh_from_db()
    assert conversation.snoozed_until == until


def test_what_was_snoozed_is_joined_with_nothing_by_itself(olga: User) -> None:
    first = snoozed(olga)
    second = make.conversation(external_id="second@mail.example", subject="Chair")

    make.received("Both?", named_ids=("second@mail.example", "first@mail.example"), external_id="both@mail.example")

    assert set(Conversation.objects.values_list("pk", flat=True)) >= {first.pk, second.pk}

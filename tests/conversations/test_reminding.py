"""Reminders: for one person alone, told once, never in quiet hours unless a moment was typed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Calendar, Role, User
from samovar.accounts.working_hours import understood
from samovar.conversations import opening, removing
from samovar.conversations.errors import ReminderInThePast
from samovar.conversations.jobs import remind
from samovar.conversations.models import Conversation, Reminder
from samovar.conversations.models.deleting import DeletionReason
from samovar.events.models import Event
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def told() -> list[int]:
    """The reminders of which somebody was told."""
    return [event.data["reminder_id"] for event in Event.objects.filter(kind="ReminderDue").order_by("pk")]


def minute_passes(later: timedelta = timedelta(days=2)) -> None:
    """Let the clock of the job stand some time later."""
    with clock.standing_at(timezone.now() + later):
        remind()


def test_a_reminder_is_told_once_and_stays_due_until_it_is_done(olga: User) -> None:
    reminder = make.reminder(olga)
    minute_passes(timedelta())
    assert told() == []

    minute_passes()
    minute_passes()

    assert told() == [reminder.pk]
    [event] = Event.objects.filter(kind="ReminderDue")
    assert event.data["user_id"] == olga.pk
    assert event.customer_id is None
    with clock.standing_at(timezone.now() + 2 * DAY):
        assert list(Reminder.objects.all().of(olga).open()) == [reminder]
        assert not Reminder.objects.all().of(make.agent()).exists()
        reminder.finish()
        assert not Reminder.objects.all().of(olga).open().exists()


def test_of_two_clocks_that_come_to_a_reminder_the_second_tells_nobody(olga: User) -> None:
    reminder = make.reminder(olga)
    with clock.standing_at(timezone.now() + 2 * DAY):
        assert [reminder.tell_when_due(), Reminder.objects.get(pk=reminder.pk).tell_when_due()] == [True, False]

    assert told() == [reminder.pk]
    assert str(reminder) == f"{reminder.conversation_id} at {reminder.at}"


def test_it_changes_nothing_for_anybody_else(client: Client, olga: User) -> None:
    reminder = make.reminder(olga)
    conversation = reminder.conversation
    before = Conversation.objects.values().get(pk=conversation.pk)
    pavel = make.agent("pavel")

    assert Conversation.objects.values().get(pk=conversation.pk) == before
    assert opening.opened(olga, conversation.pk).reminder == reminder
    assert opening.opened(pavel, conversation.pk).reminder is None
    assert "Ask the courier" in client.get("/reminders/").content.decode()
    client.force_login(pavel)
    assert "Ask the courier" not in client.get("/reminders/").content.decode()
    assert client.get(f"/reminders/{reminder.pk}/").status_code == 404
    assert client.post(f"/reminders/{reminder.pk}/completion/").status_code == 404


@pytest.mark.parametrize(("is_exact", "count"), [(True, 1), (False, 0)])
def test_quiet_hours_are_kept_unless_the_moment_was_typed(olga: User, is_exact: bool, count: int) -> None:
    olga.change_ways(quiet_from=time(20), quiet_to=time(8), time_zone="Europe/Moscow")
    evening = datetime(2026, 11, 24, 18, tzinfo=UTC)
    conversation = make.conversation()
    with clock.standing_at(evening - DAY):
        reminder = Reminder.objects.all().remind(olga, conversation, evening, is_exact=is_exact)

    with clock.standing_at(evening):
        remind()
    assert len(told()) == count
    with clock.standing_at(evening + timedelta(hours=11)):
        remind()

    assert told() == [reminder.pk]


def test_one_conversation_has_one_open_reminder_of_a_person(olga: User) -> None:
    reminder = make.reminder(olga)
    minute_passes()

    moved = Reminder.objects.all().remind(olga, reminder.conversation, timezone.now() + 9 * DAY, "Call")

    assert moved == reminder
    minute_passes(10 * DAY)
    assert told() == [reminder.pk] * 2


def test_a_moment_that_has_passed_is_refused(client: Client, olga: User) -> None:
    reminder, address = make.reminder(olga), "/conversations/{}/reminders/"
    with pytest.raises(ReminderInThePast):
        reminder.move(timezone.now() - DAY, "")

    answer = client.post(address.format(reminder.conversation_id), {"at": "2020-01-01T10:00"}, headers=HTMX)
    assert (answer.status_code, "has passed" in answer.content.decode()) == (422, True)
    answer = client.post(address.format(reminder.conversation_id), {"until": "typed"}, headers=HTMX)
    assert "Choose until when." in answer.content.decode()
    page = client.post(f"/reminders/{reminder.pk}/", {"at": "2020-01-01T10:00"})
    assert (page.status_code, "has passed" in page.content.decode()) == (422, True)


def test_done_twice_is_once_and_can_be_taken_back(olga: User) -> None:
    reminder = make.reminder(olga)
    reminder.finish()
    done_at = reminder.done_at
    reminder.finish()
    assert reminder.done_at == done_at

    reminder.take_up()
    reminder.take_up()

    assert reminder.done_at is None


def test_what_was_done_does_not_come_back_beside_a_new_one(olga: User) -> None:
    reminder = make.reminder(olga)
    reminder.finish()
    Reminder.objects.all().remind(olga, reminder.conversation, timezone.now() + DAY)

    reminder.take_up()

    assert reminder.done_at is not None


def test_nobody_is_told_of_what_they_do_not_see(olga: User) -> None:
    reminder = make.reminder(olga)
    reminder.conversation.inbox.teams.add(make.team())

    minute_passes()

    assert told() == []
    assert not Reminder.objects.all().of(olga).exists()
    reminder.conversation.inbox.teams.clear()
    minute_passes()
    assert told() == [reminder.pk]


def test_of_what_is_deleted_nobody_is_told_and_its_note_is_emptied_with_it(olga: User) -> None:
    reminder = make.reminder(olga)
    reminder.conversation.trash(DeletionReason.TRIAL, by=olga)
    minute_passes()
    assert told() == []

    with clock.standing_at(timezone.now() + 31 * DAY):
        removing.remove(reminder.conversation_id)

    reminder.refresh_from_db()
    assert (reminder.note, reminder.done_at is None) == ("", False)


def test_who_is_switched_off_is_told_of_nothing_until_they_are_back(olga: User) -> None:
    reminder, admin = make.reminder(olga), make.admin()
    olga.deactivate(by=admin)
    minute_passes()
    assert told() == []

    olga.reactivate(by=admin)
    minute_passes()

    assert told() == [reminder.pk]


def test_what_somebody_is_reminded_of_is_joined_with_nothing_by_itself(olga: User) -> None:
    reminder = make.reminder(olga)
    name = reminder.conversation.messages.get().external_id
    make.conversation(external_id="second@mail.example", subject="Chair")

    make.received("Both?", named_ids=("second@mail.example", name))

    reminder.refresh_from_db()
    assert Conversation.objects.filter(pk=reminder.conversation_id).exists()


def test_a_reminder_is_set_moved_and_taken_back_in_the_conversation(client: Client, olga: User) -> None:
    olga.change_ways(time_zone="Europe/Moscow")
    Calendar.objects.all().decide(None, "Europe/Moscow", [understood("9-18")] * 7, by=None)
    conversation = make.conversation()
    address = f"/conversations/{conversation.pk}/reminders/"
    with clock.standing_at(datetime(2026, 11, 24, 9, tzinfo=UTC)):
        client.post(address, {"until": "plus-4", "note": " Ask  the courier "}, headers=HTMX)
        reminder = Reminder.objects.get()
        assert (reminder.note, reminder.is_exact) == ("Ask the courier", False)
        assert reminder.at == datetime(2026, 11, 24, 13, tzinfo=UTC)

        moved = client.post(address, {"until": "typed", "at": "2026-12-01T10:00"}, headers=HTMX).content.decode()
        reminder.refresh_from_db()
        assert (reminder.note, reminder.is_exact, reminder.at.day) == ("", True, 1)
        undo = moved.split('action="')[1].split('"')[0].replace("&amp;", "&")
        client.post(undo, headers=HTMX)

    reminder.refresh_from_db()
    assert (reminder.note, reminder.at) == ("Ask the courier", datetime(2026, 11, 24, 13, tzinfo=UTC))


def test_setting_one_is_taken_back_to_none(client: Client, olga: User) -> None:
    conversation = make.conversation()
    address = f"/conversations/{conversation.pk}/reminders/"

    text = client.post(address, {"until": "tomorrow"}, headers=HTMX).content.decode()
    assert "Only you will be reminded" in text
    text = client.post(text.split('action="')[1].split('"')[0].replace("&amp;", "&"), headers=HTMX).content.decode()
    assert not Reminder.objects.all().open().exists()
    client.post(text.split('action="')[1].split('"')[0].replace("&amp;", "&"), headers=HTMX)

    assert Reminder.objects.all().open().exists()


def test_the_list_is_changed_and_worked_off(client: Client, olga: User) -> None:
    reminder = make.reminder(olga)
    later = timezone.localtime() + 9 * DAY
    initial = client.get(f"/reminders/{reminder.pk}/").content.decode()
    assert "Ask the courier" in initial

    client.post(f"/reminders/{reminder.pk}/", {"at": f"{later:%Y-%m-%dT%H:%M}", "note": "Call her"})
    assert "Call her" in client.get("/reminders/").content.decode()
    answer = client.post(f"/reminders/{reminder.pk}/completion/", follow=True)

    assert "No reminders" in answer.content.decode()
    *_earlier, message = answer.context["messages"]
    client.post(message.extra_tags)
    assert "Call her" in client.get("/reminders/").content.decode()


def test_a_long_list_goes_on(client: Client, olga: User) -> None:
    conversations = [make.conversation(sender=make.sender(f"c{n}@mail.example")) for n in range(51)]
    for number, conversation in enumerate(conversations):
        at = timezone.now() + DAY + number * timedelta(hours=1)
        Reminder.objects.all().remind(olga, conversation, at, f"Number {number}.")

    first = client.get("/reminders/").content.decode()
    after = first.split('href="?after=')[1].split('"')[0]
    second = client.get(f"/reminders/?after={after}").content.decode()

    assert ("Number 49." in first, "Number 50." in first) == (True, False)
    assert ("Number 49." in second, "Number 50." in second) == (False, True)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.EXPERT])
def test_only_those_who_answer_have_reminders(client: Client, role: Role) -> None:
    client.force_login(make.user(role=role))

    assert client.get("/reminders/").status_code == 403
    assert client.post(f"/conversations/{make.conversation().pk}/reminders/").status_code == 403

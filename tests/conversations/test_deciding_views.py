"""Deciding at the addresses of a conversation: done, said, taken back, refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from samovar.accounts.models import Role, User
from samovar.conversations.models import Conversation, Tag
from tests import make

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db

FAR = {"at": "9999-12-31T23:59:00+0000"}
HTMX = {"HX-Request": "true"}
WRITING = ["messages", "drafts/reply", "files/note", "resolution", "snooze", "assignment", "tags", "reading"]


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def post(client: Client, conversation: Conversation, what: str, **given: object) -> Answer:
    """Do something to a conversation as an open page does."""
    return client.post(f"/conversations/{conversation.pk}/{what}", given, headers=HTMX)


def undo(client: Client, answer: Answer) -> None:
    """Press Undo."""
    address = answer.content.decode().split('action="')[1].split('"')[0].replace("&amp;", "&")
    assert client.post(address, headers=HTMX).status_code == 200


def test_resolving_is_said_and_can_be_taken_back(client: Client, olga: User) -> None:
    conversation = make.conversation()

    answer = post(client, conversation, "resolution/")

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None
    assert "Resolved" in answer.content.decode()
    assert answer.headers["HX-Push-Url"] == "false"
    told = json.loads(answer.headers["HX-Trigger"])
    assert told[f"samovar:conversation-{conversation.pk}"]["conversation_id"] == conversation.pk
    assert told["samovar:event"]["customer_id"] == conversation.customer_id
    undo(client, answer)
    conversation.refresh_from_db()
    assert conversation.resolved_at is None


def test_reopening_can_be_taken_back(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.resolve(by=olga)

    answer = client.delete(f"/conversations/{conversation.pk}/resolution/", headers=HTMX)

    conversation.refresh_from_db()
    assert conversation.resolved_at is None
    undo(client, answer)
    conversation.refresh_from_db()
    assert conversation.resolved_at is not None


def test_snoozing_until_tomorrow_means_the_morning_of_the_reader(client: Client, olga: User) -> None:
    conversation = make.conversation()
    client.cookies["time_zone"] = "Asia/Vladivostok"

    answer = post(client, conversation, "snooze/", until="tomorrow")

    conversation.refresh_from_db()
    assert conversation.snoozed_until is not None
    assert conversation.snoozed_until.hour == 23
    assert "09:00" in answer.content.decode()
    undo(client, answer)
    conversation.refresh_from_db()
    assert conversation.snoozed_until is None


def test_waking_can_be_taken_back_to_the_same_moment(client: Client, olga: User) -> None:
    conversation, until = make.conversation(), timezone.now() + timedelta(days=3)
    conversation.snooze(until, by=olga)

    answer = client.post(f"/conversations/{conversation.pk}/snooze/?undo", headers=HTMX)
    undo(client, answer)

    conversation.refresh_from_db()
    assert conversation.snoozed_until == until.replace(microsecond=0)


def test_a_moment_is_read_in_the_zone_of_the_reader(client: Client, olga: User) -> None:
    conversation = make.conversation()
    olga.change_ways(time_zone="Europe/Samara")
    day = timezone.now().date() + timedelta(days=10)

    post(client, conversation, "snooze/", at=f"{day}T10:30")

    conversation.refresh_from_db()
    assert conversation.snoozed_until == datetime(day.year, day.month, day.day, 6, 30, tzinfo=UTC)


def test_the_day_is_said_in_the_language_of_the_reader(client: Client, olga: User) -> None:
    day = timezone.localdate() + timedelta(days=9)
    said = []
    for language in ("en", "ru"):
        olga.change_ways(language=language)
        answer = post(client, make.conversation(f"In {language}"), "snooze/", at=f"{day}T10:30")
        with override(language):
            said.append(f"{date_format(day, 'DATE_FORMAT')}, 10:30" in answer.content.decode())

    assert said == [True, True]


def test_what_is_resolved_is_not_snoozed(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.resolve(by=olga)

    answer = post(client, conversation, "snooze/", until="tomorrow")

    assert answer.status_code == 422
    assert "Reopen it to snooze it" in answer.content.decode()
    assert Conversation.objects.get().snoozed_until is None


@pytest.mark.parametrize("given", [{}, {"until": "never"}, {"at": "2020-01-01T10:00"}, {"at": "yesterday"}, FAR])
def test_no_moment_and_a_past_moment_are_refused_in_words(client: Client, olga: User, given: dict[str, str]) -> None:
    olga.change_ways(time_zone="Asia/Tokyo")
    conversation = make.conversation()

    answer = post(client, conversation, "snooze/", **given)

    assert answer.status_code == 422
    assert "undo-toast" in answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.snoozed_until is None


def test_assigning_is_taken_back_to_who_had_it_before(client: Client, olga: User) -> None:
    conversation, igor = make.conversation(), make.agent("igor")

    first = post(client, conversation, "assignment/", assignee=igor.pk)
    second = post(client, conversation, "assignment/", assignee="")

    conversation.refresh_from_db()
    assert conversation.assignee is None
    undo(client, second)
    conversation.refresh_from_db()
    assert conversation.assignee == igor
    undo(client, first)
    conversation.refresh_from_db()
    assert conversation.assignee is None


@pytest.mark.parametrize("role", [Role.EXPERT, Role.OBSERVER])
def test_only_those_who_answer_can_be_assigned(client: Client, olga: User, role: Role) -> None:
    conversation = make.conversation()

    assert post(client, conversation, "assignment/", assignee=make.user(role=role).pk).status_code == 422

    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_nobody_is_chosen_by_saying_nothing(client: Client, olga: User) -> None:
    conversation = make.conversation()
    conversation.assign(to=olga, by=olga)

    assert post(client, conversation, "assignment/").status_code == 422

    conversation.refresh_from_db()
    assert conversation.assignee == olga


def test_those_who_are_here_are_listed_first(client: Client, olga: User) -> None:
    igor = make.agent("igor")
    make.agent("boris")
    igor.touch(timezone.now())
    conversation = make.conversation()

    text = client.get(f"/conversations/{conversation.pk}/assignees/").content.decode()

    assert text.index("Igor") < text.index("Boris")
    assert 'data-state="here"' in text


def test_people_are_found_by_a_piece_of_their_name(client: Client, olga: User) -> None:
    make.agent("igor belov")
    address = f"/conversations/{make.conversation().pk}/assignees/"

    text = client.get(f"{address}?q=BEL", headers=HTMX).content.decode()

    assert "Igor Belov" in text
    assert "Olga" not in text
    assert "<input" not in text.replace('<input type="hidden"', "")
    assert "Nobody has such a name" in client.get(f"{address}?q=zzz").content.decode()


def test_a_tag_is_made_at_first_use_and_found_in_any_case(client: Client, olga: User) -> None:
    conversation = make.conversation()

    post(client, conversation, "tags/", name="  Late   delivery ")
    answer = post(client, conversation, "tags/", name="LATE DELIVERY")

    assert [tag.name for tag in Tag.objects.all()] == ["Late delivery"]
    undo(client, answer)
    assert not conversation.tags.exists()


def test_taking_a_tag_off_can_be_taken_back(client: Client, olga: User) -> None:
    conversation, tag = make.conversation(), make.tag("Refund & return")
    conversation.tag(tag, by=olga)

    answer = client.delete(f"/conversations/{conversation.pk}/tags/{tag.pk}/", headers=HTMX)
    assert not conversation.tags.exists()
    undo(client, answer)

    assert list(conversation.tags.all()) == [tag]


def test_an_empty_tag_is_refused(client: Client, olga: User) -> None:
    assert post(client, make.conversation(), "tags/", name="  ").status_code == 422


def test_the_menu_of_tags_offers_those_put_on_first_and_a_new_one_last(client: Client, olga: User) -> None:
    conversation = make.conversation()
    make.tag("Care")
    conversation.tag(make.tag("Refund"), by=olga)
    address = f"/conversations/{conversation.pk}/tags/"

    text = client.get(address).content.decode()
    found = client.get(f"{address}?q=ref", headers={**HTMX, "HX-Target": "tags-found"}).content.decode()

    assert text.index("Refund") < text.index("Care")
    # Enter takes the first.
    assert 0 < found.index('value="Refund"') < found.index("New tag “ref”")
    assert "Care" not in found
    assert "New tag" not in client.get(f"{address}?q=REFUND").content.decode()


def test_without_scripts_one_is_led_back_to_the_conversation(client: Client, olga: User) -> None:
    conversation = make.conversation()

    answer = client.post(f"/conversations/{conversation.pk}/resolution/")

    assert answer.headers["Location"] == f"/conversations/{conversation.pk}/"
    [message] = get_messages(answer.wsgi_request)
    assert (str(message), message.extra_tags) == ("Resolved", f"/conversations/{conversation.pk}/resolution/?undo")
    refused = client.post(f"/conversations/{conversation.pk}/snooze/", {"at": "2020-01-01T10:00"})
    assert refused.headers["Location"] == f"/conversations/{conversation.pk}/"


@pytest.mark.parametrize("what", WRITING)
def test_who_only_looks_changes_nothing(client: Client, what: str) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.OBSERVER))

    assert client.post(f"/conversations/{conversation.pk}/{what}/", {"until": "tomorrow"}).status_code == 403

    assert Conversation.objects.get().version == conversation.version


@pytest.mark.parametrize("what", ["news", "earlier"])
def test_outside_experts_find_nothing(client: Client, what: str) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.EXPERT))

    assert client.get(f"/conversations/{conversation.pk}/{what}/").status_code == 404


@pytest.mark.parametrize("menu", ["tags", "assignees"])
def test_a_sign_that_cannot_be_stored_finds_nothing(client: Client, olga: User, menu: str) -> None:
    conversation = make.conversation()

    assert client.get(f"/conversations/{conversation.pk}/{menu}/?q=%00", headers=HTMX).status_code == 200


def test_with_a_team_too_it_is_given_to_nobody_who_does_not_see_it(client: Client, olga: User) -> None:
    conversation, stranger = make.conversation(), make.agent("boris")
    care = make.team("Care", olga)
    conversation.inbox.open_for([care], by=make.admin())

    answer = post(client, conversation, "assignment/", team=care.pk, assignee=stranger.pk)

    conversation.refresh_from_db()
    assert "Boris does not see this inbox." in answer.content.decode()
    assert (conversation.team, conversation.assignee) == (None, None)

"""Sending off, taking back and changing at their addresses, with scripts and without."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Draft, PendingReply
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """Somebody who can take back what they have sent, signed in."""
    made = make.agent("olga")
    made.change_ways(undo_seconds=10)
    client.force_login(made)
    return made


def send(client: Client, conversation: Conversation, **given: str) -> str:
    fields = {"mode": "reply", "text": "We come.", "seen": str(conversation.messages.get().pk), **given}
    answer = client.post(f"{conversation.get_absolute_url()}messages/", fields, headers=HTMX)
    assert answer.status_code in (200, 422)
    return answer.content.decode()


def at(client: Client, row: PendingReply, what: str, **given: str) -> tuple[int, str]:
    place = f"{row.conversation.get_absolute_url()}pending/{row.pk}/{what}"
    shown = HTMX | {"HX-Current-URL": f"http://testserver{row.conversation.get_absolute_url()}"}
    answer = client.post(place, given, headers=shown)
    return answer.status_code, answer.content.decode()


def test_what_is_sent_is_shown_at_once_with_a_way_back(client: Client, olga: User) -> None:
    conversation = make.conversation()

    page = send(client, conversation)

    row = PendingReply.objects.get()
    assert f"pending/{row.pk}/return/" in page
    assert ">in a moment<" in page
    assert ">in a moment<" in client.get(conversation.get_absolute_url()).content.decode()


def test_taken_back_the_text_stands_in_the_editor(client: Client, olga: User) -> None:
    conversation = make.conversation()
    send(client, conversation)

    status, page = at(client, PendingReply.objects.get(), "return/", text="And this")

    assert status == 200
    assert f'id="compose-reply-{conversation.pk}" hx-swap-oob="true"' in page
    assert "We come.\n\nAnd this</textarea>" in page


def test_from_elsewhere_taking_back_leads_to_the_text(client: Client, olga: User) -> None:
    conversation = make.conversation()
    send(client, conversation, then="resolve")
    row = PendingReply.objects.get()

    answer = client.post(f"{conversation.get_absolute_url()}pending/{row.pk}/return/", headers=HTMX)

    assert answer["HX-Redirect"] == conversation.get_absolute_url()
    assert Draft.objects.get().text == "We come."


def test_without_scripts_it_can_be_taken_back_too(client: Client, olga: User) -> None:
    conversation = make.conversation()
    client.post(f"{conversation.get_absolute_url()}messages/", {"mode": "reply", "text": "We come."})
    row = PendingReply.objects.get()

    answer = client.post(f"{conversation.get_absolute_url()}pending/{row.pk}/return/", follow=True)

    assert "We come.</textarea>" in answer.content.decode()


def test_too_late_is_said_in_words(client: Client, olga: User) -> None:
    row = make.pending_reply(olga)
    PendingReply.objects.all().delete()

    for what in ("return/", "sending/", ""):
        status, page = at(client, row, what, text="x", at="2035-01-01T09:00")
        assert (status, "It has left already" in page) == (422, True)


def test_nobody_takes_back_what_others_have_just_sent(client: Client, olga: User) -> None:
    boris, conversation = make.agent("boris"), make.conversation()
    send(client, conversation)
    client.force_login(boris)

    status, _page = at(client, PendingReply.objects.get(), "return/")

    assert status == 422
    assert PendingReply.objects.exists()


def test_a_colleague_is_told_that_an_answer_is_leaving(client: Client, olga: User) -> None:
    conversation = make.conversation()
    send(client, conversation)
    client.force_login(make.agent("boris"))

    page = send(client, conversation, text="Mine")

    assert "Olga is answering: it leaves in a moment" in page
    send(client, conversation, text="Mine", seen_pending=str(PendingReply.objects.get().pk))
    assert conversation.messages.filter(direction="out").get().text == "Mine"


def test_a_moment_can_be_chosen_and_changed(client: Client, olga: User) -> None:
    conversation = make.conversation()
    assert "It goes out at its moment" in send(client, conversation, then="later tomorrow")
    row = PendingReply.objects.get()
    assert row.is_scheduled

    status, _page = at(client, row, "", text="On **Monday**.", at="2035-01-01T09:00")

    row.refresh_from_db()
    assert (status, row.text, row.due_at.year) == (200, "On **Monday**.", 2035)
    assert "<strong>Monday</strong>" in client.get(conversation.get_absolute_url()).content.decode()
    assert at(client, row, "", text="x", at="2001-01-01T09:00")[0] == 422
    assert at(client, row, "", text="x", at="some day")[0] == 422


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("later", "Choose a moment."),
        ("later at", "Choose a moment."),
        ("dance", "Choose a moment."),
    ],
)
def test_a_moment_that_makes_no_sense_is_refused(client: Client, olga: User, then: str, said: str) -> None:
    conversation = make.conversation()

    page = send(client, conversation, then=then)

    assert said in page
    assert not PendingReply.objects.exists()


def test_a_moment_that_has_passed_or_never_comes_is_refused(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert "This moment has passed" in send(client, conversation, then="later at", at="2001-01-01T09:00")
    assert "within ten years" in send(client, conversation, then="later at", at="2999-01-01T09:00")


def test_send_now_leaves_at_once(client: Client, olga: User) -> None:
    row = make.pending_reply(olga)

    status, _page = at(client, row, "sending/")

    assert status == 200
    assert row.conversation.messages.filter(direction="out").exists()


def test_sent_and_snoozed_without_taking_back(client: Client) -> None:
    client.force_login(make.agent())
    conversation = make.conversation()

    assert "Sent and snoozed" in send(client, conversation, then="snooze tomorrow")

    conversation.refresh_from_db()
    assert conversation.snoozed_until is not None


def test_a_lead_gives_a_planned_answer_back_to_its_author(client: Client) -> None:
    row, lead = make.pending_reply(make.agent("boris")), make.lead()
    client.force_login(lead)

    answer = client.post(f"{row.conversation.get_absolute_url()}pending/{row.pk}/return/", headers=HTMX)

    assert "Taken back" in answer.content.decode()
    assert Draft.objects.get().user == row.author


def test_the_list_says_when_answers_leave_and_which_are_held(client: Client, olga: User) -> None:
    row = make.pending_reply(olga, at=timezone.now() + timedelta(hours=1))

    assert "Answer goes out" in client.get("/?view=scheduled").content.decode()
    PendingReply.objects.filter(pk=row.pk).update(held="newer")
    assert "Answer held back" in client.get("/?view=scheduled").content.decode()


def test_the_time_to_take_back_is_chosen_on_the_profile(client: Client, olga: User) -> None:
    client.post("/profile/", {"name": "Olga", "undo_seconds": "60"})

    olga.refresh_from_db()
    assert olga.undo_seconds == 60

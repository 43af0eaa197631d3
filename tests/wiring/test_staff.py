"""A colleague who leaves: signed out at once, their open work back with the team, their name kept everywhere."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts import inviting
from samovar.accounts.leaving import Work, work_of
from samovar.accounts.models import User
from samovar.channels import staff_letters
from samovar.channels.models import StaffLetter
from samovar.conversations import handing_back
from samovar.conversations.deriving import differences
from samovar.conversations.models import Conversation, LeftBehind, Promise
from samovar.events.models import Event
from samovar.jobs.running import run_short
from tests import make
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db(transaction=True)


def _settle() -> None:
    """Let everything happen that follows by itself."""
    run_later_reactions()
    while run_short():
        pass


def _held_by(user: User, count: int = 1) -> list[Conversation]:
    found = [make.conversation(sender=make.sender(f"customer{n}@mail.example")) for n in range(count)]
    for conversation in found:
        conversation.assign(to=user, by=user)
    return found


def test_what_is_given_to_somebody_who_leaves_at_that_moment_does_not_stay_with_them() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    conversation = make.conversation()
    olga.deactivate(by=anna)
    _settle()

    # Whoever chose them had seen them active.
    conversation.assign(to=olga, by=anna)
    _settle()

    conversation.refresh_from_db()
    assert conversation.assignee is None
    assert not list(differences([conversation.pk]))


def test_what_they_answered_for_goes_back_and_each_history_says_so() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    plain, snoozed, settled = _held_by(olga, 3)
    snoozed.snooze(timezone.now() + timedelta(days=2), by=olga)
    settled.resolve(by=olga)

    olga.deactivate(by=anna)
    _settle()

    for conversation in (plain, snoozed):
        conversation.refresh_from_db()
        assert conversation.assignee is None
        event = Event.objects.filter(conversation_id=conversation.pk).latest("pk")
        assert event.line == "Back with the team: Olga no longer signs in"
        assert event.actor_id == anna.pk
        assert not list(differences([conversation.pk]))
    settled.refresh_from_db()
    snoozed.refresh_from_db()
    assert settled.assignee == olga
    assert snoozed.snoozed_until is not None
    assert set(Conversation.objects.all().unassigned()) == {plain}


def test_many_go_back_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_back, "AT_ONCE", 2)
    anna, olga = make.admin("anna"), make.agent("olga")
    _held_by(olga, 5)

    olga.deactivate(by=anna)
    _settle()

    assert work_of(olga.pk) == Work(held=0, left=5)


def test_who_returns_gets_back_what_nobody_has_taken_or_settled() -> None:
    anna, olga, igor = make.admin("anna"), make.agent("olga"), make.agent("igor")
    left, taken, settled = _held_by(olga, 3)
    olga.deactivate(by=anna)
    _settle()
    taken.assign(to=igor, by=igor)
    settled.resolve(by=igor)

    olga.reactivate(by=anna)
    _settle()

    for conversation, assignee in ((left, olga), (taken, igor), (settled, None)):
        conversation.refresh_from_db()
        assert conversation.assignee == assignee
    assert not LeftBehind.objects.exists()


def test_leaving_that_was_undone_at_once_takes_nothing_away() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    [conversation] = _held_by(olga)

    olga.deactivate(by=anna)
    olga.reactivate(by=anna)
    _settle()

    conversation.refresh_from_db()
    assert conversation.assignee == olga


def test_a_settled_matter_that_comes_up_again_comes_before_the_team() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    [conversation] = _held_by(olga)
    conversation.resolve(by=olga)
    olga.deactivate(by=anna)
    _settle()

    conversation.reopen(by=anna)
    _settle()

    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_sessions_end_at_once_and_stay_ended_when_the_account_is_switched_on_again() -> None:
    anna, olga, client = make.admin("anna"), make.agent("olga"), Client()
    client.force_login(olga)
    assert client.get("/profile/").status_code == 200

    olga.deactivate(by=anna)
    assert client.get("/profile/").status_code == 302
    olga.reactivate(by=anna)

    assert client.get("/profile/").status_code == 302


def test_what_they_wrote_keeps_their_name_and_whom_they_invited_waits_for_somebody_else(client: Client) -> None:
    anna, olga = make.admin("anna"), make.admin("olga")
    conversation = make.conversation()
    conversation.reply("We send you a new one.", by=olga)
    link = make.invited("ivan@aurora.example", by=olga).link

    olga.deactivate(by=anna)
    _settle()

    client.force_login(anna)
    assert "Olga" in client.get(conversation.get_absolute_url()).content.decode()
    assert "by Olga" in client.get("/people/").content.decode()
    assert Client().get(link.partition("8000")[2]).status_code == 410


def test_the_page_says_before_and_after_how_much_goes_back(client: Client) -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    _held_by(olga, 2)
    client.force_login(anna)
    address = reverse("person", args=[olga.pk])
    assert "2 open conversations that they answer for go back" in client.get(address).content.decode()

    page = client.post(reverse("deactivation", args=[olga.pk]), follow=True).content.decode()

    assert "Olga can no longer sign in. 2 conversations go back" in page
    assert "2 conversations are still on their way back" in client.get(address).content.decode()
    _settle()
    assert "2 conversations that they left have been taken by nobody yet" in client.get(address).content.decode()


def test_an_invitation_whose_letter_was_not_delivered_says_so_until_there_is_a_newer_one(client: Client) -> None:
    anna = make.admin("anna")
    make.mailbox()
    invitation = make.invited("help@aurora.example", by=anna).invitation
    staff_letters.send(StaffLetter.objects.get().pk)
    _settle()

    client.force_login(anna)
    assert "This is the address of an inbox here" in client.get("/people/").content.decode()

    inviting.invite_again(invitation, by=anna)
    _settle()
    assert "This is the address of an inbox here" not in client.get("/people/").content.decode()


def test_promises_of_a_leaver_are_nobodys_until_they_come_back_unless_somebody_took_them() -> None:
    anna, olga, igor = make.admin("anna"), make.agent("olga"), make.agent("igor")
    kept, taken, waits = (make.promise(olga) for _ in range(3))
    kept.keep(by=olga)
    olga.deactivate(by=anna)
    _settle()
    # Whoever chose them had seen them active.
    late = make.promise(igor)
    late.hand_over(olga, by=igor)
    _settle()
    assert set(Promise.objects.filter(owner=None)) == {taken, waits, late}
    taken.hand_over(igor, by=igor)

    olga.reactivate(by=anna)
    _settle()

    assert set(Promise.objects.filter(owner=olga)) == {kept, waits, late}
    assert Promise.objects.get(pk=taken.pk).owner == igor

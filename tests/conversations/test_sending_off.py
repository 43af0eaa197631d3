"""What was sent off can be taken back, waits for its moment, and leaves once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.channels.models import Delivery
from samovar.conversations import drafting, releasing, sending_off
from samovar.conversations.chips import Chip
from samovar.conversations.drafting import Typed
from samovar.conversations.errors import AnswerOnItsWay, EmptyMessage, LeavesInThePast, LeftAlready, NobodyToSendTo
from samovar.conversations.jobs import hold_of_leaver, release_due
from samovar.conversations.models import Attachment, Conversation, ConversationRedirect, Draft, Message, PendingReply
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.pending import Held
from samovar.conversations.recipients import Field, Person
from samovar.conversations.sending_off import Change, Leaving, send_off
from samovar.conversations.tidying import throw_away_files
from samovar.events.models import Event
from samovar.jobs.models import Task
from tests import make

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def careful(name: str = "olga") -> User:
    olga = make.agent(name)
    olga.change_ways(undo_seconds=10)
    return olga


def typed(text: str = "We come on **Friday**.", **given: object) -> Typed:
    return Typed(**{"mode": "reply", "text": text, **given})  # type: ignore[arg-type]  # each has its own type


def planned(by: User, conversation: Conversation | None = None, **given: object) -> PendingReply:
    found = conversation or make.conversation()
    newest = found.messages.order_by("-pk").first()
    assert newest is not None
    leaving = Leaving(at=timezone.now() + TOMORROW, **given)  # type: ignore[arg-type]  # each has its own type
    return send_off(found, typed(seen_id=newest.pk), by, leaving)


def let_time_pass(row: PendingReply) -> None:
    PendingReply.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def come_due(row: PendingReply) -> PendingReply | None:
    let_time_pass(row)
    releasing.release(row.pk)
    return PendingReply.objects.filter(pk=row.pk).first()


def came_in(conversation: Conversation) -> None:
    """Let the customer write again."""
    make.received("Never mind", named_ids=(conversation.messages.get().external_id,))


def answers(conversation: Conversation) -> list[str]:
    return list(conversation.messages.filter(direction="out").values_list("text", flat=True))


def test_nothing_leaves_and_nothing_changes_while_it_can_be_taken_back() -> None:
    conversation, olga = make.conversation(), careful()
    events = Event.objects.count()

    row = send_off(conversation, typed(is_last_word=True), olga, Leaving())
    releasing.release(row.pk)

    conversation.refresh_from_db()
    assert answers(conversation) == []
    assert conversation.waiting_since is not None
    assert (conversation.first_response_at, conversation.resolved_at) == (None, None)
    assert Event.objects.count() == events
    assert not Delivery.objects.exists()
    assert Task.objects.get(job="samovar.conversations.jobs.release_reply").run_at == row.due_at


def test_it_leaves_by_itself_and_once() -> None:
    conversation, olga = make.conversation(), careful()
    row = send_off(conversation, typed(is_last_word=True), olga, Leaving())
    let_time_pass(row)

    releasing.release(row.pk)
    releasing.release(row.pk)

    conversation.refresh_from_db()
    assert answers(conversation) == ["We come on **Friday**."]
    assert conversation.resolved_at is not None
    assert conversation.first_response_at is not None
    assert Delivery.objects.count() == 1


def test_a_task_that_was_lost_is_taken_up_by_the_sweep() -> None:
    row = send_off(make.conversation(), typed(), careful(), Leaving())
    let_time_pass(row)
    Task.objects.filter(job__endswith="release_reply").delete()

    release_due()

    assert Task.objects.filter(job__endswith="release_reply", args=[row.pk]).count() == 1


def test_taking_back_brings_text_people_and_files_into_the_draft() -> None:
    conversation, olga = make.conversation(), careful()
    file = drafting.attach(conversation, "reply", ("plan.pdf", "application/pdf", b"%PDF"), by=olga)
    bob = Chip(Field.CC, Person("Bob", "bob@mail.example"))
    row = send_off(conversation, typed(files=[file], chips=[bob], seen_id=2**40), olga, Leaving())
    assert not Draft.objects.exists()

    sending_off.take_back(row.pk, by=olga)

    draft = Draft.objects.get(conversation=conversation, user=olga, mode="reply")
    assert draft.text == "We come on **Friday**."
    assert draft.chips == [["cc", "Bob", "bob@mail.example", True, 2**40]]
    assert list(draft.files.all()) == [file]
    assert not PendingReply.objects.exists()
    assert not Event.objects.filter(kind__startswith="Reply").exists()


def test_what_was_typed_since_stands_below_what_is_taken_back() -> None:
    conversation, olga = make.conversation(), careful()
    row = send_off(conversation, typed("First"), olga, Leaving())
    drafting.keep(conversation, "reply", "Second", by=olga)

    sending_off.take_back(row.pk, by=olga)

    assert Draft.objects.get(user=olga).text == "First\n\nSecond"


def test_a_slow_browser_makes_no_draft_of_what_was_sent_off() -> None:
    conversation, olga = make.conversation(), careful()
    send_off(conversation, typed("First"), olga, Leaving())

    drafting.keep(conversation, "reply", "First", by=olga)
    drafting.keep_chips(conversation, [], 0, by=olga)

    assert not Draft.objects.exists()


def test_what_has_left_cannot_be_taken_back_or_changed() -> None:
    olga = careful()
    row = send_off(make.conversation(), typed(), olga, Leaving())
    assert come_due(row) is None

    with pytest.raises(LeftAlready):
        sending_off.take_back(row.pk, by=olga)
    with pytest.raises(LeftAlready):
        sending_off.send_now(row.pk)


def test_a_message_that_came_meanwhile_does_not_hold_what_was_just_sent() -> None:
    conversation = make.conversation()
    row = send_off(conversation, typed(seen_id=conversation.messages.get().pk), careful(), Leaving())
    came_in(conversation)

    assert come_due(row) is None
    assert answers(conversation)


def test_files_that_wait_are_not_thrown_away_and_cannot_be_sent_twice() -> None:
    conversation, olga = make.conversation(), careful()
    file = drafting.attach(conversation, "reply", ("plan.pdf", "application/pdf", b"%PDF"), by=olga)
    send_off(conversation, typed(files=[file]), olga, Leaving())

    throw_away_files(timezone.now() + TOMORROW, 10)

    assert Attachment.objects.filter(pk=file.pk).exists()
    assert not Attachment.objects.filter(drafting.own_files(olga)).exists()


def test_an_answer_of_a_colleague_on_its_way_is_shown_first() -> None:
    conversation, olga, boris = make.conversation(), careful(), careful("boris")
    row = send_off(conversation, typed(), olga, Leaving())

    with pytest.raises(AnswerOnItsWay) as caught:
        send_off(conversation, typed("Mine"), boris, Leaving())

    assert caught.value.pending_id == row.pk
    send_off(conversation, typed("Mine"), boris, Leaving(seen_pending=row.pk))
    assert PendingReply.objects.count() == 2


def test_what_would_be_refused_at_once_is_refused_now() -> None:
    conversation, olga = make.conversation(), careful()
    off = Chip(Field.TO, Person("Bob", "bob@mail.example"), is_on=False)

    with pytest.raises(EmptyMessage):
        send_off(conversation, typed("  "), olga, Leaving())
    with pytest.raises(NobodyToSendTo):
        send_off(conversation, typed(chips=[off]), olga, Leaving())
    with pytest.raises(LeavesInThePast):
        send_off(conversation, typed(), olga, Leaving(at=timezone.now() - TOMORROW))


def test_a_planned_answer_leaves_at_its_moment_and_the_conversation_waits_until_then() -> None:
    conversation, olga = make.conversation(), careful()
    row = planned(olga, conversation)
    conversation.refresh_from_db()
    assert conversation.waiting_since is not None

    assert come_due(row) is None

    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    [said] = conversation.messages.filter(direction="out")
    assert said.created_at > row.created_at


@pytest.mark.parametrize("who", ["customer", "colleague"])
def test_a_planned_answer_is_held_when_somebody_wrote_meanwhile(who: str) -> None:
    conversation, olga = make.conversation(), careful()
    row = planned(olga, conversation)
    if who == "customer":
        came_in(conversation)
    else:
        conversation.reply("I take this", by=make.agent("boris"))
    before = len(answers(conversation))

    held = come_due(row)

    assert held is not None
    assert held.held == Held.NEWER
    assert held.why_held == "Somebody wrote meanwhile."
    assert len(answers(conversation)) == before
    event = Event.objects.get(kind="ScheduledHeld")
    assert (event.data["author_id"], event.data["held"]) == (olga.pk, "newer")


def test_own_words_and_notes_hold_nothing() -> None:
    conversation, olga = make.conversation(), careful()
    row = planned(olga, conversation)
    conversation.reply("One more thing", by=olga)
    conversation.add_note("Ask the store", by=make.agent("boris"))

    assert come_due(row) is None


def test_what_shall_go_anyway_goes() -> None:
    conversation = make.conversation()
    row = planned(careful(), conversation, is_sure=True)
    came_in(conversation)

    assert come_due(row) is None


def test_what_is_held_goes_when_somebody_says_so() -> None:
    conversation = make.conversation()
    row = planned(careful(), conversation)
    came_in(conversation)
    assert come_due(row) is not None

    sending_off.send_now(row.pk)

    assert answers(conversation) == ["We come on **Friday**."]


def test_a_planned_answer_can_be_changed_and_what_held_it_does_so_no_more() -> None:
    conversation, olga = make.conversation(), careful()
    row = planned(olga, conversation)
    came_in(conversation)
    come_due(row)

    newest = conversation.messages.latest("pk").pk
    wanted = Change(text="We come on Monday.", at=timezone.now() + TOMORROW, seen_id=newest)
    sending_off.change(row.pk, wanted, by=olga)

    changed = PendingReply.objects.get(pk=row.pk)
    assert (changed.text, changed.held) == ("We come on Monday.", "")
    assert come_due(row) is None
    with pytest.raises(LeftAlready):
        sending_off.change(row.pk, Change(text="Too late", at=timezone.now() + TOMORROW), by=olga)


def test_a_change_to_nothing_or_to_the_past_is_refused() -> None:
    olga = careful()
    row = planned(olga)

    with pytest.raises(EmptyMessage):
        sending_off.change(row.pk, Change(text=" ", at=timezone.now() + TOMORROW), by=olga)
    with pytest.raises(LeavesInThePast):
        sending_off.change(row.pk, Change(text="Now", at=timezone.now() - TOMORROW), by=olga)


def test_what_a_leaver_had_planned_is_held_and_anybody_takes_it() -> None:
    olga, boris = careful(), make.agent("boris")
    row, other = planned(olga), planned(boris)
    olga.deactivate(by=make.admin())

    hold_of_leaver(olga.pk)
    hold_of_leaver(olga.pk)

    row.refresh_from_db()
    assert row.held == Held.LEFT
    other.refresh_from_db()
    assert other.held == ""
    assert row in PendingReply.objects.all().handled_by(boris)
    sending_off.take_back(row.pk, by=boris)
    assert Draft.objects.get(conversation=row.conversation).user_id == boris.pk


def test_what_a_leaver_had_planned_never_leaves_even_before_it_is_held() -> None:
    olga = careful()
    row = planned(olga)
    olga.deactivate(by=make.admin())

    held = come_due(row)

    assert held is not None
    assert held.held == Held.LEFT


@pytest.mark.parametrize("what", ["deleted", "merged", "closed"])
def test_where_its_author_may_not_write_any_more_it_stays(what: str) -> None:
    conversation, olga = make.conversation(), careful()
    row = planned(olga, conversation)
    if what == "deleted":
        conversation.trash(DeletionReason.MISTAKE, by=olga)
    elif what == "merged":
        ConversationRedirect.objects.create(old_id=conversation.pk, conversation=make.conversation("Another"))
    else:
        conversation.inbox.open_for([make.team()], by=make.admin())

    held = come_due(row)

    assert held is not None
    assert held.held == Held.HIDDEN
    assert answers(conversation) == []


def test_nothing_leaves_to_somebody_who_was_erased() -> None:
    conversation = make.conversation()
    row = planned(careful(), conversation)
    type(conversation.customer).objects.filter(pk=conversation.customer_id).update(erased_at=timezone.now())

    assert come_due(row) is None
    assert answers(conversation) == []


def test_where_nobody_is_left_to_whom_it_could_go_it_is_held() -> None:
    conversation, olga = make.conversation(), careful()
    bob = Chip(Field.TO, Person("Bob", "bob@mail.example"))
    row = send_off(conversation, typed(chips=[bob]), olga, Leaving())
    PendingReply.objects.filter(pk=row.pk).update(chips=[])

    held = come_due(row)

    assert held is not None
    assert held.held == Held.REFUSED


def test_sending_and_snoozing_puts_it_off_when_it_has_left() -> None:
    conversation, until = make.conversation(), timezone.now() + TOMORROW
    row = send_off(conversation, typed(snooze_until=until), careful(), Leaving())
    conversation.refresh_from_db()
    assert conversation.snoozed_until is None

    come_due(row)

    conversation.refresh_from_db()
    assert conversation.snoozed_until == until


def test_while_an_answer_leaves_nobody_is_asked_to_give_one() -> None:
    conversation, olga = make.conversation(), careful()
    row = send_off(conversation, typed(), olga, Leaving())
    assert conversation not in Conversation.objects.all().needs_reply()

    sending_off.take_back(row.pk, by=olga)

    assert conversation in Conversation.objects.all().needs_reply()


def test_the_list_of_planned_answers_holds_ones_own_and_all_for_who_leads() -> None:
    olga, row = careful(), planned(careful("boris"))
    everything = Conversation.objects.all()

    assert row.conversation not in everything.scheduled(olga)
    assert row.conversation in everything.scheduled(row.author)
    assert row.conversation in everything.scheduled(make.user(role=Role.LEAD))


def test_a_reply_of_ones_own_that_waits_seconds_is_nobody_elses() -> None:
    row = send_off(make.conversation(), typed(), careful(), Leaving())

    assert not PendingReply.objects.all().handled_by(make.lead()).exists()
    assert str(row) == f"reply by {row.author_id} in {row.conversation_id}"
    assert row.why_held == ""
    assert Message.objects.filter(direction="out").count() == 0

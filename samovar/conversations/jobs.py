"""Timed work on conversations."""

from datetime import timedelta

from samovar.conversations import bulk_runs, releasing, removing, retaining, withdrawing
from samovar.conversations.handing_back import give_back_some, hand_back_some
from samovar.conversations.models import Consultation, Conversation, PendingReply, Promise, Reminder, Submission
from samovar.conversations.models.submission import KEPT_FOR as SUBMISSIONS_KEPT_FOR
from samovar.conversations.tidying import throw_away_files
from samovar.jobs.queue import enqueue
from samovar.jobs.registry import job
from samovar.lib import clock

AT_ONCE = 100
FORGOTTEN_AT_ONCE, ROUNDS = 10_000, 10
# Whoever comes back from a week away still finds what they had uploaded.
KEPT_FOR = timedelta(days=7)


@job(every="1 minute")
def wake_snoozed() -> None:
    """Bring back into sight what was snoozed until now, all of it: most of it waits for nine o'clock."""
    due = Conversation.objects.all().due_to_wake(clock.now()).order_by("snoozed_until")
    while batch := list(due[:AT_ONCE]):
        for conversation in batch:
            conversation.wake_when_due()


@job(every="1 minute")
def remind() -> None:
    """Tell people of what they wanted to be reminded of now, each once."""
    for reminder in Reminder.objects.all().to_be_told(clock.now()).order_by("at", "pk"):
        reminder.tell_when_due()


@job
def release_reply(pending_id: int) -> None:
    """Let a reply leave whose moment has come."""
    releasing.release(pending_id)


@job(every="1 minute")
def release_due() -> None:
    """Let those leave whose task was lost; who is at one of them holds its row."""
    for pk in PendingReply.objects.due(clock.now()).values_list("pk", flat=True)[:AT_ONCE]:
        enqueue(release_reply, pk, key=f"reply {pk}")


@job
def hold_of_leaver(user_id: int) -> None:
    """Hold what somebody had planned who has left."""
    releasing.hold_of_leaver(user_id)


@job(every="1 minute")
def announce_due_promises() -> None:
    """Let those hear who keep what is due in 20 minutes, or late; broken off, it goes on with whom it has not told."""
    due = Promise.objects.all().to_announce(clock.now()).order_by("due_at")
    while batch := list(due[:AT_ONCE]):
        for promise in batch:
            promise.announce_when_due()


@job(every="1 minute")
def tell_of_late_experts() -> None:
    """Tell those who asked an expert that no answer came in time."""
    for consultation in Consultation.objects.all().late(clock.now()).order_by("due_at", "pk")[:AT_ONCE]:
        consultation.tell_when_late()


@job(every="1 hour")
def end_old_questions() -> None:
    """Let questions to experts be over that nobody will answer any more."""
    for consultation in Consultation.objects.all().over(clock.now()).order_by("asked_at", "pk")[:AT_ONCE]:
        consultation.lapse()


@job
def end_for_leaver(user_id: int) -> None:
    """Let the questions to an expert be over who has left."""
    for consultation in Consultation.objects.all().open().filter(expert=user_id).order_by("conversation", "pk"):
        consultation.lapse()


@job
def hand_back(leaver_id: int, by_id: int) -> None:
    """Let what a leaver answered for go back to the team, one batch after the other."""
    if hand_back_some(leaver_id, by_id):
        enqueue(hand_back, leaver_id, by_id)


@job
def give_back(user_id: int, by_id: int) -> None:
    """Give somebody who returned what nobody has taken, one batch after the other."""
    if give_back_some(user_id, by_id):
        enqueue(give_back, user_id, by_id)


@job(every="1 hour", lease="10 minutes")
def remove_deleted() -> None:
    """Empty for good what was deleted too long ago to be brought back."""
    for conversation_id in removing.due():
        removing.remove(conversation_id)


@job(every="1 hour", lease="30 minutes")
def apply_retention() -> None:
    """Remove a portion of what was settled long enough ago, where somebody has decided so."""
    retaining.apply_all()


@job(every="1 hour", lease="10 minutes")
def tidy_files() -> None:
    """Throw away what was uploaded and never sent, and forget what was sent long ago."""
    Submission.objects.filter(at__lt=clock.now() - SUBMISSIONS_KEPT_FOR).delete()
    while throw_away_files(clock.now() - KEPT_FOR, AT_ONCE):
        pass


@job(every="1 minute")
def let_go_of_notes() -> None:
    """Forget for good what notes said that were deleted ten minutes ago."""
    while withdrawing.let_go(AT_ONCE):
        pass


@job
def run_bulk(run_id: int) -> None:
    """Do to some of many conversations what somebody wants done to all of them, one batch after the other."""
    if bulk_runs.advance(run_id):
        enqueue(run_bulk, run_id)


@job(every="1 minute")
def pick_up_bulk_runs() -> None:
    """Go on with what somebody has left in the middle who died."""
    for run_id in bulk_runs.left_behind():
        enqueue(run_bulk, run_id, key=f"bulk {run_id}")


@job(every="1 hour")
def forget_bulk_runs() -> None:
    """Forget some of what was done to many conversations a month ago; the next hour goes on."""
    for _round in range(ROUNDS):
        if not bulk_runs.forget_some(FORGOTTEN_AT_ONCE):
            return

"""What follows when members of staff come and go."""

from samovar.accounts.events import StaffLeft, StaffReturned
from samovar.accounts.models import Action, AuditEntry, Invitation, User
from samovar.channels.events import StaffLetterFailed
from samovar.conversations import handing_back
from samovar.conversations.events import ConversationAssigned, ConversationReopened, PromiseHandedOver, PromiseMade
from samovar.conversations.jobs import end_for_leaver, give_back, hand_back, hold_of_leaver
from samovar.jobs.queue import enqueue


def hand_work_back(event: StaffLeft) -> None:
    """Let what somebody answered for go back to the team."""
    enqueue(hand_back, event.user_id, event.actor_id or 0)
    enqueue(hold_of_leaver, event.user_id)


def end_questions(event: StaffLeft) -> None:
    """Let the questions be over that somebody was asked as an expert who has left; whoever asked hears of it."""
    enqueue(end_for_leaver, event.user_id)


def give_work_back(event: StaffReturned) -> None:
    """Give somebody back what nobody has taken since they left."""
    enqueue(give_back, event.user_id, event.actor_id or event.user_id)


def find_somebody_else(event: ConversationReopened) -> None:
    """Bring a matter before the team that came up again when whoever knew it had left."""
    handing_back.free_if_left(event.conversation_id)


def leave_nothing_with_leavers(event: ConversationAssigned) -> None:
    """Give back what somebody was given while their account was being switched off."""
    _give_back_from(event.assignee_id)


def leave_no_promise_with_leavers(event: PromiseMade | PromiseHandedOver) -> None:
    """Give back what somebody was to keep while their account was being switched off."""
    _give_back_from(event.owner_id)


def tell_of_lost_invitation(event: StaffLetterFailed) -> None:
    """Say beside an invitation that its letter was not delivered: its link can still be passed on."""
    Invitation.objects.all().note_undelivered(event.recipient, event.written_at, event.problem)


def _give_back_from(user_id: int | None) -> None:
    leaver = User.objects.filter(pk=user_id, is_active=False).first() if user_id else None
    if leaver is not None:
        # Whoever switched the account off is who gave it back, whichever of both came first.
        left = AuditEntry.objects.filter(subject_kind="user", subject_id=leaver.pk, action=Action.PERSON_DEACTIVATED)
        entry = left.order_by("-at").first()
        enqueue(hand_back, leaver.pk, (entry and entry.by_id) or 0)

"""Who reacts to what: the whole list of reactions, in the order in which they run."""

from samovar.accounts.events import DeviceTried, NoticesChanged, StaffLeft, StaffReturned
from samovar.channels.events import StaffLetterFailed
from samovar.conversations.events import (
    BulkRunEnded,
    ColleagueMentioned,
    ConfirmationWritten,
    ConversationAssigned,
    ConversationMerged,
    ConversationReopened,
    ExpertAnswered,
    ExpertAsked,
    ExpertDeclined,
    ExpertHandedBack,
    ExpertLapsed,
    ExpertLate,
    ExpertReopened,
    MessageFailed,
    MessageReceived,
    NoteAdded,
    NoteDeleted,
    PromiseDue,
    PromiseHandedOver,
    PromiseMade,
    ReminderDue,
    ReplyWritten,
    ScheduledHeld,
)
from samovar.events.effects import Effect, when
from samovar.wiring import devices, mail, notices, staff

EFFECTS: list[Effect] = [
    when(ReplyWritten, now=[mail.send_reply]),
    when(ConfirmationWritten, now=[mail.send_confirmation]),
    when(MessageReceived, later=[mail.note_what_came, mail.confirm]),
    when(StaffLeft, later=[staff.hand_work_back]),
    when(StaffLeft, later=[staff.end_questions]),
    when(StaffReturned, later=[staff.give_work_back]),
    when(StaffLetterFailed, later=[staff.tell_of_lost_invitation]),
    when(ConversationAssigned, later=[staff.leave_nothing_with_leavers]),
    when(PromiseMade, later=[staff.leave_no_promise_with_leavers]),
    when(PromiseHandedOver, later=[staff.leave_no_promise_with_leavers]),
    when(ConversationReopened, later=[staff.find_somebody_else]),
    # What people are told, one line each.
    when(ColleagueMentioned, later=[notices.tell_whom_a_note_names]),
    when(ConversationAssigned, later=[notices.tell_whom_it_is_given_to]),
    when(BulkRunEnded, later=[notices.tell_whom_many_are_given_to]),
    when(MessageReceived, later=[notices.tell_of_answer]),
    when(NoteAdded, later=[notices.tell_of_note]),
    when(ConversationMerged, later=[notices.follow_merge]),
    when(NoteDeleted, later=[notices.take_back_note]),
    when(MessageFailed, later=[notices.tell_of_loss]),
    when(ScheduledHeld, later=[notices.tell_of_held_answer]),
    when(PromiseDue, later=[notices.tell_of_promise]),
    when(ExpertAsked, later=[notices.tell_expert]),
    when(ExpertReopened, later=[notices.tell_expert]),
    when(ExpertAnswered, later=[notices.tell_of_advice]),
    when(ExpertHandedBack, later=[notices.tell_of_advice]),
    when(ExpertDeclined, later=[notices.tell_of_advice]),
    when(ExpertLate, later=[notices.tell_of_advice]),
    when(ExpertLapsed, later=[notices.tell_of_advice]),
    when(ReminderDue, later=[notices.tell_of_reminder]),
    # What their devices are told of it.
    when(NoticesChanged, later=[devices.tell]),
    when(DeviceTried, later=[devices.try_out]),
]

"""What can go wrong with a conversation."""


class SnoozeInThePast(ValueError):
    """The moment to snooze until has passed."""


class ReminderInThePast(ValueError):
    """The moment to be reminded at has passed."""


class EmptyMessage(ValueError):
    """There is neither text nor a file to send."""


class LeavesInThePast(ValueError):
    """The moment at which a reply shall leave has passed."""


class ReplyChanged(Exception):
    """Somebody else has changed a planned reply meanwhile, or written; the text says so, in the reader's language."""


class LeftAlready(Exception):
    """A reply cannot be taken back or changed any more: it has left."""


class AnswerOnItsWay(Exception):
    """A colleague has sent off an answer that has not left yet; whoever writes has not seen it.

    ``pending_id`` is theirs.
    """

    def __init__(self, pending_id: int) -> None:
        super().__init__(pending_id)
        self.pending_id = pending_id


class CustomerErased(ValueError):
    """The customer was erased: nothing can be written to them or about them any more."""


class NobodyToSendTo(ValueError):
    """Nobody was chosen to whom an answer shall go."""


class TagTaken(ValueError):
    """Another tag has this name, which is the text."""


class TagRetired(ValueError):
    """The tag, whose name is the text, is not in use any more."""


class CauseTaken(ValueError):
    """Another cause beside it has this name, which is the text."""


class CauseRetired(ValueError):
    """The cause, whose name is the text, is not in use any more."""


class CauseHasParts(ValueError):
    """What was asked for would break the two levels of causes; the text says so, in the reader's language."""


class AddressTaken(Exception):
    """Another inbox, whose name is the text, has this address."""


class GoneForGood(Exception):
    """What was deleted can no longer be brought back."""


class DeletedWithMain(Exception):
    """A side conversation cannot be brought back alone: the one that it is about is deleted."""


class NewerMessage(Exception):
    """Something was written while the answer was being typed; its author has not seen it.

    ``message_id`` is the newest message.
    """

    def __init__(self, message_id: int) -> None:
        super().__init__(message_id)
        self.message_id = message_id


class CannotBlock(ValueError):
    """Somebody cannot be blocked; the text says why, in the reader's language."""


class AskedAlready(ValueError):
    """The expert is asked in this conversation already; the text says what, in the reader's language."""


class QuestionOver(ValueError):
    """The expert cannot answer any more, or not so; the text says why, in the reader's language."""


class CannotRegroup(ValueError):
    """Conversations cannot be merged, split or put back; the text says why, in the reader's language."""


class MergedAway(Exception):
    """The conversation was merged into another one before this could be done with it; ``old_id`` is its number."""

    def __init__(self, old_id: int) -> None:
        super().__init__(old_id)
        self.old_id = old_id


class MacroChanged(Exception):
    """Somebody else has changed the macro meanwhile."""


class ViewChanged(Exception):
    """Somebody else has changed the saved view meanwhile."""


class TooManyViews(ValueError):
    """Nobody can have more saved views than the number that is the text."""


class MacroKeyTaken(ValueError):
    """Another macro, whose name is the text, is on this key."""


class CannotStep(ValueError):
    """A step of a macro cannot be done; the text says why, in the reader's language."""


class NotYourNote(Exception):
    """Somebody may not change or take back a note; the text says why, in the reader's language."""


class NoteChanged(Exception):
    """A note says something else by now than whoever edits it has seen."""


class CannotBulk(Exception):
    """A step cannot be done to one of many conversations; ``reason`` is one of BulkReason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

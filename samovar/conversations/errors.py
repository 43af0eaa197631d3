"""What can go wrong with a conversation."""


class SnoozeInThePast(ValueError):
    """The moment to snooze until has passed."""


class EmptyMessage(ValueError):
    """There is neither text nor a file to send."""


class NewerMessage(Exception):
    """Something was written while the answer was being typed; its author has not seen it.

    ``message_id`` is the newest message.
    """

    def __init__(self, message_id: int) -> None:
        super().__init__(message_id)
        self.message_id = message_id

"""What can go wrong with a channel, in words for the person who set it up."""

from typing import Self

from samovar.lib import sayings


class _Said(Exception):
    """An error that a person reads: an English text marked by ``gettext_noop``, and its values."""

    def __init__(self, text: str, **values: str | int) -> None:
        super().__init__(text)
        self.kept = sayings.kept(text, **values)

    def __str__(self) -> str:
        return sayings.told(self.kept)

    @classmethod
    def again(cls, kept: str) -> Self:
        """Return the error that was stored as ``kept``."""
        error = cls("")
        error.kept = kept
        return error


class ChannelTrouble(_Said):
    """The other side cannot be used now; the text says what happened. It will be tried again."""


class Unreached(ChannelTrouble):
    """No protected connection to the server came about."""


class NoFolder(ChannelTrouble):
    """The mailbox has no folder of this name."""


class SignInRefused(ChannelTrouble):
    """The server does not accept the user name or the password; trying again does not help until they change."""


class NotNow(ChannelTrouble):
    """The server works, but does not take this one message now."""


class Unclear(NotNow):
    """The connection broke after the message was handed over and before the answer: it may have been taken."""


class Refused(_Said):
    """The other side will never take this message; the text says why."""


class AddressInUse(Exception):
    """The message has gone to this address already."""


class RecipientRefused(Refused):
    """The server takes messages of ours, but none to this address; ``answer`` is all that it said."""

    answer: str = ""

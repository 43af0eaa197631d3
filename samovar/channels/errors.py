"""What can go wrong with a channel, in words for the person who set it up."""


class ChannelTrouble(Exception):
    """The other side could not be used now; the text says what happened. It will be tried again."""


class SignInRefused(ChannelTrouble):
    """The server does not accept the user name or the password; trying again does not help until they change."""


class Refused(Exception):
    """The other side will never take this message; the text says why."""

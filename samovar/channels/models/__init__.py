"""Mailboxes, what came from them as it came, and what is on its way out."""

from samovar.channels.models.account import ChannelAccount
from samovar.channels.models.automatic import AutomaticMail
from samovar.channels.models.delivery import Delivery
from samovar.channels.models.folder import MailFolder
from samovar.channels.models.heartbeat import Heartbeat
from samovar.channels.models.provider import SignInProvider
from samovar.channels.models.raw import KnownCopy, RawMail
from samovar.channels.models.sent_copy import SentCopy
from samovar.channels.models.staff_letter import StaffLetter
from samovar.channels.models.trial import Trial

__all__ = [
    "AutomaticMail",
    "ChannelAccount",
    "Delivery",
    "Heartbeat",
    "KnownCopy",
    "MailFolder",
    "RawMail",
    "SentCopy",
    "SignInProvider",
    "StaffLetter",
    "Trial",
]

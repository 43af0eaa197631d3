"""Mailboxes, what came from them as it came, and what is on its way out."""

from samovar.channels.models.account import ChannelAccount
from samovar.channels.models.delivery import Delivery
from samovar.channels.models.raw import RawMail

__all__ = ["ChannelAccount", "Delivery", "RawMail"]

"""What the channels announce."""

from dataclasses import dataclass
from datetime import datetime

from samovar.events.domain import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MailboxTroubled(DomainEvent):
    """A mailbox could not be read three times in a row; announced again every six hours while that lasts."""

    account_id: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class StaffLetterFailed(DomainEvent):
    """A letter to ``recipient``, written at ``written_at``, never leaves; ``problem`` says why (kept)."""

    recipient: str
    written_at: datetime
    problem: str

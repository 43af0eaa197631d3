"""Letters as a channel hands them over: with ids, addresses and what is known of the sender."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import UUID

from samovar.conversations.inbound import HUMAN, UNREADABLE, InboundFile, InboundMessage
from samovar.conversations.models import Inbox
from samovar.customers.recognition import Sender
from samovar.demo.letters import Letter
from samovar.demo.people import Person
from samovar.lib.text import tidy

VERDICTS, VERDICT_WEIGHTS = ("verified", "claimed", "failed"), (80, 18, 2)


def sender_of(person: Person, at: datetime) -> Sender:
    """Return who a letter of ``person`` comes from."""
    return Sender("email", person.email, person.name.full, at)


@dataclass
class Thread:
    """The letters of one conversation on their way to us; ``key`` makes their ids, the same in every run."""

    key: str
    inbox: Inbox
    subject: str
    verdict: str
    count: int = 0
    first_id: str = ""

    @classmethod
    def begun(cls, random: Random, key: str, inbox: Inbox, subject: str) -> "Thread":
        """Return a thread that holds nothing yet."""
        return cls(key, inbox, tidy(subject), random.choices(VERDICTS, VERDICT_WEIGHTS)[0])

    def mail(
        self, at: datetime, sender: Sender, letter: Letter, files: Sequence[InboundFile] = (), mail_class: str = HUMAN
    ) -> InboundMessage:
        """Return the next letter."""
        external_id = f"{self.key}.{self.count}@{sender.shown.rpartition('@')[2]}"
        named = (self.first_id,) if self.first_id else ()
        self.count += 1
        self.first_id = self.first_id or external_id
        return InboundMessage(
            inbox_id=self.inbox.pk,
            external_id=external_id,
            fingerprint=_fingerprint(letter.text),
            at=at,
            sent_at=at - timedelta(seconds=4),
            sender=sender,
            subject=f"Re: {self.subject}" if named else self.subject,
            subject_key=self.subject.lower(),
            text=letter.text,
            hidden=letter.hidden,
            html=letter.html,
            recipients={"to": [[self.inbox.sender_name, self.inbox.address]]},
            verdict=self.verdict,
            mail_class=mail_class,
            named_ids=named,
            files=tuple(files),
        )


def unreadable(key: str, inbox: Inbox, at: datetime) -> InboundMessage:
    """Return a letter of which nothing could be understood but its sender."""
    sender = Sender("email", "scanner@office.example", "", at)
    thread = Thread(key, inbox, "", "claimed")
    return thread.mail(at, sender, Letter(""), mail_class=UNREADABLE)


def _fingerprint(text: str) -> UUID:
    return UUID(bytes=sha256(text.encode()).digest()[:16])

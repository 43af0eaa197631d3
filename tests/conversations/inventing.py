"""Invents stories that use every act, with all that is odd about them, for comparing two ways of telling."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from samovar.accounts.models import User
from samovar.conversations import stories
from samovar.conversations.inbound import UNREADABLE, InboundFile
from samovar.conversations.models import Cause, Tag
from samovar.conversations.stories import Act, Received, Replied, Story
from samovar.lib.text import storable
from tests import make

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
PHOTO = InboundFile(name="царапина.jpg", media_type="image/jpeg", content=b"JPEG" * 9, content_id="a1", is_inline=True)
PLAN = InboundFile(name="plan.pdf", media_type="application/pdf", content=b"%PDF")
TEXTS = (
    "Где стол по заказу 20 418?",
    "Still waiting\x00, order 20-418",
    "Звоните +7 900 000-00-00",
    "  Ещё\n\nвопрос ",
)
CLASSES = ("human", "human", "human", "auto-reply", UNREADABLE)
FILES = ((), (), (PHOTO,), (PLAN, PHOTO))
UPLOADS = ((), (PLAN,))


@dataclass(frozen=True)
class Cast:
    """Who takes part."""

    users: list[User]
    tags: list[Tag]
    causes: list[Cause]


def cast() -> Cast:
    """Make the people and the words that stories need."""
    users, tags = (
        [make.agent("olga"), make.agent("pavel"), make.lead("igor")],
        [make.tag("Refund"), make.tag("Возврат")],
    )
    return Cast(users, tags, [make.cause("Damaged"), make.delivered_causes()["delivery.late"]])


def invent(random: Random, cast: Cast, count: int) -> list[Story]:
    """Return ``count`` stories; the same ``random`` gives the same."""
    return [_Inventor(random, cast, number).story() for number in range(count)]


class _Inventor:
    """One story on its way."""

    def __init__(self, random: Random, cast: Cast, number: int) -> None:
        self._random, self._cast, self._number = random, cast, number
        # Microseconds keep the moments of different stories apart.
        self._at = START + timedelta(minutes=random.randrange(3000), microseconds=number)
        self._ids: list[str] = []
        self._acts: list[Act] = []

    def story(self) -> Story:
        self._acts.append(self._mail())
        makers: tuple[Callable[[], Act], ...] = (
            self._answer, self._answer, self._mail, self._reply, self._reply, self._outcome, self._note,
            self._assigned, self._tagged, self._explained, self._snoozed, self._decided,
        )  # fmt: skip
        for _ in range(self._random.randrange(16)):
            self._at += timedelta(minutes=self._random.randrange(1, 400))
            self._acts.append(self._random.choice(makers)())
        return Story(self._acts)

    def _by(self) -> User:
        return self._random.choice(self._cast.users)

    def _text(self) -> str:
        return self._random.choice(TEXTS)

    def _replies(self) -> list[Replied]:
        return [act for act in self._acts if isinstance(act, Replied)]

    def _mail(self, answers: Replied | None = None) -> Received:
        text, who = storable(self._text()), self._random.randrange(12)
        is_again = self._random.random() < 0.1 and bool(self._ids)
        external_id = self._random.choice(self._ids) if is_again else f"{self._number}.{len(self._ids)}@mail.example"
        named = tuple(self._random.sample(self._ids, 1)) if self._ids else (f"root{self._number}@mail.example",)
        self._ids.append(external_id)
        inbound = make.inbound(
            text,
            at=self._at,
            sent_at=self._at - timedelta(seconds=9),
            external_id=external_id,
            named_ids=named,
            sender=make.sender(f"Customer{who}@mail.example", f"Customer Ёлкина {self._number}", self._at),
            subject=self._random.choice(("", "Re: Стол", "Стол")),
            subject_key="стол",
            mail_class=self._random.choice(CLASSES),
            html="<p>html</p>" if who == 1 else "",
            hidden=((0, 5),),
            recipients={"to": [["Help", "help@aurora.example"]]},
            verdict=self._random.choice(("verified", "claimed", "failed")),
            files=self._random.choice(FILES),
            signed_conversation=1 if self._acts and self._random.random() < 0.1 else None,
        )
        return Received(at=self._at, inbound=inbound, answers=answers)

    def _answer(self) -> Received:
        replies = self._replies()
        return self._mail(self._random.choice(replies) if replies else None)

    def _reply(self) -> Replied:
        return Replied(at=self._at, by=self._by(), text=self._text(), files=self._random.choice(UPLOADS))

    def _outcome(self) -> Act:
        told = {id(act.reply) for act in self._acts if isinstance(act, stories.Sent)}
        waiting = [reply for reply in self._replies() if id(reply) not in told]
        if not waiting:
            return stories.Read(at=self._at)
        if self._random.random() < 0.3:
            return stories.Failed(at=self._at, reply=waiting[0], reason="Mailbox full")
        return stories.Sent(at=self._at, reply=waiting[0])

    def _note(self) -> Act:
        return stories.Noted(at=self._at, by=self._by(), text=self._text(), files=self._random.choice(UPLOADS))

    def _assigned(self) -> Act:
        return stories.Assigned(at=self._at, by=self._by(), to=self._random.choice([*self._cast.users, None]))

    def _tagged(self) -> Act:
        kind = self._random.choice((stories.Tagged, stories.Tagged, stories.Untagged))
        return kind(at=self._at, by=self._by(), tag=self._random.choice(self._cast.tags))

    def _explained(self) -> Act:
        return stories.Explained(at=self._at, by=self._by(), cause=self._random.choice([*self._cast.causes, None]))

    def _snoozed(self) -> Act:
        if self._random.random() < 0.5:
            return stories.Woken(at=self._at, by=self._random.choice([*self._cast.users, None]))
        until = self._at + timedelta(days=self._random.randrange(1, 3))
        return stories.Snoozed(
            at=self._at, by=self._by(), until=until, wakes_on=self._random.choice(("more", "reply", "nothing"))
        )

    def _decided(self) -> Act:
        kind = self._random.choice((stories.Resolved, stories.Resolved, stories.Reopened))
        return kind(at=self._at, by=self._by())

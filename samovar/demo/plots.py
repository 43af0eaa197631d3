"""How conversations go: who writes when, who answers, what is noted, tagged, put off and settled.

A plot only moves forward; whatever it puts after the end of the year has not happened yet and is left out, and that
is where the open conversations come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from samovar.conversations import stories
from samovar.conversations.inbound import InboundFile
from samovar.conversations.stories import Act, Replied
from samovar.demo import enclosures
from samovar.demo.company import Cast, Colleague
from samovar.demo.grammar import Day
from samovar.demo.letters import Letter, Slots, Writer
from samovar.demo.mails import Thread, sender_of
from samovar.demo.people import Person
from samovar.demo.rhythm import OPENS, ZONE, after_work, around, when_awake
from samovar.demo.slots import Matter
from samovar.demo.subjects import COMPLAINTS, EXTRA_TAGS, Subject

# Minutes until somebody answers: the middle, and how far it spreads; ours are minutes of working time.
FIRST_ANSWER, NEXT_ANSWER, COLLEAGUE, CUSTOMER, SETTLING = (38, 1.0), (25, 0.9), (12, 0.8), (110, 1.4), (70, 1.0)
TRIAGE = (9, 0.7)
TAGGED, TAGGED_TWICE, TRIAGED, HANDED_ON, NOTED = 0.86, 0.12, 0.5, 0.06, 0.14
# Most of what is settled has its cause; of those who had to ask twice some write for that.
EXPLAINED, BLAMED = 0.88, 0.35
THANKED, ASKED_MORE, FAILED, FAILED_FOR_GOOD = 0.5, 0.3, 0.008, 0.6
# Words that promise something with the letter: theirs, ours.
THEY_ATTACH = ("attached", "photo", "pictures", "во вложении", "приложил", "снимок", "снимка", "фото")
WE_ATTACH = ("attached", "i attach", "во вложении")
LONG_TALK = (2, 16)


@dataclass(frozen=True)
class Setting:
    """What a plot begins with."""

    random: Random
    subject: Subject
    person: Person
    cast: Cast
    matter: Matter
    thread: Thread
    opened_at: datetime
    is_recent: bool = False
    is_neglected: bool = False


class Plot:
    """One conversation on its way; ``acts`` is what has happened so far."""

    def __init__(self, setting: Setting, writer: Writer) -> None:
        self.acts: list[Act] = []
        self._set, self._random, self._writer = setting, setting.random, writer
        self._at = setting.opened_at
        self._soon = _soon(setting.random, setting.opened_at)
        self._writers = setting.cast.writers[setting.subject.team]
        self._lead, self._agent = self._writers[0], setting.random.choice(self._writers)
        helpers = setting.cast.staff[setting.subject.helpers]
        self._mate = setting.random.choice([one for one in helpers if one is not self._agent])
        self._last: Replied | None = None
        self._unheard_from: int | None = None
        self._is_taken = self._is_late = False

    def play(self, name: str) -> list[Act]:
        """Let the conversation go the way ``name``, and return all acts."""
        self._open()
        WAYS[name](self)
        return self.acts[: self._unheard_from]

    def quick(self) -> None:
        """One answer is enough."""
        self._reply("answer", FIRST_ANSWER)
        self._maybe_more()
        self._end()

    def asked(self) -> None:
        """We have to ask something first."""
        if self._writer.can_ask:
            self._reply("question", FIRST_ANSWER)
            self._hear("give")
            self._maybe_note()
            self._reply("settle", NEXT_ANSWER)
        else:
            self._reply("answer", FIRST_ANSWER)
        self._maybe_more()
        self._end()

    def helped(self) -> None:
        """A colleague knows."""
        self._wait(FIRST_ANSWER)
        self._consult()
        self._reply("answer", NEXT_ANSWER)
        self._maybe_more()
        if self._random.random() < 0.4:
            self._reply("settle", SETTLING)
        self._end()

    def chased(self) -> None:
        """We let them wait, and they write again."""
        opened_at, self._at = (
            self._at,
            when_awake(self._at + timedelta(hours=around(self._random, 26, 0.4)), self._random),
        )
        self._is_late = True
        self._hear("chase", since=opened_at)
        self._maybe_note()
        self._reply("answer", NEXT_ANSWER, is_late=True)
        if self._random.random() < 0.5:
            self._hear("more")
            self._reply("answer_more", NEXT_ANSWER)
        self._end()

    def waiting(self) -> None:
        """Something takes its days; the conversation is put off until then."""
        self._reply("answer", FIRST_ANSWER)
        if self._random.random() < 0.3:
            self._hear("thanks")
        self._put_off()
        self._reply("after", NEXT_ANSWER)
        self._end()

    def again(self) -> None:
        """It was settled, and was not."""
        self._reply("answer", FIRST_ANSWER)
        self._end()
        self._at = when_awake(self._at + timedelta(days=self._random.uniform(1, 9)), self._random)
        self._hear("again")
        self._consult()
        self._reply("answer_again", NEXT_ANSWER)
        self._maybe_more()
        self._end()

    def long(self) -> None:
        """A talk of many letters."""
        self._reply("question" if self._writer.can_ask else "answer", FIRST_ANSWER)
        if self._writer.can_ask:
            self._hear("give")
            self._reply("answer", NEXT_ANSWER)
        for _ in range(self._random.randrange(*LONG_TALK)):
            self._hear("more")
            self._maybe_note()
            self._reply("answer_more", NEXT_ANSWER)
        self._reply("settle", SETTLING)
        self._end()

    def thanks(self) -> None:
        """Praise, which needs no answer but often gets one."""
        if self._random.random() < 0.6:
            self._reply("answer", FIRST_ANSWER)
        self._settle()

    def _open(self) -> None:
        letter = self._writer.opening(self._slots())
        has_file = self._random.random() < self._set.subject.photos or _names_a_file(letter.text, THEY_ATTACH)
        files = [self._enclosure() for _ in range(self._random.choice((1, 1, 2)))] if has_file else []
        self._receive(letter, files)
        if self._random.random() < TRIAGED:
            self._wait(TRIAGE)
            self._take(self._lead)
        if self._set.is_neglected:
            self._at += timedelta(days=self._random.uniform(2, 5))

    def _hear(self, name: str, since: datetime | None = None) -> None:
        """Let the customer write again."""
        if since is None:
            minutes = around(self._random, *CUSTOMER)
            self._at = when_awake(self._at + timedelta(minutes=min(minutes, 4000)), self._random)
        slots = {**self._slots(), "past": self._day(since or (self._last.at if self._last else self._at))}
        letter = self._writer.follow_up(name, slots, self._last.text if self._last else "")
        self._receive(letter, [self._enclosure()] if _names_a_file(letter.text, THEY_ATTACH) else [])

    def _receive(self, letter: Letter, files: Sequence[InboundFile]) -> None:
        self._step()
        inbound = self._set.thread.mail(self._at, sender_of(self._set.person, self._at), letter, files)
        self.acts.append(stories.Received(at=self._at, inbound=inbound, answers=self._last))

    def _reply(self, name: str, pace: tuple[float, float], is_late: bool = False) -> None:
        self._wait(pace)
        self._maybe_hand_on()
        self._take(self._agent)
        self._step()
        text = self._writer.reply(name, self._slots(), is_late)
        has_paper = _names_a_file(text, WE_ATTACH) or self._random.random() < self._set.subject.papers / 4
        files = [enclosures.paper(self._random, self._set.subject.key)] if has_paper else []
        self._last = Replied(at=self._at, by=self._agent.user, text=text, files=files)
        self.acts.append(self._last)
        self._send(self._last)

    def _send(self, reply: Replied) -> None:
        sent_at = reply.at + timedelta(seconds=self._random.randrange(2, 25))
        if self._random.random() < FAILED:
            self.acts.append(stories.Failed(at=sent_at, reply=reply, reason=self._writer.failure()))
            if self._set.is_recent and self._random.random() < FAILED_FOR_GOOD:
                # The customer never hears of it, so nothing more happens.
                self._unheard_from = self._unheard_from or len(self.acts)
            sent_at = reply.at + timedelta(minutes=self._random.randrange(12, 50))
            self._at = sent_at
        self.acts.append(stories.Sent(at=sent_at, reply=reply))

    def _take(self, by: Colleague) -> None:
        """Let ``by`` decide who answers for the conversation, and say what it is about."""
        if self._is_taken:
            return
        self._is_taken = True
        self._do(stories.Assigned, by=by.user, to=self._agent.user, before=4)
        if self._random.random() < TAGGED:
            self._do(stories.Tagged, by=by.user, tag=self._set.cast.tags[self._set.subject.tag], before=3)
        if self._random.random() < TAGGED_TWICE:
            tag = self._set.cast.tags[self._random.choice(EXTRA_TAGS)]
            self._do(stories.Tagged, by=self._agent.user, tag=tag, before=2)

    def _maybe_hand_on(self) -> None:
        if self._is_taken and self._random.random() < HANDED_ON:
            self._agent = self._random.choice(self._writers)
            self._do(stories.Assigned, by=self._lead.user, to=self._agent.user, before=2)

    def _consult(self) -> None:
        """Ask a colleague; most questions are answered within minutes."""
        self._take(self._agent)
        self._do(stories.Noted, by=self._agent.user, text=self._writer.note("note", self._slots()))
        if self._writer.is_answered:
            self._wait(COLLEAGUE)
            self._do(stories.Noted, by=self._mate.user, text=self._writer.note("found", self._slots()))

    def _maybe_note(self) -> None:
        if self._random.random() < NOTED:
            self._wait(COLLEAGUE)
            self._do(stories.Noted, by=self._agent.user, text=self._writer.note("note_any", self._slots()))

    def _maybe_more(self) -> None:
        if self._random.random() < ASKED_MORE:
            self._hear("more")
            self._maybe_note()
            self._reply("answer_more", NEXT_ANSWER)

    def _put_off(self) -> None:
        self._wait(COLLEAGUE)
        until = datetime.combine(self._soon.date(), OPENS, ZONE)
        if until <= self._at:
            until = datetime.combine(self._at.date() + timedelta(days=3), OPENS, ZONE)
        self._do(stories.Snoozed, by=self._agent.user, until=until)
        self._at = until + timedelta(seconds=self._random.randrange(5, 50))
        self._do(stories.Woken)

    def _end(self) -> None:
        """Let the customer say thank you, or nothing."""
        if self._random.random() < THANKED:
            self._hear("thanks")
        self._settle()

    def _settle(self) -> None:
        self._wait(SETTLING)
        self._take(self._agent)
        self._do(stories.Read)
        if self._random.random() < EXPLAINED:
            self._explain()
        self._do(stories.Resolved, by=self._agent.user)

    def _explain(self) -> None:
        """Say why they wrote; whoever waited too long writes for that."""
        is_complaint = self._is_late and self._random.random() < BLAMED
        key = COMPLAINTS[0] if is_complaint else self._set.subject.cause or self._random.choice(COMPLAINTS)
        if key in self._set.cast.causes:
            self._do(stories.Explained, by=self._agent.user, cause=self._set.cast.causes[key])

    def _wait(self, pace: tuple[float, float]) -> None:
        self._at = after_work(self._at, around(self._random, *pace))

    def _do(self, kind: Callable[..., Act], before: int = 0, **given: object) -> None:
        """Note an act; ``before`` moves it some minutes ahead, but never ahead of what was done already."""
        self.acts.append(kind(at=self._step(before), **given))

    def _step(self, before: int = 0) -> datetime:
        """Return the moment of the next act, which comes after all others."""
        at = self._at - timedelta(minutes=before)
        if self.acts:
            at = max(at, self.acts[-1].at + timedelta(seconds=1))
        self._at = max(self._at, at)
        return at

    def _enclosure(self) -> InboundFile:
        if self._set.subject.for_firms:
            return enclosures.paper(self._random, self._set.subject.key)
        return enclosures.photo(self._random, is_soft=self._set.matter.is_soft)

    def _day(self, moment: datetime) -> Day:
        return Day(moment.astimezone(ZONE).date(), self._set.person.language)

    def _slots(self) -> Slots:
        language = self._set.person.language
        people = {"agent": self._agent.names[language], "mate": self._mate.names[language]}
        return self._set.matter.at(self._at, self._soon, **people)


WAYS: dict[str, Callable[[Plot], None]] = {
    "quick": Plot.quick,
    "asked": Plot.asked,
    "helped": Plot.helped,
    "chased": Plot.chased,
    "waiting": Plot.waiting,
    "again": Plot.again,
    "long": Plot.long,
    "thanks": Plot.thanks,
}


def _soon(random: Random, opened_at: datetime) -> datetime:
    """Return the day that is agreed on: soon, and not a Sunday."""
    day = opened_at.astimezone(ZONE) + timedelta(days=random.randrange(2, 6))
    return day + timedelta(days=1) if day.weekday() == 6 else day


def _names_a_file(text: str, words: Sequence[str]) -> bool:
    lower = text.lower()
    return any(word in lower for word in words)

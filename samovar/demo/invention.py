"""The invented year as a whole: any of its conversations can be told by its number, always the same.

Everything follows from the seed, the number of conversations and the moment at which the year ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from django.template.loader import render_to_string

from samovar.conversations import stories
from samovar.conversations.stories import Act, Story
from samovar.customers.recognition import Sender
from samovar.demo import mails
from samovar.demo.company import Cast
from samovar.demo.letters import Letter, Writer
from samovar.demo.people import MEMBER_EVERY, Person, crowd
from samovar.demo.plots import Plot, Setting
from samovar.demo.rhythm import Year
from samovar.demo.slots import matter
from samovar.demo.subjects import Subject, choose, choose_plot
from samovar.demo.vocabulary import automatic, openings

CONVERSATIONS_EACH, FEWEST_PEOPLE = 4, 40
# How messages spread over conversations; measured, and held by a test.
MESSAGES_EACH = 5.4
# Above one: some people write much more often than others.
REGULARS = 1.4
AUTOMATIC, READ = 0.035, 0.7
# Counted from the newest, the one that could not be read.
UNREADABLE = 9
RECENT, NEGLECTED_FOR, NEGLECTED = timedelta(days=14), timedelta(days=2), 0.07


@dataclass(frozen=True)
class Invention:
    """A year of ``conversations`` that ends at ``end``."""

    seed: int
    conversations: int
    end: datetime

    @cached_property
    def people(self) -> list[Person]:
        """All customers."""
        return crowd(self.seed, max(FEWEST_PEOPLE, self.conversations // CONVERSATIONS_EACH))

    def known_since(self) -> Iterator[tuple[Person, datetime]]:
        """Yield the customers, each with the moment at which we came to know them, before their first letter."""
        first: dict[int, datetime] = {}
        for number in range(self.conversations):
            random, opened_at = self._begun(number)
            first.setdefault(self._person(random, self._subject(random)).number, opened_at)
        for person in self.people:
            random = Random(f"{self.seed} since {person.number}")
            wrote_at = first.get(person.number, self.end)
            earlier = self._year.start - timedelta(days=random.uniform(0, 1400))
            yield person, min(wrote_at, earlier) if random.random() < 0.6 else wrote_at

    def story(self, number: int, cast: Cast) -> Story:
        """Return conversation ``number``, as far as it has come by the end of the year."""
        random, opened_at = self._begun(number)
        subject = self._subject(random)
        person = self._person(random, subject)
        key = f"{self.seed}-{number}"
        if number == self.conversations - UNREADABLE:
            mail = mails.unreadable(key, cast.inboxes["help"], opened_at)
            return Story([stories.Received(at=opened_at, inbound=mail)])
        if random.random() < AUTOMATIC:
            return Story(self._until_now(self._automatic(random, key, person, opened_at, cast)))
        opening = random.choice(openings(subject.key))
        about = matter(random, person, number, opened_at, opening.kinds)
        writer = Writer(random, person.language, subject.key, opening)
        names = {"agent": person.name, "mate": person.name}
        line = writer.subject(about.at(opened_at, opened_at, **names))
        setting = Setting(
            random=random,
            subject=subject,
            person=person,
            cast=cast,
            matter=about,
            thread=mails.Thread.begun(random, key, cast.inboxes[subject.inbox], line),
            opened_at=opened_at,
            is_recent=opened_at > self.end - RECENT,
            is_neglected=opened_at > self.end - NEGLECTED_FOR and random.random() < NEGLECTED,
        )
        return Story(self._until_now(Plot(setting, writer).play(choose_plot(random, subject))))

    @cached_property
    def _year(self) -> Year:
        return Year(self.end)

    def _begun(self, number: int) -> tuple[Random, datetime]:
        random = Random(f"{self.seed} {number}")
        return random, self._year.moment((number + random.random()) / self.conversations)

    def _subject(self, random: Random) -> Subject:
        return choose(random)

    def _person(self, random: Random, subject: Subject) -> Person:
        if subject.for_firms:
            return self.people[int(random.random() * len(self.people) / MEMBER_EVERY) * MEMBER_EVERY]
        return self.people[int(len(self.people) * random.random() ** REGULARS)]

    def _until_now(self, acts: Sequence[Act]) -> list[Act]:
        """Leave out what has not happened yet; a reply that was written has also left."""
        written = {id(act) for act in acts if act.at <= self.end}
        return [
            act
            for act in acts
            if act.at <= self.end or (isinstance(act, stories.Sent | stories.Failed) and id(act.reply) in written)
        ]

    def _automatic(self, random: Random, key: str, person: Person, at: datetime, cast: Cast) -> list[Act]:
        """Return a letter of a machine, which somebody looks at or not."""
        kind = random.choice(automatic(person.language))
        slots = matter(random, person, random.randrange(90_000), at).at(at, at)
        name = kind.sender_name.said(random, slots)
        subject, text = (
            phrase.said(random, slots) for phrase in random.choice(list(zip(kind.subject, kind.text, strict=True)))
        )
        html = ""
        if kind.mail_class == "list":
            html = render_to_string("demo/newsletter.html", {"title": subject, "paragraphs": text.split("\n\n")})
        thread = mails.Thread.begun(random, key, random.choice(list(cast.inboxes.values())), subject)
        sender = Sender("email", kind.sender_address or person.email, name, at)
        mail = thread.mail(at, sender, Letter(text, html=html), mail_class=kind.mail_class)
        acts: list[Act] = [stories.Received(at=at, inbound=mail)]
        if random.random() < READ:
            acts.append(stories.Read(at=at + timedelta(hours=random.uniform(0.2, 9))))
        return acts

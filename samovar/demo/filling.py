"""Filling in the demo company: parts of some hundred messages, each in a transaction of its own that notes itself.

A run that was stopped goes on where it was, because every part can be told by its number. Several processes share the
parts; each takes every so many-th.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TypeVar

from django.db import connection, transaction
from django.utils import timezone

from samovar.channels.models import ChannelAccount
from samovar.conversations.bulk import write_stories
from samovar.customers.models import Customer
from samovar.demo import company, difficult, everyday, experts, promises
from samovar.demo.company import Cast
from samovar.demo.crowding import write_people
from samovar.demo.errors import AnotherDemo, RealDataHere
from samovar.demo.invention import MESSAGES_EACH, Invention
from samovar.demo.models import FilledPart, Filling
from samovar.demo.naming import name_colleagues
from samovar.demo.rhythm import reference

SEED, CONVERSATIONS, FEWEST = 1, 20_000, 40
# A part is a transaction, and none of ours lasts over a second.
PEOPLE_IN_PART, STORIES_IN_PART = 250, 80
MIX = "--mix-with-real-data"
# Only in the sessions that fill in: the index takes words in larger heaps, which is quicker.
HEAPS = "SET gin_pending_list_limit = '32MB'"
TIDY = """
SELECT gin_clean_pending_list(indexes.oid::regclass)
FROM pg_class AS indexes
JOIN pg_am ON pg_am.oid = indexes.relam AND pg_am.amname = 'gin'
JOIN pg_namespace AS spaces ON spaces.oid = indexes.relnamespace AND spaces.nspname = current_schema()
"""
Piece = TypeVar("Piece")


def begin(
    seed: int | None = None, messages: int | None = None, may_mix: bool = False, now: datetime | None = None
) -> Filling:
    """Return what is to be filled in: what was begun before, or else something new.

    Raises RealDataHere when the installation is in use and ``may_mix`` does not say that this does not matter, and
    AnotherDemo when what was begun has another seed or size than asked for.
    """
    conversations = max(FEWEST, round(messages / MESSAGES_EACH)) if messages else None
    begun = Filling.objects.first()
    if begun is None:
        if not may_mix and (Customer.objects.exists() or ChannelAccount.objects.exists()):
            raise RealDataHere(
                "This installation is in use: it has customers or a mailbox. The demo company belongs into one of its "
                f"own (another SAMOVAR_HOME). If the invented customers may stand among yours, say {MIX}."
            )
        begun, _is_new = Filling.objects.get_or_create(
            pk=Filling.ONLY,
            defaults={
                "seed": SEED if seed is None else seed,
                "conversations": conversations or CONVERSATIONS,
                "ends_at": reference(now or timezone.now()),
            },
        )
    if begun.seed != (begun.seed if seed is None else seed) or begun.conversations != (
        conversations or begun.conversations
    ):
        raise AnotherDemo(
            f"Another demo company is here ({begun}). One installation holds one: use another SAMOVAR_HOME."
        )
    return begun


class Fill:
    """The work of filling in, part by part."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.invention = Invention(filling.seed, filling.conversations, filling.ends_at)
        self._done = set(FilledPart.objects.values_list("name", flat=True))

    def found(self) -> Iterator[int]:
        """Make the company and its customers; yield how many customers each part holds."""
        company.found()
        everyday.keep_hours()
        for number, people in enumerate(_pieces(list(self.invention.known_since()), PEOPLE_IN_PART)):
            self._write(f"people {number}", partial(write_people, people))
            yield len(people)

    def tell(self, share: int = 0, shares: int = 1) -> Iterator[int]:
        """Write the conversations of one of ``shares``; yield how many each part holds."""
        with connection.cursor() as cursor:
            cursor.execute(HEAPS)
        parts = _pieces(range(self.filling.conversations), STORIES_IN_PART)
        for number, conversations in list(enumerate(parts))[share::shares]:
            self._write(f"conversations {number}", partial(self._tell, conversations))
            yield len(conversations)

    def finish(self) -> None:
        """Tell what was promised and whom notes name, put the indexes in order, let the planner learn all tables."""
        self._write("promises", partial(promises.promise, self.filling.ends_at))
        self._write("experts", partial(experts.bring_in, self.filling.ends_at))
        self._write("everyday", partial(everyday.note, self.filling.ends_at))
        self._write("difficult", partial(difficult.decide, self.filling.ends_at))
        name_colleagues(self.filling)
        with connection.cursor() as cursor:
            cursor.execute(TIDY)
            cursor.execute("ANALYZE")
        self.filling.finish(timezone.now())

    def _tell(self, conversations: Sequence[int]) -> None:
        write_stories([self.invention.story(number, self._cast) for number in conversations])

    @cached_property
    def _cast(self) -> Cast:
        return company.cast()

    def _write(self, name: str, write: Callable[[], None]) -> None:
        if name in self._done:
            return
        with transaction.atomic():
            # Of two runs at once, one waits here for the other and then leaves the part alone.
            if FilledPart.objects.get_or_create(name=name)[1]:
                write()


def _pieces(whole: Sequence[Piece], size: int) -> list[Sequence[Piece]]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]

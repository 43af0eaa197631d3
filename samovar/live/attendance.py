"""Who has which conversation open and who writes there, as one process remembers it: it is stored nowhere."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from samovar.conversations.attending import Sign

# A page tells each minute that it is still there, and every two seconds what is written.
ATTENDS_SECONDS = 90.0
WRITES_SECONDS = 9.0
# How long a screen may be without its stream: it comes back after two seconds.
GRACE_SECONDS = 5.0
# Of one person; nobody looks at more.
MOST_TABS = 20
MOST_REMEMBERED = 10_000

Tab = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody writes in a conversation, until when it counts as being written."""

    sign: Sign
    until: float


@dataclass(slots=True)
class Changes:
    """What is new since it was last asked for.

    ``writers`` are pairs of conversation and person, ``opened`` are screens that show another conversation than before,
    ``drafts`` are what was saved and where.
    """

    conversations: set[int] = field(default_factory=set)
    writers: set[tuple[int, int]] = field(default_factory=set)
    opened: set[Tab] = field(default_factory=set)
    drafts: list[Sign] = field(default_factory=list)

    @property
    def are_none(self) -> bool:
        """Whether nothing is new."""
        return not (self.conversations or self.writers or self.opened or self.drafts)


class Attendance:
    """Keeps what the signs of all screens say, each until it lapses; ``now`` is of one clock that only goes on."""

    def __init__(self) -> None:
        self._changes = Changes()
        # By person and screen: the conversation and until when; the oldest first.
        self._open: dict[Tab, tuple[int, float]] = {}
        self._writing: dict[tuple[int, int], Writing] = {}
        self._names: dict[int, str] = {}
        self._inboxes: dict[int, int] = {}

    def take(self, sign: Sign, now: float) -> None:
        """Take note of a sign."""
        if sign.conversation_id:
            self._names[sign.user_id] = sign.name
            self._inboxes[sign.conversation_id] = sign.inbox_id
        if sign.mode:
            self._write(sign, now)
        elif sign.conversation_id:
            self._attend((sign.user_id, sign.tab), sign.conversation_id, now)
        else:
            self._leave((sign.user_id, sign.tab))

    def lose(self, tab: Tab, now: float) -> None:
        """Take note that a screen lost its stream: it is gone unless it tells of itself again soon."""
        if tab in self._open:
            conversation_id, until = self._open[tab]
            self._open[tab] = (conversation_id, min(until, now + GRACE_SECONDS))

    def lapse(self, now: float) -> None:
        """Forget what nobody has told again in time."""
        for tab in [tab for tab, (_, until) in self._open.items() if until <= now]:
            self._leave(tab)
        for key in [key for key, writing in self._writing.items() if writing.until <= now]:
            # Every screen knows by itself until when it counts.
            del self._writing[key]
        self._forget_the_rest()

    def changes(self) -> Changes:
        """Return what is new, once."""
        changes, self._changes = self._changes, Changes()
        return changes

    def keep(self, changes: Changes) -> None:
        """Take back changes that nobody could be told of."""
        self._changes.conversations |= changes.conversations
        self._changes.writers |= changes.writers
        self._changes.opened |= changes.opened
        self._changes.drafts += changes.drafts

    def viewers(self) -> dict[int, list[int]]:
        """Return who has each conversation open, whoever came first before."""
        found: dict[int, list[int]] = defaultdict(list)
        for (user_id, _), (conversation_id, _) in self._open.items():
            if user_id not in found[conversation_id]:
                found[conversation_id].append(user_id)
        return found

    def writers(self, conversation_id: int) -> Iterator[Writing]:
        """Yield who writes in a conversation."""
        return (writing for (place, _), writing in self._writing.items() if place == conversation_id)

    def shown_on(self, tab: Tab) -> int:
        """Return the conversation that a screen shows, 0 for none."""
        conversation_id, _ = self._open.get(tab, (0, 0.0))
        return conversation_id

    def inbox_of(self, conversation_id: int) -> int:
        """Return the inbox of a conversation that somebody has open or writes in."""
        return self._inboxes.get(conversation_id, 0)

    def name_of(self, user_id: int) -> str:
        """Return what a person is called who has something open or writes."""
        return self._names.get(user_id, "")

    def _attend(self, tab: Tab, conversation_id: int, now: float) -> None:
        before = self.shown_on(tab)
        own = [one for one in self._open if one[0] == tab[0] and one != tab]
        for oldest in own[: max(0, len(own) + 1 - MOST_TABS)]:
            self._leave(oldest)
        self._open[tab] = (conversation_id, now + ATTENDS_SECONDS)
        # A screen that tells it again may have lost its stream meanwhile, and with it what it knew.
        self._changes.opened.add(tab)
        if before != conversation_id:
            self._changes.conversations |= {conversation_id, before} - {0}

    def _leave(self, tab: Tab) -> None:
        conversation_id, _ = self._open.pop(tab, (0, 0.0))
        if conversation_id:
            self._changes.conversations.add(conversation_id)

    def _write(self, sign: Sign, now: float) -> None:
        key = (sign.conversation_id, sign.user_id)
        self._changes.drafts.append(sign)
        if sign.words:
            self._writing[key] = Writing(sign, now + WRITES_SECONDS)
            self._changes.writers.add(key)
        elif key in self._writing and self._writing[key].sign.mode == sign.mode:
            del self._writing[key]
            self._changes.writers.add(key)

    def _forget_the_rest(self) -> None:
        """Forget names and places of which nothing is told any more, before they are many."""
        if len(self._names) + len(self._inboxes) < MOST_REMEMBERED:
            return
        places = (
            {one for one, _ in self._open.values()} | {one for one, _ in self._writing} | self._changes.conversations
        )
        names = {one for one, _ in self._open} | {one for _, one in self._writing}
        self._inboxes = {one: inbox for one, inbox in self._inboxes.items() if one in places}
        self._names = {one: name for one, name in self._names.items() if one in names}

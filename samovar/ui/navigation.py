"""What the navigation shows. Surfaces fill it in by a context processor; the toolkit only draws it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

MOST_SHOWN = 999


def shown(count: int) -> str:
    """Return a count as navigation shows it: nothing for zero, "999+" for more than that."""
    return f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count or "")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the navigation or of a menu."""

    label: str
    url: str
    icon: str = ""
    # For entries without an icon: the tone of their dot.
    tone: str = ""
    count: int = 0
    # Under this name an open page gets a new count.
    name: str = ""
    # The count is shown in red: something is late or lost.
    is_hot: bool = False
    is_current: bool = False
    # One of the places of the bottom bar on a phone.
    is_on_phone: bool = False
    # The keys that lead here, as ``data-key`` writes them: "G I".
    key: str = ""
    # The entry is pressed by POST, for example to sign out.
    is_post: bool = False

    @property
    def count_shown(self) -> str:
        """The count in at most four signs, nothing instead of zero."""
        return shown(self.count)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Entries under one heading, folded away unless ``is_open``; the first section of a menu has no heading."""

    title: str = ""
    entries: Sequence[Entry] = ()
    is_open: bool = True


@dataclass(frozen=True, kw_only=True)
class Menu:
    """The whole navigation: its sections and the address of "Search or jump"."""

    sections: Sequence[Section] = ()
    search_url: str = ""
    # Where a person chooses their keys.
    keys_url: str = ""

    @property
    def places(self) -> list[Entry]:
        """The entries of the bottom bar on a phone."""
        return [entry for section in self.sections for entry in section.entries if entry.is_on_phone][:4]


@dataclass(frozen=True, kw_only=True)
class Me:
    """The signed-in person at the foot of the navigation, with the entries of their menu."""

    id: int
    name: str
    status: str = ""
    presence: str = "here"
    entries: Sequence[Entry] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class ShownKey:
    """One line of all keys: the key as it is delivered, which the page shows as the person has chosen it."""

    key: str
    title: Promise | str


@dataclass(frozen=True, kw_only=True)
class ShownKeys:
    """Keys that belong together, under one heading."""

    title: Promise | str
    keys: Sequence[ShownKey]

"""The map of the keyboard: every key of the product, and which of them a person has changed or switched off.

A key is named by its place ("E", "Shift+P", "[", or "G I" for one after the other), so that it is the same in every
layout. Keys with ⌘ or Ctrl and the digits of the views stay as they are: no reading aid takes them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.ui.navigation import ShownKey, ShownKeys

# A letter or a sign, with Shift or after a G; not the digits, which are the views, nor "?", which shows all keys.
PRESSABLE = re.compile(r"(?:G (?=[A-Z]$))?(?:Shift\+(?=[A-Z]$))?(?:[A-Z]|[\[\]\\,./]|Space)", re.ASCII)

LOOK = "can_look"


@dataclass(frozen=True)
class Key:
    """One key: what it does, who can do that, and whether a person may have another one for it."""

    key: str
    title: Promise | str
    is_fixed: bool = False
    # What a person must be able to do for it, as User says that; "" for everybody.
    needs: str = "can_answer"
    # The part of the product that it leaves with.
    part: str = ""

    @property
    def field(self) -> str:
        """What the field of the key is called in the form: a name without signs."""
        return "key-" + "-".join(f"{ord(sign):x}" for sign in self.key)


@dataclass(frozen=True)
class Group:
    """Keys that belong together."""

    title: Promise
    keys: tuple[Key, ...]


GROUPS = (
    Group(
        _("Moving about"),
        (
            Key("J", _("Next conversation"), needs=LOOK),
            Key("K", _("Previous conversation"), needs=LOOK),
            Key("Enter", _("Open what is chosen"), is_fixed=True, needs=""),
            Key("Escape", _("Leave the field, close, back"), is_fixed=True, needs=""),
            Key("/", _("Search this list"), needs=LOOK),
            Key("Space", _("Select this row")),
            Key("Shift+J", _("Select the next row too")),
            Key("Shift+K", _("Select the row above too")),
            Key("Shift+Space", _("Select the next row too"), is_fixed=True),
            Key("F", _("Filter this list"), needs=LOOK),
            Key("[", _("Hide or show the list"), needs=LOOK),
            Key("]", _("Hide or show the customer"), needs=LOOK),
            Key("H", _("What the history shows"), needs=LOOK),
            Key("G I", _("Inbox"), needs=LOOK),
            Key("G C", _("Customers"), needs=LOOK),
            Key("G F", _("For me"), needs=LOOK),
            Key("Mod+K", _("Search or jump"), is_fixed=True, needs=LOOK),
            Key("1–9", _("My views"), is_fixed=True, needs=LOOK),
            Key("?", _("All keys"), is_fixed=True, needs=""),
        ),
    ),
    Group(
        _("A conversation"),
        (
            Key("R", _("Reply")),
            Key("N", _("Note to the team")),
            Key("E", _("Resolve or reopen")),
            Key("S", _("Snooze")),
            Key("A", _("Assign to somebody or a team")),
            Key("M", _("Assign to me")),
            Key("T", _("Set the cause"), part="causes"),
            Key("Shift+T", _("The cause of what was just resolved"), part="causes"),
            Key("L", _("Tag the conversation")),
            Key("I", _("Priority")),
            Key("X", _("Bring in an expert"), part="experts"),
            Key("P", _("Promise something"), part="promises"),
            Key("Shift+P", _("Add a step"), part="steps"),
            Key("Y", _("The promise is kept"), part="promises"),
            Key("B", _("Apply a macro"), part="macros"),
            Key("Q", _("Quote what is selected")),
            Key("C", _("New conversation")),
            Key("Z", _("Undo")),
        ),
    ),
    Group(
        _("While writing"),
        (
            Key("Mod+Enter", _("Send"), is_fixed=True, needs=""),
            Key("Mod+Shift+Enter", _("Send and resolve"), is_fixed=True),
            Key("Mod+B", _("Bold"), is_fixed=True),
            Key("Mod+I", _("Italic"), is_fixed=True),
            Key("Mod+\\", _("What the customer gets"), is_fixed=True),
            Key("Mod+/", _("Apply a macro while writing"), is_fixed=True, part="macros"),
            Key("Mod+Shift+2", _("Name a colleague in a note"), is_fixed=True),
        ),
    ),
)
KEYS = {key.key: key for group in GROUPS for key in group.keys}
CHANGEABLE = {name: key for name, key in KEYS.items() if not key.is_fixed}


class OneKeyForTwo(Exception):
    """Two things would be on one key: ``first`` and ``second`` are what they do, ``key`` is the key."""

    def __init__(self, key: str, first: Key, second: Key) -> None:
        super().__init__(key)
        self.key, self.first, self.second = key, first, second


def shown_to(user: User) -> Iterator[ShownKeys]:
    """Give each group with the keys that ``user`` has: neither those that are switched off nor those of what is."""
    for group in GROUPS:
        keys = tuple(ShownKey(key=key.key, title=key.title) for key in group.keys if _has(user, key))
        if keys:
            yield ShownKeys(title=group.title, keys=keys)


def _has(user: User, key: Key) -> bool:
    # Without single-letter keys those stay that no reading aid takes.
    is_on = bool(user.keys.get(key.key, key.key)) and (user.has_keys or key.key.startswith(("Mod+", "Enter", "Escape")))
    return is_on and (not key.needs or getattr(user, key.needs)) and user.parts.get(key.part, True)


def own_keys(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return what differs of the delivered keys in ``wanted`` (delivered key → the person's, "" for none).

    Raises OneKeyForTwo. A key that begins others ("G") can be nothing by itself.
    """
    taken: dict[str, Key] = {}
    for name, key in CHANGEABLE.items():
        other = wanted.get(name, name)
        if other in taken:
            raise OneKeyForTwo(other, taken[other], key)
        if other:
            taken[other] = key
    for chord, key in taken.items():
        first, _space, second = chord.partition(" ")
        if second and first in taken:
            raise OneKeyForTwo(first, taken[first], key)
    return {name: other for name in CHANGEABLE if (other := wanted.get(name, name)) != name}


def pressable(text: str) -> str | None:
    """Return the name of the key that was typed ("e", "shift + p", "g i"), "" for none, None for what is no key."""
    parts = re.sub(r"\s*\+\s*", "+", " ".join(text.split())).lower()
    name = " ".join("+".join(part.capitalize() for part in one.split("+")) for one in parts.split(" ")) if parts else ""
    return name if not name or PRESSABLE.fullmatch(name) else None

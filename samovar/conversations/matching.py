"""How well a name fits the first letters that somebody types: in any order of words, layout of keys, nearly right."""

from collections.abc import Iterable, Sequence

from samovar.lib.layouts import readings
from samovar.lib.text import search_key

NEAR = 0.4
# The rank of what fits nearly, behind what fits in one or the other layout.
NEARLY = 8
# Two letters resemble too much.
SHORTEST_NEAR = 4


def rank(typed: str, names: Sequence[str], above: Sequence[str] = ()) -> int | None:
    """Return how well ``typed`` fits what bears ``names`` and stands below ``above``: 0 is best, None is not at all.

    0 the name begins so, 1 a word of it does, 2 it holds it, 3 what it stands below fits, or both together do,
    4 to 7 the same as if typed in the other layout of keys, 8 nearly so. Nothing typed fits everything.
    """
    asked, otherwise = readings(typed)
    own, higher = [search_key(name) for name in names], [search_key(name) for name in above]
    found = _exact(asked, own, higher)
    if found is None:
        other = _exact(otherwise, own, higher)
        found = None if other is None else 4 + other
    if found is None and len(asked) >= SHORTEST_NEAR and _is_near(asked, own):
        found = NEARLY
    return found


def similarity(one: str, other: str) -> float:
    """Return how many groups of three letters two words share, from 0 to 1, both in lower case."""
    left, right = _threes(one), _threes(other)
    return len(left & right) / len(left | right)


def _exact(asked: str, own: Sequence[str], higher: Sequence[str]) -> int | None:
    if any(name.startswith(asked) for name in own):
        return 0
    if any(_begins_with_words(asked.split(), [name]) for name in own):
        return 1
    if any(asked in name for name in own):
        return 2
    return 3 if any(_begins_with_words(asked.split(), [name, top]) for name in own for top in higher) else None


def _begins_with_words(asked: Iterable[str], names: Iterable[str]) -> bool:
    words = [word for name in names for word in name.split()]
    return all(any(word.startswith(part) for word in words) for part in asked)


def _is_near(asked: str, own: Iterable[str]) -> bool:
    words = [word for name in own for word in [*name.split(), name]]
    # Of a longer word only its beginning was typed yet.
    return any(similarity(asked, word[: len(asked) + 1]) >= NEAR for word in words)


def _threes(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}

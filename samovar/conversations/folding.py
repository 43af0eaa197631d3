"""The text of a message with its quotes and signatures folded: ranges [start, end) of the text that are hidden."""

from collections.abc import Iterator, Sequence

from samovar.lib.text import tidy

PREVIEW_LENGTH = 200
# White space goes, so more is looked at than is shown.
LOOKED_AT = 4 * PREVIEW_LENGTH

Ranges = Sequence[Sequence[int]]


def pieces_of(text: str, hidden: Ranges) -> Iterator[tuple[bool, str]]:
    """Yield the text in pieces: (is hidden, text), in order; a piece may be empty."""
    last = 0
    for start, end in hidden:
        yield False, text[last:start]
        yield True, text[start:end]
        last = end
    yield False, text[last:]


def preview_of(text: str, hidden: Ranges = ()) -> str:
    """Return the first words that a reader sees, as one line; of a text that is hidden as a whole its own first."""
    seen = ""
    for is_hidden, piece in pieces_of(text, hidden):
        if not is_hidden:
            seen = f"{seen} {piece[:LOOKED_AT]}".strip()
        if len(seen) >= LOOKED_AT:
            break
    return tidy(seen[:LOOKED_AT])[:PREVIEW_LENGTH] or tidy(text[:LOOKED_AT])[:PREVIEW_LENGTH]

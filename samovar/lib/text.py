"""Text from outside made safe to store, to sort and to compare."""

import re
import unicodedata

BLANKS = re.compile(r"\s+")
LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Return ``text`` as PostgreSQL takes it: NFC, NUL and lone surrogates replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\x00", "\ufffd")
    return unicodedata.normalize("NFC", LONE_SURROGATES.sub("\ufffd", text.replace("\x00", "\ufffd")))


def tidy(text: str) -> str:
    """Return ``text`` as one storable line without surrounding or repeated blanks."""
    return BLANKS.sub(" ", storable(text)).strip()


def sort_key(text: str) -> str:
    """Return the form by which names are sorted in any collation: lower case, ё directly after е."""
    return tidy(text).lower().replace("ё", "е\uffff")[:200]

"""Text from outside made safe to store, to sort and to compare."""

import re
import unicodedata

DIGIT_GROUPS = re.compile(r"\+?\d(?:[ \u00a0().-]{0,2}\d){4,24}")
# They set the direction of what follows; the first kind only of what stands beside them.
SOFTLY_TURNING = re.compile("[\u061c\u200e\u200f]")
UNSEEN = re.compile("[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Return ``text`` as PostgreSQL takes it: NFC, NUL and lone surrogates replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\x00", "\ufffd")
    return unicodedata.normalize("NFC", LONE_SURROGATES.sub("\ufffd", text.replace("\x00", "\ufffd")))


def printable(text: str) -> str:
    """Return ``text`` as a terminal may show it: what would steer the terminal, or cannot be seen, is spelt out."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if letter not in "\n\t" and unicodedata.category(letter)[0] == "C"
        else letter
        for letter in text
    )


def tidy(text: str) -> str:
    """Return ``text`` as one storable line without surrounding or repeated blanks."""
    return " ".join(storable(text).split())


def file_name(text: str) -> str:
    """Return the name of a file as one storable line that reads in the order in which it is written.

    A sign that turns the direction could show a program as a document: it is spelt out, and so is what cannot be seen.
    """
    return tidy(UNSEEN.sub(lambda found: printable(found.group()), SOFTLY_TURNING.sub("", text)))


def sort_key(text: str) -> str:
    """Return the form by which names are sorted in any collation: lower case, ё directly after е."""
    return tidy(text).lower().replace("ё", "е\uffff")[:200]


def search_key(text: str) -> str:
    """Return the form in which names are searched: lower case, ё folded to е."""
    return tidy(text).lower().replace("ё", "е")[:300]


def digits_in(text: str) -> str:
    """Return the numbers of five and more digits in ``text`` (orders, phones), digits only, once each."""
    found = (re.sub(r"\D", "", match) for match in DIGIT_GROUPS.findall(text[:200_000]))
    return " ".join(dict.fromkeys(number for number in found))

"""What is left of words that came along unasked, so that nobody's address or number is kept where no erasure looks."""

import re

ADDRESS = re.compile(r"[^\s@<>\"'(),;:\[\]]+@[^\s@<>\"'(),;:\[\]]+")
LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[\s().-]*\d){6,}(?![\w.])")
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|«[^»]*»|“[^”]*”")
QUERY = re.compile(r"\?[^\s\"']+")
# An exception may quote a whole mail, and looking for addresses takes the square of the length.
LONGEST = 2000


def masked(text: str) -> str:
    """Return the beginning of ``text`` without addresses, long numbers and the queries of URLs."""
    return QUERY.sub("?…", LONG_NUMBER.sub("[number]", ADDRESS.sub("[address]", text[:LONGEST])))


def words_of(error: BaseException) -> str:
    """Return what ``error`` says, masked and without the values that it quotes.

    Of a database's words only the first line: the others name the values that it did not like.
    """
    first = (str(error).splitlines() or [""])[0][:LONGEST]
    return masked(QUOTED.sub("'…'", first))

"""The lines by which mail programs say whom they quote: "On 5 May 2025 at 10:00, Jane <jane@example.com> wrote:"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from samovar.channels.mail.quote_words import ADDRESS, CLOCK, OPENERS, WEEKDAYS, WROTE

LONGEST_LINE = 300
LONGEST = 500
LONGEST_UNSURE = 120
MOST_LINES = 6

QUOTE_MARKS = re.compile(r"\A(?:\s{0,8}[>＞|])+\s?")
FIRST_WORD = re.compile(r"[^\w]{0,12}(\w[\w'’]*)")
OPENING_WORDS = frozenset(word for word in OPENERS.split("|"))
WEEKDAY_WORDS = frozenset(WEEKDAYS.split("|"))
EAST_ASIAN_OPENING = re.compile(r"[^\w]{0,4}[在於于]?\s?\d{4}\s?[年년]")
DIGIT_AT_START = re.compile(r"[^\w]{0,6}\d{1,4}(?:\.|-|/|\s|th\b|st\b|nd\b|rd\b|年|년)")
DIGIT = re.compile(r"\d")
WRITING = re.compile(rf"(?<!\w)(?:{WROTE})(?!\w)", re.IGNORECASE)
# Some programs put no colon.
WRITING_AT_END = (
    "wrote",
    "schrieb",
    "écrit",
    "escribió",
    "scritto",
    "escreveu",
    "schreef",
    "skrev",
    "написал",
    "пишет",
    "写道",
    "寫道",
)
HAS_ADDRESS = re.compile(ADDRESS)
HAS_CLOCK = re.compile(CLOCK, re.IGNORECASE)
HAS_DATE = re.compile(r"\b\d{4}\b|\b\d{1,2}[./-]\d{1,2}\b|\b\d{1,2}\.?\s\w{3,}|\w{3,}\.?\s\d{1,2}\b|\d[月월]")
NEAR = 83
ONLY_WRITING = re.compile(rf"\W*+(?:{WROTE})?\W*+", re.IGNORECASE)
SENTENCE_END = (".", "?", "!")
QUOTING = ("quoting ", "zitat von ", "citando a ", "citát ", "цитирую ")
SHORT_NAME = re.compile(rf"\s*(?:[\w.'’@-]{{1,40}}\s+){{1,6}}(?:{WROTE})\s*[:：]\s*$", re.IGNORECASE)
# Gmail, in languages for which it has no sentence: the date, then the name and nothing more.
DATE_AND_NAME = re.compile(
    rf"\W{{0,3}}\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}[^\n]{{0,30}}?(?:\bGMT[+-]\d\d:\d\d\s\S[^\n]{{0,100}}"
    rf"|\s[^\n]{{0,100}}<{ADDRESS}>:?)$"
)

# Mail.ru names a person whom the reader knows without the address.
DATE_FROM_NAME = re.compile(
    r"\W{0,3}\w{5,12},\s\d{1,2}\s\w{3,9}\s\d{4},\s\d{1,2}:\d\d\s[+-]\d\d:\d\d\sот\s[^\n]{1,120}:$", re.IGNORECASE
)


@dataclass(frozen=True)
class Attribution:
    """Which lines say whom the mail quotes, the last one included."""

    first: int
    last: int
    is_sure: bool
    """Whether it can be nothing else, so that what follows is quoted even without any quote marks."""


def find_attribution(lines: list[str], last: int, floor: int = 0) -> Attribution | None:
    """Return the attribution that ends with line ``last``, None when that line ends none.

    It may be folded over several lines, not before ``floor``, each with quote marks before it.
    """
    end = _without_marks(lines[last])
    if len(lines[last]) > LONGEST_LINE or not may_end_attribution(end):
        return None
    if DATE_AND_NAME.match(end.rstrip()) or DATE_FROM_NAME.match(end.rstrip()):
        return Attribution(last, last, is_sure=True)
    found, has_opened = None, False
    for first, line, joined in _longer_and_longer(lines, last, floor):
        judged, opens = _judge(line, joined), _opens(line)
        if has_opened and not (opens and judged):
            break
        # A line may look complete, and yet be the end of a longer sentence that begins above.
        if judged == "sure" and (found is None or not line.rstrip().endswith(SENTENCE_END)):
            found, has_opened = Attribution(first, last, is_sure=True), opens
        elif judged and found is None:
            found = Attribution(first, last, is_sure=False)
    return found


def _longer_and_longer(lines: list[str], last: int, floor: int) -> Iterator[tuple[int, str, str]]:
    """Yield, from the last line upwards, each line's number, the line itself, and it joined with those below."""
    joined = ""
    for first in range(last, max(floor - 1, last - MOST_LINES), -1):
        line = _without_marks(lines[first])
        joined = f"{line.strip()} {joined}".strip() if line.strip() else joined
        if len(joined) > LONGEST or not (line.strip() or _goes_on_after_blank(joined)):
            return
        if line.strip():
            yield first, line, joined


def _without_marks(line: str) -> str:
    return QUOTE_MARKS.sub("", line[:LONGEST_LINE], count=1)


def may_end_attribution(line: str) -> bool:
    """Whether a line could be the last one of an attribution: cheap, for it is asked of every line."""
    line = line.rstrip(" \t*_-\xa0\r")
    if line.endswith((":", "：")) or line.endswith(WRITING_AT_END):
        return True
    return line[:4].isdigit() and len(line) <= LONGEST_LINE and DATE_AND_NAME.match(line.rstrip()) is not None


def is_only_writing(line: str) -> bool:
    """Whether a line holds nothing but marks and, at most, the word for writing."""
    return len(line) <= LONGEST_LINE and ONLY_WRITING.fullmatch(line) is not None


def _judge(first_line: str, joined: str) -> str:
    """Return ``sure``, ``likely`` or nothing for the sentence ``joined`` that begins with ``first_line``."""
    writing = WRITING.search(joined) is not None
    address, clock = HAS_ADDRESS.search(joined) is not None, HAS_CLOCK.search(joined) is not None
    ends_with_colon = joined.rstrip("*_ -\xa0").endswith((":", "："))
    if _opens(first_line):
        if (writing and (clock or address)) or (address and ends_with_colon and (clock or HAS_DATE.search(joined))):
            return "sure" if ends_with_colon or (clock and address) else ""
        return "likely" if writing and ends_with_colon and HAS_DATE.search(joined) else ""
    if not ends_with_colon:
        return ""
    if writing and _is_name_before_writing(joined) and not _goes_on_after_blank(joined):
        return "sure" if _is_address_in_brackets(joined) and first_line[:1].strip() else "likely"
    is_one_line = joined == first_line.strip() and len(joined) < LONGEST_UNSURE
    is_dated = clock and HAS_DATE.search(joined) is not None
    if is_one_line and (address or writing) and (is_dated or first_line.lower().startswith(QUOTING)):
        return "likely"
    return "likely" if is_one_line and SHORT_NAME.match(joined) else ""


def _is_name_before_writing(joined: str) -> bool:
    """Whether the word for writing stands shortly behind an address or what stood in brackets.

    One expression for all of it would try every end of every address with every word.
    """
    names = [match.end() for match in HAS_ADDRESS.finditer(joined)]
    names += [index + 1 for index, letter in enumerate(joined) if letter == ">"]
    words = [match.start() for match in WRITING.finditer(joined)]
    return any(0 <= word - name <= NEAR for name in names for word in words)


def _is_address_in_brackets(joined: str) -> bool:
    """Whether a bracket was opened before an address and not closed yet."""
    before = (joined[: match.start()] + match.group().partition("@")[0] for match in HAS_ADDRESS.finditer(joined))
    return any(not set("<[(").isdisjoint(text[-2 * NEAR :].rpartition(">")[2]) for text in before)


def _opens(line: str) -> bool:
    """Whether a line begins as such sentences do, with a date near its beginning."""
    if DIGIT_AT_START.match(line) or EAST_ASIAN_OPENING.match(line):
        return True
    word = FIRST_WORD.match(line)
    if word is None or not DIGIT.search(line, word.end(), word.end() + 80):
        return False
    text = word.group(1).casefold()
    return text in OPENING_WORDS or text in WEEKDAY_WORDS or text.rstrip("s") in WEEKDAY_WORDS


def _goes_on_after_blank(joined: str) -> bool:
    """Some programs put the address on a line of its own, with a blank one before it."""
    return joined.startswith(("<", "mailto:"))

"""Headers and dividing lines that mail programs put before a message that they quote or pass on whole."""

import re

from samovar.channels.mail.quote_words import BARE_SEPARATORS, HEADER_WORDS, REPLY_ABOVE, SEPARATORS

MOST_LINES = 16
LONGEST_WORD = 32

KINDS = {
    word.replace("’", "'"): kind
    for kind, words in HEADER_WORDS.items()
    for word in re.sub(r"\[’'\]", "'", words).split("|")
}
SEPARATOR = re.compile(
    rf"[\s*_>]{{0,8}}[-–—_=*]{{2,}}\s?[<\[(]?\s?(?:{SEPARATORS})\s?:?[>\])]?[\s*]?(?:[-–—_=*]{{2,}}.{{0,80}})?$",
    re.IGNORECASE,
)
BARE_SEPARATOR = re.compile(rf"[\s*_>]{{0,8}}(?:{BARE_SEPARATORS})\s{{0,2}}:?\s*$", re.IGNORECASE)
REPLY_ABOVE_LINE = re.compile(rf"^.{{0,40}}?(?:{REPLY_ABOVE})", re.IGNORECASE)
REPLY_ABOVE_HINTS = ("this line", "line to reply", "zeile", "linie", "ligne", "línea", "лини", "строк", "черт")
RULE_BEGINS = frozenset(" \t-–—_=*")
TWO_DASHES = frozenset({"--", "––", "——", "__", "=="})
BARE_BEGINS = (
    "begin",
    "anfang",
    "début",
    "inizio",
    "inicio",
    "início",
    "vidare",
    "videre",
    "rozpoc",
    "начало",
    "下面是",
)
RULE = re.compile(r"\s*[-–—_=*~]{3,}\s*$")


def is_separator(line: str) -> bool:
    """Whether a line says that the original message follows."""
    if line[:1] in RULE_BEGINS and line.lstrip(" \t*")[:2] in TWO_DASHES and SEPARATOR.match(line[:200]):
        return True
    return line[:6].casefold().startswith(BARE_BEGINS) and len(line) < 100 and BARE_SEPARATOR.match(line) is not None


def may_ask_to_reply_above(text: str) -> bool:
    """Whether any line of a text could be one above which a helpdesk wants the answer: cheap, asked of every mail."""
    lower = text.lower()
    return any(hint in lower for hint in REPLY_ABOVE_HINTS)


def asks_to_reply_above(line: str) -> bool:
    """Whether a line is the one above which a helpdesk wants the answer."""
    return REPLY_ABOVE_LINE.match(line[:300]) is not None


def header_kind(line: str) -> str:
    """Return which header field a line looks like (``from``, ``sent``, ``to``, …), "" for none."""
    head = line[: LONGEST_WORD + 12].replace("：", ":")
    word, colon, _ = head.partition(":")
    return KINDS.get(word.strip(" \t*_>|\xa0").casefold().replace("’", "'"), "") if colon else ""


def is_header_block(lines: list[str], first: int) -> bool:
    """Whether a pasted header begins at line ``first``: who sent it, and when, to whom or about what."""
    kinds = [header_kind(lines[first])]
    if kinds[0] not in {"from", "sent", "subject", "to"}:
        return False
    has_address, is_after_blank = "@" in lines[first], False
    for line in lines[first + 1 : first + MOST_LINES]:
        kind = header_kind(line)
        if kind and kind in kinds and kind == kinds[0]:
            break
        if kind:
            kinds.append(kind)
        elif not line.strip():
            if is_after_blank or len(set(kinds)) >= 3:
                break
        elif is_after_blank or not _goes_on(line):
            break
        is_after_blank = not line.strip()
        has_address = has_address or "@" in line
    found = set(kinds)
    ruled = first > 0 and any(RULE.match(line) or is_separator(line) for line in lines[max(0, first - 2) : first])
    enough = len(found & {"from", "sent", "to", "subject"}) >= (2 if ruled else 3)
    return enough and "from" in found and (has_address or "subject" in found)


def _goes_on(line: str) -> bool:
    """Whether a line may be the rest of a long list of people."""
    return line[:1].isspace() or "@" in line or line.rstrip().endswith((",", ";", "<", ">"))

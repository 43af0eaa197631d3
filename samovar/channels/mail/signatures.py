"""How people and their telephones sign."""

import re

from samovar.channels.mail.quote_words import ADDRESS, DEVICE_SIGNATURES, DEVICES, EXCUSE, PARCEL

DELIMITER = "-- "
DASHES = frozenset({"--", "—", "–", "- -", "‐‐"})
RULE = re.compile(r"_{2,}|[—–]{2,}")
RULE_BEGINS = frozenset(" -_—–‐=*~#+")
LONGEST_RULE = 100
MOST_LINES = 25
MOST_LINES_UNDER_RULE = 12
LONGEST_LINE_UNDER_RULE = 120
CONTACT = re.compile(
    rf"{ADDRESS}|https?://|www\.|(?<!\w)@\w{{3,}}|(?<!\d)\+?\d[\d ()./-]{{6,}}\d|mailing list|unsubscribe"
    rf"|confidential|virus"
    r"|конфиденциал|вирус|рассылк",
    re.IGNORECASE,
)
MACHINE_RULE = re.compile(r"[-=*~#+]{3,}|-{2,3}")
MACHINE_NOTE = re.compile(
    r"mailing list|unsubscribe|confidential|viruses|virus-free|checked by avg|avast|privileged"
    r"|intended (?:solely|only)|отписаться|вирус"
    r"|конфиденциал|vertraulich|abbestellen|désabonner|darse de baja",
    re.IGNORECASE,
)

DEVICE = re.compile(rf"\W{{0,6}}(?:{DEVICE_SIGNATURES})", re.IGNORECASE)
DEVICE_AT_END = re.compile(
    r"\W{0,4}(?:[\w.’'-]+\s){0,3}(?:from|via|per|von|с|з)\s(?:mobile|handy|unterwegs|мобильного|мобільного)\W{0,4}$"
    r"|\W{0,4}[^\n]{0,40}(?:で送信|から送信|发送|傳送|보냄)\W{0,3}$",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,.!;]\s")
OF_ONES_OWN = re.compile(r"\W{0,4}sent from (?:my|a|the)\b", re.IGNORECASE)
LINK = re.compile(r"\]?\(?<?https?://[^\s>)]*[>)]{0,2}")
LONGEST_DEVICE_LINE = 120
MOST_DEVICE_WORDS = 12


def is_signature(lines: list[str], first: int, end: int) -> bool:
    """Whether the lines from ``first``, a dividing line, up to ``end`` are a signature.

    Two dashes say so. Under other lines people also put what matters, so there it must read like a signature.
    """
    rule = lines[first].rstrip("\r")
    below = [line for line in lines[first + 1 : end] if line.strip()]
    if rule == DELIMITER or rule.strip() in DASHES:
        return len(below) <= MOST_LINES or rule == DELIMITER
    text = "\n".join(below[:MOST_LINES_UNDER_RULE])
    is_short = len(below) <= MOST_LINES_UNDER_RULE and all(len(line) <= LONGEST_LINE_UNDER_RULE for line in below)
    if RULE.fullmatch(rule.strip()):
        return is_short and CONTACT.search(text) is not None
    return len(below) <= MOST_LINES and MACHINE_NOTE.search(text) is not None


def divides(line: str) -> bool:
    """Whether a line could be the one above a signature."""
    if line[:1] not in RULE_BEGINS or len(line) > LONGEST_RULE:
        return False
    bare = line.strip()
    return bare in DASHES or RULE.fullmatch(bare) is not None or MACHINE_RULE.fullmatch(bare) is not None


def is_device_signature(line: str) -> bool:
    """Whether a line is what a telephone or a program adds: "Sent from my iPhone", «Отправлено с телефона»."""
    bare = LINK.sub(" ", line[: LONGEST_DEVICE_LINE * 3]).strip()
    if not bare or len(bare) > LONGEST_DEVICE_LINE or len(bare.split()) > MOST_DEVICE_WORDS or PARCEL.search(bare):
        return False
    if DEVICE_AT_END.match(bare):
        return True
    names_device = (
        DEVICES.search(bare) or (OF_ONES_OWN.match(bare) and not bare.endswith(("!", "?"))) or LINK.search(line)
    )
    if not names_device or not DEVICE.match(bare):
        return False
    # "Sent from my desk, is much easier than my mobile phone." is a sentence of its own.
    tail = CLAUSE.split(bare, maxsplit=1)[1:]
    return not tail or len(tail[0].split()) <= 2 or EXCUSE.search(tail[0]) is not None

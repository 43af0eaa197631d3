"""What the servers on a mail's way thought of it: their mark for spam, in the words of the usual filters."""

import re
from collections.abc import Callable

from samovar.channels.mail.headers import Headers

CONFIDENT = 5
"""Of Microsoft's levels (0 to 9): from here on it goes into the junk folder."""
FIRST_WORD = re.compile(r"[^a-z]*([a-z]+)")
LEVEL_IN_REPORT = re.compile(r"(?:^|;)\s*scl:\s*(-?\d{1,2})\s*(?:;|$)", re.IGNORECASE)
LEVEL = re.compile(r"\s*(-?\d{1,2})\s*$")


def _begins_with(*words: str) -> Callable[[str], bool]:
    def says(value: str) -> bool:
        found = FIRST_WORD.match(value[:200].lower())
        return found is not None and found.group(1) in words

    return says


def _is_confident(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def says(value: str) -> bool:
        found = pattern.search(value)
        return found is not None and int(found.group(1)) >= CONFIDENT

    return says


# A level of stars alone (X-Spam-Level) says nothing: every installation draws its line elsewhere.
MARKS: dict[str, Callable[[str], bool]] = {
    "x-spam-flag": _begins_with("yes", "true"),
    "x-spam-status": _begins_with("yes"),
    "x-spam": _begins_with("yes", "true", "spam"),
    "x-barracuda-spam-flag": _begins_with("yes"),
    "x-barracuda-spam-status": _begins_with("yes"),
    "x-bogosity": _begins_with("yes", "spam"),
    "x-dspam-result": _begins_with("spam"),
    "x-spampanel-class": _begins_with("spam"),
    "x-spamexperts-class": _begins_with("spam"),
    "x-kaspersky-antispam-status": _begins_with("spam"),
    "x-klms-antispam-status": _begins_with("spam"),
    "x-yandex-spam": lambda value: value.strip() == "4",
    "x-ms-exchange-organization-scl": _is_confident(LEVEL),
    "x-forefront-antispam-report": _is_confident(LEVEL_IN_REPORT),
}


def is_marked_as_spam(headers: Headers) -> bool:
    """Tell whether a filter has called the mail spam; of each mark the topmost counts, which is the last server's."""
    return any(name in headers and says(headers.raw(name)) for name, says in MARKS.items())

"""Links as people write them into a text."""

import re

LINK = re.compile(r"https?://[^\s<>\"«»]+", re.IGNORECASE)
# What stands after a link in a sentence and does not belong to it.
AFTER_LINK = ".,;:!?'*_"
CLOSED_BY = {")": "(", "]": "["}


def trimmed(url: str) -> str:
    """Return a link without what belongs to the sentence; a bracket belongs to it unless it was opened in the link."""
    unopened = {closing: url.count(closing) - url.count(opening) for closing, opening in CLOSED_BY.items()}
    end = len(url)
    while end and (url[end - 1] in AFTER_LINK or unopened.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in unopened:
            unopened[url[end]] -= 1
    return url[:end]

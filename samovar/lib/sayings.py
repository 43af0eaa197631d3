"""Sentences that are written down now and read later, each reader in their own language.

What a worker has to say (why a mailbox cannot be read) is kept as the English text and its values; it is put into words
when somebody looks at it. Texts are marked for translation by ``gettext_noop`` where they are written.
"""

import json

# Under a name of its own: the texts are literal where they are written, not here.
from django.utils.translation import gettext as translated

LONGEST = 500
LONGEST_VALUE = 160


def kept(text: str, **values: str | int) -> str:
    """Return what to store, at most LONGEST characters: long values are cut, the text never is."""
    limit = LONGEST_VALUE
    while True:
        short = {name: value if isinstance(value, int) else value[:limit] for name, value in values.items()}
        content = json.dumps([text, short], ensure_ascii=False)
        if len(content) <= LONGEST or limit == 0:
            return content
        limit //= 2


def told(content: str) -> str:
    """Return what was kept in the reader's language; what was not kept by us is returned as it is."""
    try:
        text, values = json.loads(content)
        return translated(text) % values if values else translated(text)
    except (ValueError, TypeError, KeyError):
        return content

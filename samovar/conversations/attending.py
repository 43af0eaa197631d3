"""Who has a conversation open and what they begin to write: told to everybody's open screens, stored nowhere.

What is told here is heard by the processes that hold the streams (``live/attending.py``), and by nobody who is away.
"""

import json
import re
from dataclasses import asdict, dataclass

from django.db import connection
from django.utils.text import Truncator

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.lib.markdown import words_of
from samovar.lib.text import tidy

CHANNEL = "samovar_attending"
TAB = re.compile(r"[0-9a-z]{1,40}")
# Of what is written so many signs are told; they stand within so many as it was typed.
MOST_WORDS, LOOKED_AT = 60, 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """What one screen of a person tells: that it has a conversation open, has none any more, or what is written there.

    ``mode`` is that of a draft, and empty where nothing is written. Without ``words`` nothing is written any more.
    ``tab`` names the screen, among those of its person.
    """

    user_id: int
    name: str = ""
    tab: str = ""
    conversation_id: int = 0
    inbox_id: int = 0
    mode: str = ""
    words: str = ""

    @classmethod
    def read(cls, text: str) -> "Sign | None":
        """Return the sign that was told, None for what another version tells."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            return None


def attend(conversation: Conversation, user: User, tab: str) -> None:
    """Tell that ``user`` has the conversation open; to be told again each minute."""
    _tell(
        Sign(user_id=user.pk, name=user.name, tab=tab, conversation_id=conversation.pk, inbox_id=conversation.inbox_id)
    )


def leave(user: User, tab: str) -> None:
    """Tell that this screen shows no conversation any more."""
    _tell(Sign(user_id=user.pk, tab=tab))


def write(conversation: Conversation, user: User, mode: str, text: str, tab: str = "") -> None:
    """Tell how what ``user`` writes begins; an empty text says that nothing is written any more."""
    _tell(
        Sign(
            user_id=user.pk,
            name=user.name,
            tab=tab,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            mode=mode,
            words=beginning(text),
        )
    )


def beginning(text: str) -> str:
    """Return the first words of a text as one line, without its signs."""
    return Truncator(tidy(words_of(text[:LOOKED_AT]))).chars(MOST_WORDS)


def tab_of(text: str) -> str:
    """Return the name of a screen, nothing for what is none."""
    return text if TAB.fullmatch(text) else ""


def _tell(sign: Sign) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(asdict(sign))])

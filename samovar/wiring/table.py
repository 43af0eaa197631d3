"""Who reacts to what: the whole list of reactions, in the order in which they run."""

from samovar.conversations.events import ReplyWritten
from samovar.events.effects import Effect, when
from samovar.wiring import mail

EFFECTS: list[Effect] = [
    when(ReplyWritten, now=[mail.send_reply]),
]

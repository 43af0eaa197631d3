"""What follows for the mail when something happens in a conversation."""

from datetime import timedelta

from samovar.channels import bouncing, confirming, outgoing, returned
from samovar.conversations.events import ConfirmationWritten, MessageReceived, ReplyWritten
from samovar.conversations.inbound import HUMAN
from samovar.lib import clock

# Nothing follows from what an import brings from long ago.
RECENT = timedelta(days=30)


def send_reply(event: ReplyWritten) -> None:
    """Put a reply on its way together with the reply itself, so that neither exists without the other."""
    if event.is_to_be_sent:
        outgoing.queue(event.message_id, event.at)


def send_confirmation(event: ConfirmationWritten) -> None:
    """Put what a machine of ours wrote on its way together with it."""
    outgoing.queue(event.message_id, event.at)


def confirm(event: MessageReceived) -> None:
    """Tell a person who has just written that their mail has come, where the inbox does so."""
    if event.is_waiting and clock.now() - event.at < confirming.IN_TIME:
        confirming.confirm(event.message_id)


def note_what_came(event: MessageReceived) -> None:
    """Note on our letters what came back, and on addresses that somebody is there."""
    if event.mail_class in bouncing.REPORTS:
        bouncing.take_note(event.message_id)
    elif event.mail_class == HUMAN and clock.now() - event.at < RECENT:
        returned.revive(event.message_id)

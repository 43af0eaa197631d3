"""What follows for the mail when something happens in a conversation."""

from samovar.channels import outgoing
from samovar.conversations.events import ReplyWritten


def send_reply(event: ReplyWritten) -> None:
    """Put a reply on its way together with the reply itself, so that neither exists without the other."""
    if event.is_to_be_sent:
        outgoing.queue(event.message_id, event.at)

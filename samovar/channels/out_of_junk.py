"""Mail that lay among spam and was moved into the inbox by somebody, in their mail program: it is no spam."""

from collections.abc import Sequence

from samovar.channels.models import MailFolder, RawMail
from samovar.channels.models.folder import Role
from samovar.channels.storing import Arrival
from samovar.conversations import spam
from samovar.conversations.models import Conversation


def follow(inbox_folder: MailFolder, arrivals: Sequence[Arrival]) -> None:
    """See which of the mails that lie in the inbox folder were known from the folder for spam, and take them out.

    Called in the transaction that notes where the mails lie. What nobody has understood yet is understood as mail of
    the inbox; what is a message already lets its conversation go where it would have gone.
    """
    numbers = {arrival.sha256: arrival.uid for arrival in arrivals}
    known = RawMail.objects.filter(
        inbox=inbox_folder.account.inbox_id, folder__role=Role.JUNK, sha256__in=list(numbers)
    ).order_by("pk")
    for raw in known.defer("content").select_for_update(of=("self",)):
        raw.folder, raw.uid_validity, raw.uid = inbox_folder, inbox_folder.uid_validity, numbers[bytes(raw.sha256)]
        raw.save(update_fields=["folder", "uid_validity", "uid"])
        _clear(raw)


def follow_meanwhile(raw: RawMail) -> None:
    """Do the same for a mail that was moved while it was being understood as one of the folder for spam."""
    if raw.role == Role.JUNK:
        raw.refresh_from_db(fields=["folder", "message"])
        if raw.role != Role.JUNK:
            _clear(raw)


def _clear(raw: RawMail) -> None:
    for conversation in Conversation.objects.filter(messages=raw.message_id) if raw.message_id else ():
        spam.clear_elsewhere(conversation)

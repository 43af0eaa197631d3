"""Letters to the staff that come where many read: quoted in an answer, sent back, or copied by a provider.

What such a letter opens is shut in the transaction in which the mail is stored, so that nobody who reads it here can
use it.
"""

from collections.abc import Sequence

from samovar.accounts import leaking
from samovar.accounts.leaking import Letter
from samovar.channels.mail.entrances import Entrances
from samovar.channels.models import StaffLetter
from samovar.channels.understanding import Meaning


def shut(found: Sequence[Entrances]) -> None:
    """Shut what the links and letters open that mails hold."""
    for one in filter(None, found):
        leaking.shut(one.invitations, one.new_passwords)
    if ids := {letter for one in found for letter in one.letters}:
        leaking.shut_letters(
            Letter(letter.recipient, letter.created_at) for letter in StaffLetter.objects.filter(message_id__in=ids)
        )


def is_letter_itself(meaning: Meaning) -> bool:
    """Whether a mail of the Sent folder is a letter to the staff to which the provider gave another id.

    It was written to the one whom its link lets in, and to nobody else.
    """
    inbound, found = meaning.inbound, meaning.entrances
    if not inbound.is_sent or not found.has_links or inbound.named_ids or inbound.answered_messages:
        return False
    written_to = {address.lower() for people in inbound.recipients.values() for _name, address in people}
    return written_to == leaking.owners(found.invitations, found.new_passwords)

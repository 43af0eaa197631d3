"""Copies of what we send in the Sent folder: where the provider puts none there, we do, byte by byte.

Nobody needs to know what a provider does: the Sent folder is read anyway, and a letter of ours that is not met there
within a while is put there. One that is met there is known by its Message-ID, which only we can have made, and becomes
no second message.
"""

import re
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from imap_tools import BaseMailBox, MailMessageFlags
from imap_tools.errors import MailboxAppendError

from samovar.channels.connecting import quoted
from samovar.channels.mail.entrances import LETTER_FIELD
from samovar.channels.mail.headers import head_of
from samovar.channels.models import ChannelAccount, MailFolder, RawMail, SentCopy, StaffLetter
from samovar.channels.models.folder import CopiedBy, Role
from samovar.conversations import signing
from samovar.conversations.models import Message
from samovar.conversations.tokens import our_message
from samovar.lib import faults, sayings

# How long a provider has to put the copy there by itself.
PATIENCE = timedelta(seconds=90)
TRIED_FOR = timedelta(days=7)
LONGEST_PAUSE = timedelta(hours=6)
AT_ONCE = 20
OWN_ID = re.compile(rb"^Message-ID:\s*<([^<>\s]{1,998})>", re.MULTILINE | re.IGNORECASE)
OWN_LETTER = re.compile(rb"^%s:\s*([^<>\s]{1,300})" % LETTER_FIELD.encode("ascii"), re.MULTILINE | re.IGNORECASE)
# In one round trip, in the transaction that notes the letter as sent; nothing where no copy is wanted.
WANT = """
INSERT INTO channels_sentcopy (message_id, account_id, content, sent_at, next_try_at, tries, problem)
SELECT %s, account_id, %s, %s, %s, 0, '' FROM channels_mailfolder
WHERE account_id = %s AND role = %s AND gone_at IS NULL AND copied_by IN (%s, %s)
ON CONFLICT DO NOTHING
"""


def want(message_id: int, account_id: int, content: bytes, at: datetime) -> None:
    """Note that a letter has left whose copy is to lie in the Sent folder."""
    wanted = (CopiedBy.FOUND_OUT.value, CopiedBy.US.value)
    values: list[int | str | bytes | datetime] = [
        message_id,
        content,
        at,
        at + PATIENCE,
        account_id,
        Role.SENT.value,
        *wanted,
    ]
    with connection.cursor() as cursor:
        cursor.execute(WANT, values)


def know_own_letter(raw: RawMail) -> bool:
    """Whether a mail of the Sent folder is a letter of ours; then it is done with, and its copy noted as found."""
    if raw.role != Role.SENT:
        return False
    head = head_of(bytes(raw.content))
    found, marked = OWN_ID.search(head), OWN_LETTER.search(head)
    own_id = found[1].decode("ascii", "replace") if found else ""
    # Some providers give what they send another id.
    letter_id = marked[1].decode("ascii", "replace") if marked else own_id
    if StaffLetter.objects.filter(message_id=letter_id).exists():
        raw.note_own(None, timezone.now())
        return True
    message_pk = our_message(own_id, signing.keys())
    if message_pk is None or not Message.objects.filter(pk=message_pk, external_id__iexact=own_id).exists():
        return False
    for copy in SentCopy.objects.filter(message=message_pk):
        copy.note_found(timezone.now())
    raw.note_own(message_pk, timezone.now())
    return True


def put_missing(account: ChannelAccount, mailbox: BaseMailBox) -> None:
    """Put letters into the Sent folder that were not met there; it must have been read to its end just now."""
    folder = MailFolder.objects.filter(account=account, role=Role.SENT, gone_at=None).first()
    if folder is None:
        return
    now = timezone.now()
    due = SentCopy.objects.waiting().filter(account=account, next_try_at__lt=now, sent_at__lt=folder.fetched_at or now)
    for copy in due.select_related("message").order_by("next_try_at")[:AT_ONCE]:
        if folder.copied_by not in (CopiedBy.FOUND_OUT, CopiedBy.US):
            copy.note_dropped(now, sayings.kept(_("No copies are put into the Sent folder.")))
        else:
            _put(copy, folder, mailbox)


def _put(copy: SentCopy, folder: MailFolder, mailbox: BaseMailBox) -> None:
    now = timezone.now()
    try:
        mailbox.append(bytes(copy.content or b""), folder.name, copy.sent_at, [MailMessageFlags.SEEN])
        faults.point("copy.put")
        copy.note_kept(now)
    except MailboxAppendError as error:
        said = quoted(b" ".join(part for part in error.command_result[1] if isinstance(part, bytes)))
        problem = sayings.kept(_("The incoming server does not take the copy: %(answer)s"), answer=said)
        if now - copy.sent_at > TRIED_FOR:
            copy.note_dropped(now, problem)
        else:
            copy.note_failure(problem, now + min(PATIENCE * 2 ** min(copy.tries, 10), LONGEST_PAUSE))

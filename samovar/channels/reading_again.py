"""Mail that could not be read: why, what came, and reading it again when somebody asks for it."""

from django.db import transaction
from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _

from samovar.accounts.models import User
from samovar.channels import leaks, taking_in
from samovar.channels.models import RawMail
from samovar.channels.understanding import Meaning, understand_safely
from samovar.conversations.inbound import UNREADABLE
from samovar.conversations.models import Conversation, Message
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.reviving import revive
from samovar.lib.fence import Fence
from samovar.lib.text import printable

SHOWN_BYTES = 200_000
NO_MAIL = _("It does not begin like a mail: there is no header that we know.")
NOT_STORED = _("The database did not take it: it is too large, or holds something that cannot be stored.")
TOO_MUCH = _("It is nested so deep or is so large that reading it would have held up everything else.")
STUMBLED = _("Something in it made our reader stumble.")
OF_THE_DATABASE = ("DataError", "OperationalError", "InternalError", "IntegrityError", "ProgrammingError")
TOO_LONG = _("Reading it took longer than ten seconds, so it was stopped.")
TOO_MUCH_MEMORY = _("Reading it took more memory than a mail may take, so it was stopped.")
BROKEN = _("Our reader broke down over it three times.")
OF_THE_READER = {"TookTooLong": TOO_LONG, "TookTooMuch": TOO_MUCH_MEMORY, "ReaderDied": BROKEN}
OF_SIZE = ("RecursionError", "MemoryError", "OverflowError", "TimeoutError")


def raw_mail_of(message: Message) -> RawMail | None:
    """Return the mail that a message was made of, with its beginning in ``beginning``; None if it came otherwise."""
    beginning = Substr("content", 1, SHOWN_BYTES, output_field=BinaryField())
    rows = RawMail.objects.filter(message=message.pk).order_by("pk").defer("content")
    return rows.annotate(beginning=beginning).first()


def beginning_of(raw: RawMail) -> str:
    """Return the beginning of a mail as text that turns nothing and hides nothing."""
    text = bytes(vars(raw)["beginning"]).decode("utf-8", "replace")
    return printable(text.replace("\r\n", "\n"))


def why_unread(raw: RawMail) -> str:
    """Return in words why a mail could not be read."""
    kind = raw.problem.partition(":")[0]
    if kind in OF_THE_READER:
        return translated(OF_THE_READER[kind])
    if kind in OF_THE_DATABASE:
        return translated(NOT_STORED)
    if kind in OF_SIZE:
        return translated(TOO_MUCH)
    return translated(STUMBLED if kind.endswith(("Error", "Exception")) else NO_MAIL)


def read_again(message: Message, by: User) -> Conversation | None:
    """Read a mail again, and return where it stands when that succeeds; None when it still cannot be read.

    Then it stays as it was, and its raw mail says why. A message that can be read already is left alone. Raises
    NoReader when this machine cannot read any mail for now, which is no reason to say anything about this one.
    """
    if message.mail_class != UNREADABLE:
        return message.conversation
    raw = RawMail.objects.filter(message=message).select_related("inbox", "account", "folder").order_by("pk").first()
    if raw is None:
        return None
    meaning = understand_safely(bytes(raw.content), taking_in.envelope_of(raw, own_addresses()))
    if meaning.inbound.mail_class == UNREADABLE:
        raw.note_problem("; ".join(meaning.problems))
        return None
    # Whatever the database says against it, the message that stands for it stays as it was.
    raw.note_try()
    with Fence() as fence:
        return _revived(raw, meaning, by)
    assert fence.error is not None
    taking_in.note_failure(raw, fence.error)
    return None


@transaction.atomic
def _revived(raw: RawMail, meaning: Meaning, by: User) -> Conversation:
    # The raw mail is locked first, as wherever mail is taken in.
    message = RawMail.objects.select_for_update(of=("self",)).select_related("message").get(pk=raw.pk).message
    assert message is not None
    [inbound] = taking_in.vouched([meaning])
    leaks.shut([meaning.entrances])
    return revive(message, inbound, by)

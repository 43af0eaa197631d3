"""Sending letters to the staff through the first mailbox that takes them.

Nothing is asked of the network inside a transaction or while somebody waits. The Message-ID is fixed when a letter is
written, so that one which had to be sent twice is recognised as one.
"""

from datetime import datetime, timedelta
from random import uniform

from django.db import Error, transaction
from django.utils.translation import gettext_noop as _

from samovar.accounts.models import Company
from samovar.channels import smtp
from samovar.channels.alone import alone
from samovar.channels.errors import ChannelTrouble, NotNow, RecipientRefused, Refused, Unclear
from samovar.channels.events import StaffLetterFailed
from samovar.channels.mail.addresses import Address
from samovar.channels.mail.compose import Draft, compose
from samovar.channels.mail.entrances import LETTER_FIELD
from samovar.channels.models import ChannelAccount, StaffLetter
from samovar.channels.sending import DAY, HELD, MINUTE, PAUSES_MINUTES, is_full
from samovar.channels.smtp import Letter
from samovar.conversations.own_addresses import own_addresses
from samovar.conversations.recipients import mailbox_key
from samovar.events.announcing import announce
from samovar.jobs import holding
from samovar.lib import clock, sayings
from samovar.lib.fence import Fence, reason

# The first number of the advisory locks that say which letters are being sent; the second is the letter.
LOCKS = 5_118
NOWHERE = ".invalid"
# So that no machine answers them, and none is told when they cannot be delivered.
MARKS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"}
NO_MAILBOX = sayings.kept(_("No mailbox can send at the moment."))
READ_BY_ALL = sayings.kept(
    _("This is the address of an inbox here: everybody who answers there would read the letter.")
)


def can_leave() -> bool:
    """Tell whether a letter would leave now: some mailbox is used for sending and has no trouble with it."""
    is_possible = ChannelAccount.objects.for_staff().filter(sending_problem="").exists()
    return is_possible and not holding.held(holding.SENDING)


def send(pk: int) -> datetime | None:
    """Try once to send the letter ``pk``; return when to try again, None when there is nothing more to do."""
    with alone(LOCKS, pk) as is_alone:
        letter = StaffLetter.objects.unsettled().filter(pk=pk).first() if is_alone else None
        return _send(letter) if letter else None


def _send(letter: StaffLetter) -> datetime | None:
    if letter.recipient.endswith(NOWHERE):
        # Written so that asking for a letter takes as long when nobody is there to get it.
        letter.delete()
    elif mailbox_key(letter.recipient) in map(mailbox_key, own_addresses().all):
        _give_up(letter, READ_BY_ALL)
    elif holding.held(holding.SENDING):
        return _put_off(letter, HELD)
    else:
        return _try_each(letter)
    return None


def _try_each(letter: StaffLetter) -> datetime | None:
    problem, refusals, tried = NO_MAILBOX, 0, 0
    for account in ChannelAccount.objects.for_staff().select_related("inbox"):
        if is_full(account, MINUTE) or is_full(account, DAY):
            continue
        tried += 1
        match _failure(letter, account):
            case None:
                return None
            case RecipientRefused() as refusal:
                _give_up(letter, refusal.kept)
                return None
            case Unclear() as trouble:
                # It may have been taken: another mailbox would make it two.
                return _put_off(letter, trouble.kept)
            case Refused() as refusal:
                problem, refusals = refusal.kept, refusals + 1
            case trouble:
                problem = trouble.kept
    if tried and refusals == tried:
        _give_up(letter, problem)
        return None
    return _put_off(letter, problem)


def _failure(letter: StaffLetter, account: ChannelAccount) -> ChannelTrouble | Refused | None:
    """Ask one mailbox to send a letter; return what came of it, None when it has left."""
    with Fence() as fence:
        account.check_sending(clock.now())
        content = _written(letter, account)
        letter.note_begun(account, clock.now())
        # Who wrote nothing gets nothing back; some servers let nothing out without a sender.
        smtp.send(account, Letter(("", account.inbox.address), letter.recipient, content))
    match fence.error:
        case None:
            letter.note_sent(clock.now())
            account.note_sending_works()
            return None
        case NotNow() | Refused() as answer:
            return answer
        case ChannelTrouble() as trouble:
            account.note_sending_problem(trouble.kept, clock.now(), _jitter())
            return trouble
        case Error() as error:
            raise error
        case error:
            return NotNow(_("Something went wrong on our side: %(error)s"), error=reason(error))


def _written(letter: StaffLetter, account: ChannelAccount) -> bytes:
    subject, text = letter.words
    name = Company.current_name() or account.inbox.sender_name or account.inbox.name
    draft = Draft(
        from_=Address(name, account.inbox.address),
        to=(Address("", letter.recipient),),
        # What is quoted in an answer opens an account: it goes back to whoever writes it, and not to all who read here.
        reply_to=(Address("", letter.recipient),),
        subject=subject,
        text=text,
        message_id=letter.message_id,
        date=letter.created_at,
        extra={**MARKS, LETTER_FIELD: letter.message_id},
    )
    return compose(draft)


def _put_off(letter: StaffLetter, problem: str) -> datetime | None:
    now = clock.now()
    if now > letter.give_up_at:
        _give_up(letter, problem)
        return None
    minutes = PAUSES_MINUTES[min(letter.tries, len(PAUSES_MINUTES) - 1)]
    at = now + timedelta(minutes=minutes * _jitter())
    letter.put_off(at, problem)
    return at


@transaction.atomic
def _give_up(letter: StaffLetter, problem: str) -> None:
    letter.note_failed(clock.now(), problem)
    announce(StaffLetterFailed(recipient=letter.recipient, written_at=letter.created_at, problem=problem))


def _jitter() -> float:
    return uniform(0.8, 1.0)

"""What comes back: which of our letters a mail speaks of, and what becomes of it.

Surest is the address that the letter was sent from, which nobody else knows; next our own Message-ID, which we signed,
but which all know to whom the letter or an answer to it went. So a report that only names it is not believed when it
says that an address does not exist from which somebody has written since, or complains for one of several recipients.
Everything else anybody could write: it is noted on the letter as a claim, and nothing follows from it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from samovar.channels import fates, returned
from samovar.channels.mail import reasons
from samovar.channels.mail.bounces import Bounce, find_bounce
from samovar.channels.mail.classes import MailClass
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.parsing import parse
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.channels.models.delivery import CLAIM, COMPLAINT, DELAYED, LONGEST_DIAGNOSTIC, LONGEST_STATUS
from samovar.conversations import signing
from samovar.conversations.recipients import mailbox_key
from samovar.conversations.tokens import BounceToken, find_bounce_token, our_message
from samovar.lib import sayings

REPORTS = frozenset({MailClass.BOUNCE, MailClass.DSN_DELAY, MailClass.FEEDBACK_REPORT})
# Actions of reports (RFC 3464) that say that all is well.
ARRIVED = frozenset({"delivered", "relayed", "expanded"})
SPOKEN_OF_FOR = timedelta(days=5)
LATE = _("Not delivered to %(address)s yet: its server keeps trying (%(status)s)")
LATE_WITHOUT_CODE = _("Not delivered to %(address)s yet: its server keeps trying")
UNWANTED = _("%(address)s reported this message as unwanted. No automatic mail goes there any more.")
CLAIMED = _("A mail says that this was not delivered to %(address)s. Nothing proves that it comes from a mail server.")


@dataclass(frozen=True)
class Match:
    """A letter that a report speaks of; without ``is_proved`` anybody could have written the report."""

    delivery: Delivery
    is_proved: bool


@transaction.atomic
def take_note(message_id: int) -> None:
    """Note on our letter what the report that became the message ``message_id`` says of it, if it speaks of one.

    Taking note twice changes nothing more; what was imported is history, and nothing follows from it.
    """
    raw = RawMail.objects.filter(message=message_id, is_from_archive=False).select_related("message").first()
    if raw is None or raw.message is None:
        return
    mail = parse(bytes(raw.content), raw.arrived_at)
    bounce = find_bounce(mail, MailClass(raw.message.mail_class))
    if bounce is None or bounce.action in ARRIVED:
        return
    if match := letter_of(mail, bounce):
        _note(match, bounce, raw.message.created_at)


def letter_of(mail: ParsedMail, bounce: Bounce) -> Match | None:
    """Return which of our letters a report speaks of; the first that hits wins."""
    if found := _sent_from(mail):
        return Match(found, is_proved=True)
    if named := _named(bounce):
        return named
    guessed = _last_to(bounce.recipient, mail.date)
    return Match(guessed, is_proved=False) if guessed else None


def messages_of(tokens: Collection[BounceToken]) -> dict[BounceToken | None, tuple[int]]:
    """Return which message each address was made for, if we made it."""
    ours = {token: token.delivery_id for token in tokens if token.is_ours(signing.keys())}
    if not ours:
        return {}
    found = dict(Delivery.objects.filter(pk__in=ours.values()).values_list("pk", "message"))
    return {token: (found[pk],) for token, pk in ours.items() if pk in found}


def addressed(mail: ParsedMail) -> list[str]:
    """Return all addresses that a mail was sent to, or passed on by."""
    return [*(one.address for one in (*mail.to, *mail.cc)), *mail.delivered_to]


def _sent_from(mail: ParsedMail) -> Delivery | None:
    token = find_bounce_token(addressed(mail))
    return _rows().filter(pk=token.delivery_id).first() if token and token.is_ours(signing.keys()) else None


def _named(bounce: Bounce) -> Match | None:
    message_id = our_message(bounce.original_message_id, signing.keys())
    if message_id is None:
        return None
    deliveries = list(_rows().filter(message=message_id))
    if len(deliveries) == 1:
        # The address may be another one: mail is passed on, and comes back from where it was passed to.
        return Match(deliveries[0], is_proved=not _is_contradicted(deliveries[0], bounce))
    key = mailbox_key(bounce.recipient)
    found = next((one for one in deliveries if mailbox_key(one.address) == key), None)
    return Match(found, is_proved=_is_believed_of_one_among_several(found, bounce)) if found else None


def _is_believed_of_one_among_several(delivery: Delivery, bounce: Bounce) -> bool:
    """Whether a report about one of several recipients is believed, each of whom knows the Message-ID.

    A complaint stops automatic mail for good, so that none is believed that another recipient could have written.
    """
    if bounce.action == COMPLAINT or _has_address_of_its_own(delivery):
        return False
    return not _is_contradicted(delivery, bounce)


def _is_contradicted(delivery: Delivery, bounce: Bounce) -> bool:
    """Whether somebody has written since the letter left from an address that a report says does not exist."""
    if not reasons.is_hard(reasons.precise(bounce.status, bounce.diagnostic)):
        return False
    wrote_at = returned.wrote_at(delivery.address)
    return wrote_at is not None and wrote_at > (delivery.sent_at or delivery.created_at)


def _has_address_of_its_own(delivery: Delivery) -> bool:
    """Whether reports come to the address that the letter was sent from."""
    return ChannelAccount.objects.filter(inbox=delivery.message.inbox_id, takes_verp=True).exists()


def _last_to(address: str, at: datetime) -> Delivery | None:
    if not address:
        return None
    sent = _rows().filter(pk__in=Delivery.objects.to_address(address).values("pk"), sent_at__gt=at - SPOKEN_OF_FOR)
    return sent.order_by("-pk").first()


def _rows() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("message__conversation").select_for_update(of=("self",))


def _note(match: Match, bounce: Bounce, at: datetime) -> None:
    delivery = match.delivery
    if delivery.bounced_at or delivery.failed_at:
        return
    before = delivery.action, delivery.problem
    if not match.is_proved:
        _set_aside_claim(delivery)
    elif bounce.action == COMPLAINT:
        delivery.action, delivery.problem = COMPLAINT, sayings.kept(UNWANTED, address=delivery.address)
    else:
        _take_over(delivery, bounce, at)
    if before != (delivery.action, delivery.problem):
        delivery.save(update_fields=["sent_at", "bounced_at", "status", "action", "diagnostic", "problem"])
        fates.tell(delivery.message, at)


def _set_aside_claim(delivery: Delivery) -> None:
    if not delivery.problem:
        delivery.action, delivery.problem = CLAIM, sayings.kept(CLAIMED, address=delivery.address)


def _take_over(delivery: Delivery, bounce: Bounce, at: datetime) -> None:
    status = reasons.precise(bounce.status, bounce.diagnostic)[:LONGEST_STATUS]
    delivery.status, delivery.diagnostic = status, bounce.diagnostic[:LONGEST_DIAGNOSTIC]
    # It came back, so it has left, even if the worker died before it could say so.
    delivery.sent_at = delivery.sent_at or at
    if bounce.action == DELAYED:
        delivery.action = DELAYED
        text = LATE if status else LATE_WITHOUT_CODE
        delivery.problem = sayings.kept(text, address=delivery.address, status=status)
    else:
        delivery.action, delivery.bounced_at = "failed", at
        delivery.problem = reasons.why_lost(delivery.address, status)
        returned.note_address(delivery, at)

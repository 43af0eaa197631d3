"""All of a mail that takes understanding: what is done with its bytes behind the fence, and nothing but data comes out.

Nothing here or below knows Django or a database, so that the process behind the fence is small and quickly there.
"""

from dataclasses import dataclass
from datetime import datetime

from samovar.channels.mail.addresses import Address
from samovar.channels.mail.bounces import find_bounce
from samovar.channels.mail.classes import MailClass, classify
from samovar.channels.mail.entrances import Entrances, find_entrances
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import ReplyText, visible_text
from samovar.channels.mail.senders import OwnPlaces, original_sender
from samovar.channels.mail.spam import is_marked_as_spam
from samovar.channels.mail.subjects import normalised_subject
from samovar.channels.mail.verdicts import Verdict, verdict


@dataclass(frozen=True)
class Circumstances:
    """What has to be known to read a mail: when it came, what stands for us, whose word on senders we take."""

    arrived_at: datetime
    own: OwnPlaces = OwnPlaces()
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What was read in a mail. ``reported_id`` is the id of ours that it says did not arrive, "" for none."""

    mail: ParsedMail
    mail_class: MailClass
    sender: Address
    verdict: Verdict
    reply: ReplyText
    subject_key: str
    reported_id: str
    is_marked_as_spam: bool
    entrances: Entrances


def read(content: bytes, circumstances: Circumstances) -> Reading:
    """Return what stands in a mail."""
    mail = parse(content, circumstances.arrived_at)
    mail_class = classify(mail, circumstances.own)
    bounce = find_bounce(mail, mail_class)
    reported_id = bounce.original_message_id if bounce else ""
    return Reading(
        mail=mail,
        mail_class=mail_class,
        sender=original_sender(mail, circumstances.own),
        verdict=verdict(mail, circumstances.trusted),
        reply=visible_text(mail.text, mail.html),
        subject_key=normalised_subject(mail.subject),
        reported_id=reported_id,
        is_marked_as_spam=is_marked_as_spam(mail.headers),
        entrances=find_entrances(mail, reported_id),
    )

"""What we see in a mail, as plain data: for people who ask, and for programs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from samovar.channels.mail.addresses import Address
from samovar.channels.mail.bounces import Bounce, find_bounce
from samovar.channels.mail.classes import classify
from samovar.channels.mail.conversation_rules import conversation_rule
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import visible_text
from samovar.channels.mail.senders import OwnPlaces, original_sender
from samovar.channels.mail.verdicts import verdict

Facts = dict[str, object]


@dataclass(frozen=True)
class Standpoint:
    """What we are told beforehand: whose word on senders we take, and which addresses are ours."""

    trusted_servers: Collection[str] = ()
    own_addresses: Collection[str] = ()


def explain(raw: bytes, standpoint: Standpoint = Standpoint()) -> Facts:
    """Return what we see in a mail. Every key is always there; a text that the mail lacks is ""."""
    mail = parse(raw)
    own = OwnPlaces.of(standpoint.own_addresses)
    mail_class = classify(mail, own)
    reply = visible_text(mail.text, mail.html)
    return {
        "from": _person(mail.from_),
        "sender": _person(original_sender(mail, own)),
        "to": [_person(person) for person in mail.to],
        "cc": [_person(person) for person in mail.cc],
        "reply_to": [_person(person) for person in mail.reply_to],
        "subject": mail.subject,
        "date": _moment(mail.sent_at),
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to[0] if mail.in_reply_to else "",
        "references": list(mail.references),
        "verdict": str(verdict(mail, standpoint.trusted_servers)),
        "class": str(mail_class),
        "conversation_rule": str(conversation_rule(mail)),
        "visible_text": reply.visible,
        "hidden_text": reply.hidden,
        "attachments": [{"name": file.name, "type": file.media_type, "size": file.size} for file in mail.attachments],
        "bounce": _bounce(find_bounce(mail, mail_class)),
        "problems": list(mail.problems),
    }


def explain_unreadable(problem: str) -> Facts:
    """Return the same keys for something that could not even be read."""
    return {**explain(b""), "message_id": "", "problems": [problem]}


def _person(person: Address) -> dict[str, str]:
    return {"name": person.name, "address": person.address}


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _bounce(bounce: Bounce | None) -> dict[str, str] | None:
    if bounce is None:
        return None
    return {
        "recipient": bounce.recipient,
        "status": bounce.status,
        "action": bounce.action,
        "original_message_id": bounce.original_message_id,
    }

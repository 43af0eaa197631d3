"""Reading who has to do with a conversation: in one query, or as part of another, because people wait for it."""

import json
from typing import Any

from django.db.models import Func, JSONField

from samovar.conversations.recipients import Answered, Circle, Person
from samovar.lib.prepared import prepared

# The message that is answered is the newest that a person wrote: the customer, or somebody whom the team has admitted.
TEMPLATE = """
(SELECT jsonb_build_array(customer.name,
    (SELECT jsonb_build_array(message.sender_name, message.sender_address, message.recipients,
            message.verdict = 'failed', message.id)
     FROM conversations_message AS message
     WHERE message.conversation_id = conversation.id AND message.direction = 'in' AND message.mail_class = 'human'
       AND (message.customer_id = conversation.customer_id OR EXISTS (
            SELECT FROM conversations_participant AS part JOIN customers_identity AS identity
                ON identity.id = part.identity_id
            WHERE part.conversation_id = conversation.id AND part.admitted_at IS NOT NULL
              AND identity.customer_id = message.customer_id))
     ORDER BY message.created_at DESC, message.id DESC LIMIT 1),
    (SELECT jsonb_agg(identity.shown ORDER BY identity.undeliverable_at NULLS FIRST, identity.id DESC)
     FROM customers_identity AS identity
     WHERE identity.customer_id = conversation.customer_id AND identity.kind = 'email' AND identity.shown <> ''),
    (SELECT jsonb_agg(jsonb_build_array(person.name, identity.shown, part.is_hidden) ORDER BY part.id)
     FROM conversations_participant AS part
     JOIN customers_identity AS identity ON identity.id = part.identity_id
     JOIN customers_customer AS person ON person.id = identity.customer_id
     WHERE part.conversation_id = conversation.id AND part.admitted_at IS NOT NULL AND identity.kind = 'email'),
    (SELECT jsonb_agg(ours.address) FROM (
        SELECT address FROM conversations_inbox WHERE address <> ''
        UNION ALL SELECT address FROM conversations_inboxaddress) AS ours),
    (SELECT jsonb_agg(identity.value)
     FROM conversations_conversation AS main
     JOIN customers_identity AS identity ON identity.customer_id = main.customer_id
     WHERE main.id = conversation.parent_id AND identity.kind = 'email'))
FROM conversations_conversation AS conversation
JOIN customers_customer AS customer ON customer.id = conversation.customer_id
WHERE conversation.id = %(expressions)s)
"""
READ = f"SELECT {TEMPLATE % {'expressions': '%s'}}"
# Whoever writes an answer needs a number for it too: one round trip instead of two.
READ_TO_WRITE = f"{READ}, nextval(pg_get_serial_sequence('conversations_message', 'id'))"


class CircleOf(Func):
    """What is known of a conversation, by its number, as part of a query; circle() reads it."""

    template = TEMPLATE
    output_field = JSONField()


def circle_of(conversation_id: int) -> Circle:
    """Return who has to do with a conversation, as far as they can be written to by e-mail."""
    with prepared(READ, [conversation_id]) as cursor:
        [found] = cursor.fetchone()
    return circle(json.loads(found))


def circle_and_number(conversation_id: int) -> tuple[Circle, int]:
    """Return who has to do with a conversation, and the number of the message that is going to be written there."""
    with prepared(READ_TO_WRITE, [conversation_id]) as cursor:
        found, number = cursor.fetchone()
    return circle(json.loads(found)), int(number)


def circle(found: list[Any]) -> Circle:
    """Return what CircleOf has found."""
    name, answered, own, admitted, ours, barred = found
    return Circle(
        customer=tuple(Person(name, address) for address in own or ()),
        answered=_answered(*answered) if answered else None,
        admitted=tuple(Person(name, address) for name, address, is_hidden in admitted or () if not is_hidden),
        ours=frozenset(ours or ()),
        barred=frozenset(barred or ()),
        hidden=tuple(Person(name, address) for name, address, is_hidden in admitted or () if is_hidden),
    )


def _answered(name: str, address: str, named: dict[str, Any], is_doubted: bool, number: int) -> Answered:
    others = (*_people(named, "to"), *_people(named, "cc"))
    return Answered(Person(name, address), _people(named, "reply_to"), others, is_doubted, number)


def _people(named: dict[str, Any], field: str) -> tuple[Person, ...]:
    return tuple(Person(*one) for one in named.get(field, ()))

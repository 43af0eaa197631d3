"""Which conversations, and which members of staff, the signed addresses in a mail belong to."""

from collections.abc import Collection

from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations import signing
from samovar.conversations.models import Conversation, ConversationRedirect, Inbox, Participant
from samovar.conversations.tokens import ReplyToken, Token, day_of
from samovar.customers.models import Identity
from samovar.customers.models.identity import normalised
from samovar.lib import clock


def conversations_of(found: Collection[ReplyToken]) -> dict[ReplyToken, int]:
    """Return the conversation of each token that we made for somebody who takes part there; the others are left out.

    Whoever holds such an address may write into the conversation; it says nothing about who they are.
    """
    today = day_of(clock.now())
    found = {token for token in found if token.token.is_believed_on(today)}
    if not found:
        return {}
    wanted = {token.conversation_id for token in found if token.conversation_id < 2**63}
    now_in = {pk: pk for pk in wanted}
    redirects = ConversationRedirect.objects.filter(old_id__in=wanted)
    now_in.update(redirects.values_list("old_id", "conversation_id"))
    recipients = _recipients(set(now_in.values()))
    return {
        token: token.conversation_id
        for token in found
        if token.recipient(recipients.get(now_in.get(token.conversation_id, 0), ()), signing.keys()) is not None
    }


def staff_of(found: Collection[tuple[Token, int]]) -> dict[tuple[Token, int], str]:
    """Return the address, as it is compared, of the member of staff for whom we made each token.

    Each comes with the id of the inbox that it came to; those are left out whose owner does not see that inbox now.
    Somebody who holds one is believed to be them only if their address was checked by our mail server too.
    """
    today = day_of(clock.now())
    signed = {one for one in found if one[0].is_believed_on(today) and one[0].is_signed("forward", signing.keys())}
    numbers = {token.number for token, _inbox in signed if token.number < 2**63}
    users = User.objects.filter(pk__in=numbers, is_active=True)
    # One question an inbox: a batch is of few, and most hold nothing that was passed on.
    inboxes = Inbox.objects.filter(pk__in={inbox_id for _token, inbox_id in signed}) if numbers else ()
    seeing = {(user.pk, inbox.pk): user for inbox in inboxes for user in inbox.those_who_see(users)}
    owners = {(token, inbox_id): seeing.get((token.number, inbox_id)) for token, inbox_id in signed}
    return {one: normalised("email", owner.email) for one, owner in owners.items() if owner and owner.can_answer}


def _recipients(conversation_ids: set[int]) -> dict[int, list[int]]:
    """Return the ids of all addresses that may have been written to, by conversation."""
    found: dict[int, list[int]] = {pk: [] for pk in conversation_ids}
    owners = dict(Conversation.objects.filter(pk__in=conversation_ids).values_list("pk", "customer_id"))
    own = Identity.objects.filter(Q(customer__in=owners.values()) | Q(customer__merged_into__in=owners.values()))
    own = own.filter(customer__erased_at=None)
    by_customer: dict[int, list[int]] = {}
    for pk, customer_id, merged_id in own.values_list("pk", "customer_id", "customer__merged_into_id"):
        by_customer.setdefault(merged_id or customer_id, []).append(pk)
    for conversation_id, customer_id in owners.items():
        found[conversation_id] += by_customer.get(customer_id, [])
    admitted = Participant.objects.filter(conversation__in=conversation_ids, admitted_at__isnull=False)
    for conversation_id, identity_id in admitted.values_list("conversation_id", "identity_id"):
        found[conversation_id].append(identity_id)
    return found

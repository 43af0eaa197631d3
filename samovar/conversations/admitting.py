"""Deciding whether somebody who was named in a mail, or wrote unasked, takes part in a conversation."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from samovar.accounts.models import User
from samovar.conversations.events import ParticipantAdmitted, ParticipantDeclined
from samovar.conversations.models import Conversation, Draft, Participant
from samovar.conversations.models.participant import ParticipantRole
from samovar.conversations.recipients import Circle, Person, Recipients, mailbox_key
from samovar.customers.models import Identity
from samovar.customers.models.identity import IdentityKind
from samovar.customers.recognition import Sender, lock_addresses, recognise, recognise_all
from samovar.events.announcing import announce
from samovar.lib import clock


@transaction.atomic
def admit(participant: Participant, by: User) -> None:
    """Let this person get answers from now on; nothing that was written before is sent to them. Twice is once.

    Somebody who was erased meanwhile stays out.
    """
    # Before the rows, as everywhere.
    sender = Sender(IdentityKind.EMAIL, participant.address, participant.name, clock.now())
    lock_addresses([sender.key])
    _lock(participant)
    if participant.admitted_at is None and participant.address:
        participant.identity = participant.identity or _recognised(sender)
        participant.admitted_at, participant.declined_at = clock.now(), None
        participant.save(update_fields=["identity", "admitted_at", "declined_at"])
        announce(ParticipantAdmitted(**participant.conversation.heading(by), who=participant.shown))


@transaction.atomic
def admit_all(conversation: Conversation, to: Recipients, by: User, circle: Circle) -> None:
    """Let everybody take part to whom somebody of the team writes; whoever gets a hidden copy stays hidden.

    ``circle`` are those who get the answers already. Somebody unknown becomes a customer who claims their address.
    """
    hidden = {person.key for person in circle.hidden}
    openly = [one for one in (*to.to, *to.cc) if one.key not in circle.known - hidden]
    unseen = [one for one in to.bcc if one.key not in hidden]
    if openly or unseen:
        _invite(conversation, openly, unseen, by)


def _invite(conversation: Conversation, openly: Sequence[Person], unseen: Sequence[Person], by: User) -> None:
    senders = [Sender(IdentityKind.EMAIL, one.address, one.name, clock.now()) for one in (*openly, *unseen)]
    # All of them, in one order, before any row: two who write to the same people must not wait for each other.
    lock_addresses(sender.key for sender in senders)
    customers = recognise_all(senders)
    conversation.writable()
    values = {sender.key[1] for sender in senders}
    identities = {one.value: one for one in Identity.objects.filter(kind=IdentityKind.EMAIL, value__in=values)}
    known: dict[str, Participant] = {}
    rows = Participant.objects.filter(Q(address__in=values) | Q(identity__value__in=values), conversation=conversation)
    for row in rows.select_related("identity", "conversation").order_by("-pk"):
        known[row.address] = row
        if row.identity:
            known[row.identity.value] = row
    for number, sender in enumerate(senders):
        if customers[sender.key].pk != conversation.customer_id:
            identity = identities[sender.key[1]]
            participant = known.get(sender.key[1]) or _invited(conversation, sender)
            _let_in(participant, identity, by, is_hidden=number >= len(openly))


def _invited(conversation: Conversation, sender: Sender) -> Participant:
    name, address = sender.name, sender.key[1]
    return Participant(conversation=conversation, address=address, name=name, role=ParticipantRole.INVITED)


def _let_in(participant: Participant, identity: Identity, by: User, *, is_hidden: bool) -> None:
    is_news = participant.admitted_at is None
    participant.identity = participant.identity or identity
    participant.admitted_at, participant.declined_at = participant.admitted_at or clock.now(), None
    participant.is_hidden = is_hidden
    if participant.pk is None:
        participant.save(force_insert=True)
    else:
        participant.save(update_fields=["identity", "admitted_at", "declined_at", "is_hidden"])
    if is_news:
        announce(ParticipantAdmitted(**participant.conversation.heading(by), who=participant.shown))


@transaction.atomic
def decline(participant: Participant, by: User) -> None:
    """Leave this person out, also after they were admitted. Twice is once."""
    _lock(participant)
    if participant.declined_at is None:
        participant.admitted_at, participant.declined_at = None, clock.now()
        participant.save(update_fields=["admitted_at", "declined_at"])
        _switch_off(participant)
        announce(ParticipantDeclined(**participant.conversation.heading(by), who=participant.shown))


@transaction.atomic
def leave_open(participant: Participant) -> None:
    """Take a decision back: it is asked again."""
    _lock(participant)
    participant.admitted_at = participant.declined_at = None
    participant.save(update_fields=["admitted_at", "declined_at"])


def _switch_off(participant: Participant) -> None:
    """Let no answer that somebody is writing go to whoever was left out, unless they are chosen again."""
    known = participant.address or (participant.identity.value if participant.identity else "")
    key = mailbox_key(known)
    drafts = Draft.objects.filter(conversation=participant.conversation_id, chips__isnull=False)
    for draft in drafts.order_by("pk").select_for_update():
        draft.chips = [
            [field, name, address, is_on and mailbox_key(address) != key, *seen]
            for field, name, address, is_on, *seen in draft.chips or ()
        ]
        draft.save(update_fields=["chips"])


def _lock(participant: Participant) -> None:
    rows = Participant.objects.select_related("conversation").select_for_update(of=("self",))
    participant.refresh_from_db(from_queryset=rows)


def _recognised(sender: Sender) -> Identity:
    """Return the address as one of a customer; whoever was only named becomes a customer here."""
    recognise(sender)
    return Identity.objects.get(kind=sender.kind, value=sender.key[1])

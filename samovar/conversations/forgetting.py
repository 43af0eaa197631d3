"""Forgetting a person in the conversations of others: to whom our messages went, whom drafts name, what lines say.

What others wrote themselves stays as they wrote it; what we quoted of the person to somebody outside does not.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from samovar.conversations import unquoting
from samovar.conversations.models import Conversation, ConversationRedirect, Draft, Message, Participant
from samovar.conversations.models.delivering import LONGEST_FAILURE, Fate
from samovar.events.models import Event, SetAside
from samovar.lib.personal import Subject, harmless_facts

Row = TypeVar("Row", bound=Model)
Lead = Callable[[Subject], Iterable[int]]
_leads: list[Lead] = []


def declare_lead(lead: Lead) -> None:
    """Say what else leads to conversations in which a person is named, by their numbers."""
    _leads.append(lead)


def sides_about(customer_ids: Sequence[int]) -> set[int]:
    """Return the numbers of the side conversations about those of customers, also those that they had before."""
    sides = Conversation.objects.filter(parent__customer__in=customer_ids).order_by()
    redirects = ConversationRedirect.objects.filter(conversation__in=sides.values("pk"))
    return {*sides.values_list("pk", flat=True), *redirects.values_list("old_id", flat=True)}


def settle(conversation_ids: Sequence[int]) -> None:
    """Let nobody wait for an answer to somebody erased, or about them, which cannot be written any more."""
    is_erased = Q(customer__erased_at__isnull=False) | Q(parent__customer__erased_at__isnull=False)
    rows = Conversation.objects.filter(is_erased, pk__in=conversation_ids)
    for conversation in rows.filter(resolved_at=None, merged_at=None):
        conversation.resolve(by=None)


def forget_promises(promise_ids: Sequence[int]) -> None:
    """Let no row say that something is still to be kept which was promised to somebody erased."""
    rows = Conversation.objects.filter(promises__in=promise_ids, promise_due_at__isnull=False)
    for conversation in rows.order_by("pk").select_for_update(of=("self",), no_key=True):
        conversation.note_promises()


def conversations_of_others(subject: Subject) -> set[int]:
    """Return the conversations of others to which something leads from a person."""
    parts = Participant.objects.order_by().values_list("conversation", flat=True)
    named = parts.filter(address__in=subject.addresses).exclude(identity__customer__in=subject.successors)
    written = Message.objects.filter(customer__in=subject.ids).order_by().values_list("conversation", flat=True)
    found = {*parts.filter(identity__customer__in=subject.ids), *named, *written.distinct()}
    found.update(pk for lead in _leads for pk in lead(subject))
    own = [*subject.ids, *subject.successors]
    others = Conversation.objects.filter(pk__in=found.difference(subject.matters)).exclude(customer__in=own)
    return set(others.values_list("pk", flat=True))


def take_out(conversation_id: int, subject: Subject) -> Mapping[str, int] | None:
    """Take a person out of a conversation of somebody else; see ``lib.personal.Elsewhere``."""
    letters = list(unquoting.letters_that_quote(subject).filter(conversation__parent=conversation_id))
    wanted = {conversation_id, *(letter.conversation_id for letter in letters)}
    rows = Conversation.objects.filter(pk__in=wanted).order_by("pk")
    held = {row.pk: row for row in rows.select_for_update(of=("self",), skip_locked=True, no_key=True)}
    if held.keys() != wanted:
        return None
    conversation = held.pop(conversation_id)
    said = _Said(subject)
    messages = said.taken_out_of(_messages(conversation, subject), said.out_of_message)
    drafts = Draft.objects.filter(conversation=conversation, chips__isnull=False)
    drafted = said.taken_out_of(drafts, said.out_of_draft)
    lines = Event.objects.filter(_names("data", subject), conversation_id=conversation.pk)
    events = said.taken_out_of(lines.exclude(customer_id__in=subject.ids), said.out_of_event)
    SetAside.objects.filter(event_id__in=[event.pk for event in events]).update(reason="")
    changed: list[Model] = [*messages, *drafted, *events, *_told_anew(conversation, subject)]
    changed += unquoting.empty(letters, held.values())
    labels = [one._meta.label for one in changed]
    return {label: labels.count(label) for label in labels}


def _messages(conversation: Conversation, subject: Subject) -> QuerySet[Message]:
    # Their own are emptied as a whole.
    others = Message.objects.filter(conversation=conversation).exclude(customer__in=subject.ids)
    named = _names("recipients", subject) | _names("troubles", subject) | _names("failure", subject)
    return others.filter(named).only("recipients", "troubles", "failure", "failed_at")


def _names(column: str, subject: Subject) -> Q:
    """Select rows that may name an address of a person: more than do."""
    found = Q(pk__in=[])
    for address in subject.addresses:
        found |= Q(**{f"{column}__icontains": address})
    return found


def _told_anew(conversation: Conversation, subject: Subject) -> list[Model]:
    """Let the row say no more than its messages do."""
    theirs = Message.objects.filter(conversation=conversation, customer__in=subject.ids).only("text", "hidden")
    late = conversation.messages.exclude(failure="").order_by("created_at").values_list("created_at", flat=True)
    preview = "" if conversation.preview in {one.preview for one in theirs} else conversation.preview
    undelivered_at = late.first()
    if (preview, undelivered_at) == (conversation.preview, conversation.undelivered_at):
        return []
    conversation.preview, conversation.undelivered_at = preview, undelivered_at
    conversation.save(update_fields=["preview", "undelivered_at"])
    return [conversation]


class _Said:
    """What rows say of a person, and how it is taken out of them."""

    def __init__(self, subject: Subject) -> None:
        self._addresses = subject.addresses
        words = "|".join(re.escape(address) for address in sorted(subject.addresses))
        # An address may be the end of another one.
        self._named = re.compile(rf"(?<![\w.+@-])(?:{words})(?![\w@-])", re.IGNORECASE) if words else None

    def taken_out_of(self, rows: QuerySet[Row], take_out: Callable[[Row], list[str]]) -> list[Row]:
        """Take the person out of rows; return those that were changed."""
        changed = []
        for row in rows:
            if columns := take_out(row):
                row.save(update_fields=columns)
                changed.append(row)
        return changed

    def out_of_message(self, message: Message) -> list[str]:
        """Take out to whom it went, and what went wrong on the way there; return the columns that were changed."""
        before = (message.recipients, message.troubles, message.failure)
        message.recipients = {
            field: others
            for field, people in message.recipients.items()
            if (others := [one for one in people if not self._is_theirs(one[1])])
        }
        kept = tuple(one for one in message.known_troubles if not self._is_theirs(one.address))
        if len(kept) != len(message.troubles or ()) or self._names(message.failure):
            fate = Fate(troubles=kept)
            message.troubles = [asdict(one) for one in kept] or None
            message.failure = fate.worst.why[:LONGEST_FAILURE] if fate.worst else ""
            message.failed_at = message.failed_at if any(one.is_lost for one in kept) else None
        if before == (message.recipients, message.troubles, message.failure):
            return []
        return ["recipients", "troubles", "failure", "failed_at"]

    def out_of_draft(self, draft: Draft) -> list[str]:
        """Take out the chips of the person."""
        kept = [one for one in draft.chips or () if not self._is_theirs(one[2])]
        if kept == draft.chips:
            return []
        draft.chips = kept or None
        return ["chips"]

    def out_of_event(self, event: Event) -> list[str]:
        """Take out the texts that name the person."""
        before, kept = event.data, harmless_facts()
        event.data = {name: fact if name in kept else self._without(fact) for name, fact in before.items()}
        return ["data"] if event.data != before else []

    def _without(self, fact: Any) -> Any:
        if isinstance(fact, list):
            return [self._without(one) for one in fact]
        return "" if isinstance(fact, str) and self._names(fact) else fact

    def _is_theirs(self, address: str) -> bool:
        return address.strip().lower() in self._addresses

    def _names(self, text: str) -> bool:
        return self._named is not None and self._named.search(text) is not None

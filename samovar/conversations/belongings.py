"""What belongs to a conversation, whatever table it stands in: it goes along when conversations are regrouped."""

from collections.abc import Iterable, Iterator

from samovar.conversations.models import (
    Conversation,
    ConversationLink,
    ConversationRedirect,
    Message,
    Reference,
    RegroupedRow,
    Regrouping,
)
from samovar.conversations.models.message import reference_key
from samovar.lib.places import Place, places_of

# Links are told by two numbers, of which the smaller stands first (``joining.link``).
TELLING = (Regrouping, RegroupedRow, ConversationLink)


def places() -> tuple[Place, ...]:
    """Return all places that name a conversation, those of other apps too."""
    return places_of(Conversation, TELLING)


def place_of(model: type[Message] | type[Reference]) -> str:
    """Return under which name the rows of a table are noted."""
    return f"{model._meta.label}.conversation_id"


def give_all(done: Regrouping) -> None:
    """Let all that names the source name the target, but for what the target has already; note what went."""
    for place in places():
        rows = place.movable(done.source_id, done.target_id)
        if place.model is Conversation:
            rows = rows.exclude(pk=done.target_id)
        _give(done, place.name, rows.values_list("pk", flat=True))


def give_messages(done: Regrouping, messages: Iterable[Message]) -> None:
    """Let messages name the target, with the ids under which they came; note what went."""
    found = list(messages)
    _give(done, place_of(Message), [message.pk for message in found])
    known = Reference.objects.filter(conversation=done.target_id).values("key")
    own = Reference.objects.filter(conversation=done.source_id, message__in=found).exclude(key__in=known)
    keys = {message.pk: reference_key(message.external_id) for message in found}
    _give(done, place_of(Reference), [row.pk for row in own if row.key == keys[row.message_id or 0]])


def give_back(done: Regrouping, to_id: int) -> None:
    """Let all that went along, and is still where it went, name ``to_id`` again."""
    now_in = list(_onward(done.target_id))
    noted: dict[str, list[int]] = {}
    for name, row_id in done.rows.values_list("place", "row_id"):
        noted.setdefault(name, []).append(row_id)
    for place in places():
        rows = place.model._base_manager.filter(pk__in=noted.get(place.name, ()), **{f"{place.column}__in": now_in})
        place.free(rows, to_id).update(**{place.column: to_id})


def note(done: Regrouping, message_ids: Iterable[int]) -> None:
    """Note messages that came to the target because they answer what went there."""
    note_in(done.pk, place_of(Message), message_ids)


def note_in(done_id: int, place: str, row_ids: Iterable[int]) -> None:
    """Note under a name of its own what went along by other ways."""
    rows = (RegroupedRow(regrouping_id=done_id, place=place, row_id=pk) for pk in row_ids)
    RegroupedRow.objects.bulk_create(rows, ignore_conflicts=True)


def _give(done: Regrouping, name: str, row_ids: Iterable[int]) -> None:
    [place] = (one for one in places() if one.name == name)
    ids = list(row_ids)
    place.model._base_manager.filter(pk__in=ids).update(**{place.column: done.target_id})
    RegroupedRow.objects.bulk_create(RegroupedRow(regrouping=done, place=name, row_id=pk) for pk in ids)


def _onward(conversation_id: int) -> Iterator[int]:
    """Yield a conversation and the one that it was merged into."""
    yield conversation_id
    yield from ConversationRedirect.objects.filter(old_id=conversation_id).values_list("conversation_id", flat=True)

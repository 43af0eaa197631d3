"""Two conversations that are one matter: made one by hand, and taken apart again.

Nothing is copied and no message changes: all that names the one names the other from now on, and what went is noted
(``belongings``). The emptied row stays, with a redirect, so that an old number, an old address or an answer to an old
mail leads on; undoing puts back what went, and with it what came since as an answer to that.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import belongings, deriving, handing_back, joining, taking_over
from samovar.conversations.chips import Kept, from_kept
from samovar.conversations.errors import CannotRegroup
from samovar.conversations.events import ConversationMerged, ConversationMergedAway, MergeUndone
from samovar.conversations.models import Conversation, ConversationLink, ConversationRedirect, Draft, Regrouping
from samovar.conversations.models.answering import Heading
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.regrouping import RegroupingKind
from samovar.events.announcing import announce
from samovar.lib import clock

# Of a draft nobody had chosen to whom it goes: all chips came from the other one.
ALL = -1


@transaction.atomic
def merge(source: Conversation, target: Conversation, by: User) -> Regrouping:
    """Let ``target`` hold all that ``source`` holds; the number of the latter leads there from now on.

    Raises MergedAway when one of them was merged meanwhile, and CannotRegroup when they may not be one.
    """
    hold(source, target)
    check(source, target)
    done = Regrouping.objects.create(
        kind=RegroupingKind.MERGE, source=source, target=target, by=by, at=clock.now(), before={}
    )
    waiting_since = taking_over.state(done, by)
    done.before |= {"opened_at": target.opened_at.isoformat(), "links": _link_too(source, target)}
    _join_drafts(done)
    belongings.give_all(done)
    ConversationRedirect.objects.create(old_id=source.pk, conversation=target)
    Conversation.objects.filter(pk=source.pk).update(merged_at=done.at)
    settle(target, min(source.opened_at, target.opened_at), is_unread=source.is_unread or target.is_unread)
    done.save(update_fields=["before"])
    # After what was decided about the target for it.
    announce(ConversationMerged(**heading(done, target, source, by), waiting_since=waiting_since))
    announce(ConversationMergedAway(**heading(done, source, target, by)))
    deriving.mend([target.pk])
    return done


@transaction.atomic
def undo(done: Regrouping, by: User) -> None:
    """Take a merge apart: what went goes back, with what came as an answer to it. Twice is once.

    What was moved elsewhere since stays there. Raises CannotRegroup for what was emptied meanwhile.
    """
    rows = Conversation.objects.filter(pk__in=[done.source_id, *standing_in(done.target_id)])
    held = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",)).select_related("customer")}
    done.refresh_from_db(from_queryset=Regrouping.objects.select_for_update(of=("self",)))
    if done.undone_at is not None:
        return
    source = held.pop(done.source_id)
    [target] = held.values()
    if target.deleted_at or source.customer.erased_at or target.customer.erased_at:
        raise CannotRegroup(_("What they hold was deleted or erased meanwhile."))
    done.undone_at = clock.now()
    done.save(update_fields=["undone_at"])
    ConversationRedirect.objects.filter(old_id=source.pk).delete()
    Conversation.objects.filter(pk=source.pk).update(merged_at=None, version=source.version + 1)
    belongings.give_back(done, source.pk)
    ConversationLink.objects.filter(pk__in=done.before["links"]).delete()
    _part_drafts(done, target)
    _give_time_back(done, target)
    announce(MergeUndone(**heading(done, source, target, by)))
    announce(MergeUndone(**heading(done, target, source, by)))
    deriving.mend([source.pk, target.pk])
    taking_over.give_back(done, target, by)
    handing_back.free_if_left(source.pk)


class RegroupedHeading(Heading):
    """What every event of a regrouping says."""

    other_id: int
    regrouping_id: int


def heading(done: Regrouping, conversation: Conversation, other: Conversation, by: User) -> RegroupedHeading:
    """Return what an event says in ``conversation`` about what happened between it and ``other``."""
    return {**conversation.heading(by), "other_id": other.pk, "regrouping_id": done.pk}


def hold(one: Conversation, other: Conversation) -> None:
    """Take both rows, always in the same order; raises CannotRegroup for one alone, and MergedAway."""
    if one.pk == other.pk:
        raise CannotRegroup(_("They are one conversation already."))
    for conversation in sorted((one, other), key=lambda row: row.pk):
        conversation.locked()


def check(source: Conversation, target: Conversation) -> None:
    """Raise CannotRegroup, with the reason in words, where messages of the one may not stand in the other."""
    check_alone(source)
    check_alone(target)
    if source.customer_id != target.customer_id:
        text = _("These are two customers, %(one)s and %(other)s: neither may read what was said to the other.")
        raise CannotRegroup(text % {"one": source.customer.shown_name, "other": target.customer.shown_name})


def check_alone(conversation: Conversation) -> None:
    """Raise CannotRegroup, with the reason in words, where nothing may be taken out of it or put into it."""
    if conversation.deleted_at:
        raise CannotRegroup(_("It was deleted. Restore it first."))
    if conversation.customer.erased_at:
        raise CannotRegroup(_("The person was erased. What is left of them stays as it is."))
    if conversation.parent_id:
        raise CannotRegroup(_("What was asked outside stays apart: the customer must never read it."))
    if conversation.kind == ConversationKind.SPAM:
        raise CannotRegroup(_("It is spam. Say first that it is none."))
    if conversation.kind == ConversationKind.UNREADABLE:
        raise CannotRegroup(_("It holds a mail that could not be read. Read it again first."))


def settle(conversation: Conversation, opened_at: datetime, *, is_unread: bool) -> None:
    """Set on a row what does not follow from its messages, after some of them came or went."""
    conversation.opened_at, conversation.is_unread = opened_at, is_unread
    conversation.version += 1
    conversation.save(update_fields=["opened_at", "is_unread", "version"])


def standing_in(conversation_id: int) -> Iterable[int]:
    """Return the number of the conversation in which something stands that was given to ``conversation_id``."""
    redirect = ConversationRedirect.objects.filter(old_id=conversation_id).first()
    return [redirect.conversation_id if redirect else conversation_id]


def _link_too(source: Conversation, target: Conversation) -> list[int]:
    """Let what may be the same matter as the source be linked with the target; return the links that are new."""
    rows = ConversationLink.objects.all()
    others = {row.other_id for row in rows.filter(conversation=source)}
    others |= {row.conversation_id for row in rows.filter(other=source)}
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    joining.link(target, Conversation.objects.filter(pk__in=others - {target.pk}))
    mine = rows.filter(conversation=target) | rows.filter(other=target)
    return list(mine.filter(pk__gt=last).values_list("pk", flat=True))


def _join_drafts(done: Regrouping) -> None:
    """Append what somebody has typed in the source to what they have typed in the target; all that belongs goes along.

    Those are its files, the people whom it goes to, and the steps that are done once it is sent.
    """
    targets = {(row.user_id, row.mode): row for row in Draft.objects.filter(conversation=done.target_id)}
    joined = {}
    for row in Draft.objects.filter(conversation=done.source_id):
        if mine := targets.get((row.user_id, row.mode)):
            files = list(row.files.values_list("pk", flat=True))
            row.files.update(draft=mine)
            mine.text = "\n\n".join(text for text in (mine.text, row.text) if text.strip())
            joined[row.pk] = [mine.pk, files, ALL if mine.chips is None else len(mine.chips), len(mine.steps)]
            if people := _new_people(row, mine):
                mine.chips = [*(mine.chips or []), *people]
            mine.steps = [*mine.steps, *(step for step in row.steps if step not in mine.steps)]
            mine.save(update_fields=["text", "chips", "steps"])
    done.before["drafts"] = joined


def _part_drafts(done: Regrouping, target: Conversation) -> None:
    """Take out again what was appended where its author has not changed it, and give the files back."""
    for key, (mine_pk, files, *more) in done.before["drafts"].items():
        row, mine = Draft.objects.filter(pk=key).first(), Draft.objects.filter(pk=mine_pk, conversation=target).first()
        if row and mine:
            mine.files.filter(pk__in=files).update(draft=row)
            mine.text = mine.text.removesuffix(row.text).rstrip("\n") if row.text else mine.text
            if more:
                _take_out(row, mine, *more)
            mine.save(update_fields=["text", "chips", "steps"])


def _new_people(row: Draft, mine: Draft) -> Kept:
    """Return the chips of one draft that name nobody whom the other one names."""
    known = {chip.person.key for chip in from_kept(mine.chips)}
    kept = zip(row.chips or (), from_kept(row.chips), strict=True)
    return [one for one, chip in kept if chip.person.key not in known]


def _take_out(row: Draft, mine: Draft, chips: int, steps: int) -> None:
    """Take out the people and the steps of one draft behind so many of the other one's own; ALL chips were its."""
    if chips == ALL:
        mine.chips = None if mine.chips == row.chips else mine.chips
    elif mine.chips is not None:
        mine.chips = _without(mine.chips, chips, row.chips or [])
    mine.steps = _without(mine.steps, steps, row.steps)


def _without(found: list[Any], own: int, others: Sequence[Any]) -> list[Any]:
    return [*found[:own], *(one for one in found[own:] if one not in others)]


def _give_time_back(done: Regrouping, target: Conversation) -> None:
    if target.pk == done.target_id:
        target.opened_at = datetime.fromisoformat(done.before["opened_at"])
    target.version += 1
    target.save(update_fields=["opened_at", "version"])

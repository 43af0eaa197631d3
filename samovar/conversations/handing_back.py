"""When a colleague leaves: what they answered for and had promised goes back to the team, and comes
back to them if they return.

It goes in batches, each a transaction of its own under the lock of the person, so that leaving and returning at the
same moment end in one of the two.
"""

from contextlib import suppress

from django.db import transaction

from samovar.accounts.leaving import Work
from samovar.accounts.models import User
from samovar.conversations.errors import MergedAway
from samovar.conversations.models import Conversation, LeftBehind, Promise
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.lib import clock

AT_ONCE = 50


def work_of(user_id: int) -> Work:
    """Return how many open conversations somebody answers for, and how many they left that nobody has taken."""
    left = LeftBehind.objects.untaken().filter(leaver=user_id)
    return Work(held=_held_by(user_id).count(), left=left.count())


@transaction.atomic
def hand_back_some(leaver_id: int, by_id: int) -> bool:
    """Let nobody answer for some of what a leaver holds, snoozed or not; returns whether there may be more."""
    leaver = _locked(leaver_id)
    if leaver.is_active:
        return False
    by = User.objects.filter(pk=by_id).first()
    batch = list(_held_by(leaver_id).order_by("pk")[:AT_ONCE])
    freed = [conversation for conversation in batch if conversation.free(leaver, by)]
    rows = [LeftBehind(conversation=conversation, leaver=leaver, at=clock.now()) for conversation in freed]
    LeftBehind.objects.bulk_create(rows, ignore_conflicts=True)
    promised = list(Promise.objects.all().open().filter(owner=leaver).order_by("pk")[:AT_ONCE])
    for promise in promised:
        promise.free(leaver, by)
    return AT_ONCE in (len(batch), len(promised))


@transaction.atomic
def give_back_some(user_id: int, by_id: int) -> bool:
    """Give somebody who returned some of what they left and nobody has taken; returns whether there may be more."""
    user = _locked(user_id)
    if not user.is_active:
        return False
    by = User.objects.get(pk=by_id)
    batch = list(LeftBehind.objects.filter(leaver=user).select_related("conversation").order_by("pk")[:AT_ONCE])
    for row in batch:
        # What was merged is given back with what it was merged into.
        with suppress(MergedAway):
            row.conversation.locked()
            if row.conversation.assignee_id is None and row.conversation.resolved_at is None:
                row.conversation.assign(to=user, by=by)
    LeftBehind.objects.filter(pk__in=[row.pk for row in batch]).delete()
    promised = list(Promise.objects.all().open().filter(left_by=user, owner=None).order_by("pk")[:AT_ONCE])
    for promise in promised:
        promise.hand_over(user, by)
    return AT_ONCE in (len(batch), len(promised))


def free_if_left(conversation_id: int) -> None:
    """Let nobody answer for a conversation that was taken up again, if whoever did has left meanwhile."""
    rows = Conversation.objects.select_related("assignee").filter(assignee__is_active=False)
    rows = rows.filter(resolved_at=None, merged_at=None)
    conversation = rows.filter(pk=conversation_id).first()
    if conversation is not None and conversation.assignee is not None:
        conversation.free(conversation.assignee, by=None)


def _held_by(user_id: int) -> ConversationQuerySet:
    return Conversation.objects.filter(assignee=user_id, resolved_at=None, merged_at=None)


def _locked(user_id: int) -> User:
    # Not against those who only name the person, as every assignment does.
    return User.objects.select_for_update(no_key=True).get(pk=user_id)

"""What a colleague has decided a moment before: whoever comes second is told so, and takes nothing of it back."""

from django.db import transaction
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.events import ConversationResolved
from samovar.conversations.models import Conversation
from samovar.events.models import Event


@transaction.atomic
def resolve(conversation: Conversation, by: User) -> str:
    """Resolve a conversation; returns what to say when it was resolved already, and nothing else."""
    conversation.locked()
    if conversation.resolved_at is None:
        conversation.resolve(by=by)
        return ""
    said = Event.objects.filter(conversation_id=conversation.pk, kind=ConversationResolved.__name__)
    first = said.order_by("-pk").values_list("actor_id", flat=True).first()
    who = User.objects.filter(pk=first).first() if first and first != by.pk else None
    return _("%(name)s has resolved it already") % {"name": who.name} if who else _("It is resolved already")


@transaction.atomic
def assign(conversation: Conversation, to: User | None, by: User) -> User | None:
    """Make ``to`` answer for a conversation; returns who did at that moment, whatever a page may show."""
    conversation.locked()
    before = conversation.assignee
    conversation.assign(to=to, by=by)
    return before

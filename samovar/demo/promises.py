"""What the demo company has promised: some of it due on the day on which its year ends, more that was kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from samovar.accounts.models import User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations.models import Conversation
from samovar.conversations.models.promise import Breach, PromiseKind
from samovar.conversations.models.selecting import ConversationQuerySet
from samovar.demo.company import DOMAIN
from samovar.lib import clock

# Minutes from the end of the year until what is open is due: the first is late by then.
DUE_IN = (-4, 12, 95, 180, 300, 420, 24 * 60 + 60)
KINDS = (PromiseKind.CALL, PromiseKind.ANSWER, PromiseKind.CALL)
STEPS = ("Ask the workshop for a spare part", "Agree on a day with the fitter", "Tell the customer when we come")
LOOKED_BACK, SETTLED = timedelta(days=80), 60
HOUR = timedelta(hours=1)


def promise(end: datetime) -> None:
    """Let those who answer for conversations promise something in them, as if until ``end``, and keep most of it."""
    for number, conversation in enumerate(_open()[: len(DUE_IN)]):
        due_at, made_at = end + timedelta(minutes=DUE_IN[number]), end - HOUR + timedelta(seconds=number)
        _promise(conversation, KINDS[number % len(KINDS)], due_at, made_at)
        if number == 1:
            _cut_into_steps(conversation, end)
    settled = _answered().filter(resolved_at__gte=end - LOOKED_BACK, resolved_at__lt=end - HOUR).order_by("-pk")
    for number, conversation in enumerate(_settled(settled[:SETTLED])):
        _keep(conversation, number)


def _open() -> ConversationQuerySet:
    ours = Conversation.objects.filter(inbox__address__endswith=f"@{DOMAIN}").open()
    return ours.filter(snoozed_until=None).order_by("-last_message_at", "-pk")


def _answered() -> ConversationQuerySet:
    """Return those for which somebody of the invented staff answers."""
    return Conversation.objects.filter(assignee__email__endswith=f"@{DOMAIN}", assignee__is_active=True)


def _settled(rows: ConversationQuerySet) -> Iterator[Conversation]:
    return (row for row in rows if row.resolved_at and row.resolved_at - row.opened_at > HOUR)


def _promise(conversation: Conversation, kind: PromiseKind, due_at: datetime, at: datetime) -> None:
    by = _who(conversation)
    with clock.standing_at(at):
        conversation.promise(kind, due_at, by=by)


def _who(conversation: Conversation) -> User:
    staff = User.objects.filter(email__endswith=f"@{DOMAIN}", role__in=ANSWERING).order_by("pk")
    return conversation.assignee or staff[0]


def _cut_into_steps(conversation: Conversation, end: datetime) -> None:
    by = _who(conversation)
    for number, what in enumerate(STEPS):
        with clock.standing_at(end - HOUR + timedelta(minutes=number + 1)):
            step = conversation.add_step(what, by=by)
        if number == 0:
            with clock.standing_at(end - timedelta(minutes=30)):
                step.keep(by=by)


def _keep(conversation: Conversation, number: int) -> None:
    """Let a settled matter have had a promise: most were kept, some late, and a few not at all."""
    by, over = conversation.assignee, conversation.resolved_at
    if by is None or over is None:
        return
    with clock.standing_at(conversation.opened_at + HOUR / 2):
        made = conversation.promise(KINDS[number % len(KINDS)], over + (HOUR if number % 6 else -HOUR / 4), by=by)
    with clock.standing_at(over):
        if number % 13 == 7:
            made.give_up(Breach.UNREACHABLE, by=by)
        else:
            made.keep(by=by)

"""What waits for one member of staff: customers, promises, reminders, questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.consulting import asked_of
from samovar.conversations.models import Conversation, Promise, Reminder

MOST = 8


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that waits: where it leads, what it is, of whom, and the moment as ``form`` of ui.local_time has it."""

    id: str
    url: str
    words: str
    below: str
    at: datetime | None
    form: str = "wait"


@dataclass(frozen=True, kw_only=True)
class Section:
    """Things of one kind; ``url`` is where all of them stand, "" where no page lists them."""

    title: str | Words
    icon: str
    lines: Sequence[Line]
    url: str = ""


def sections(user: User) -> list[Section]:
    """Return what waits for ``user``, a query a kind; kinds of which nothing waits are left out."""
    found = [_customers(user)]
    if user.can_answer:
        found += [_promises(user), _reminders(user)]
    return [section for section in (*found, _questions(user)) if section.lines]


def _customers(user: User) -> Section:
    """Return the conversations in which a customer waits for an answer, the longest first."""
    rows = Conversation.objects.all().visible_to(user).of(user).filter(waiting_since__isnull=False)
    found = rows.select_related("customer").order_by("waiting_since", "pk")[:MOST]
    lines = [
        Line(
            id=f"w-{one.pk}",
            url=one.get_absolute_url(),
            words=one.customer.shown_name,
            below=str(one),
            at=one.waiting_since,
        )
        for one in found
    ]
    return Section(title=_("They wait for me"), icon="reply", lines=lines, url=f"{reverse('inbox')}?view=mine")


def _promises(user: User) -> Section:
    """Return what the person keeps that was promised, the nearest first; steps without a moment come last."""
    rows = Promise.objects.all().open().filter(owner=user, conversation__deleted_at=None)
    seen = rows.filter(conversation__in=Conversation.objects.all().visible_to(user).order_by().values("pk"))
    found = seen.select_related("conversation__customer").order_by("due_at", "pk")[:MOST]
    lines = [
        Line(
            id=f"p-{one.pk}",
            url=one.conversation.get_absolute_url(),
            words=one.words,
            below=f"{one.conversation.customer.shown_name} · {one.conversation}",
            at=one.due_at,
            form="due",
        )
        for one in found
    ]
    return Section(title=_("I promised"), icon="calendar", lines=lines)


def _reminders(user: User) -> Section:
    """Return of what the person wants to be reminded, the next first."""
    rows = Reminder.objects.all().of(user).open().select_related("conversation__customer")
    lines = [
        Line(
            id=f"r-{one.pk}",
            url=one.conversation.get_absolute_url(),
            words=one.note or str(one.conversation),
            below=f"{one.conversation.customer.shown_name} · {one.conversation}",
            at=one.at,
            form="due",
        )
        for one in rows.order_by("at", "pk")[:MOST]
    ]
    return Section(title=_("My reminders"), icon="bell", lines=lines, url=reverse("reminders"))


def _questions(user: User) -> Section:
    """Return what the person is asked as an expert."""
    lines = [
        Line(
            id=f"q-{one.pk}",
            url=one.get_absolute_url(),
            words=one.question,
            below=one.asked_by.name,
            at=one.asked_at,
            form="short",
        )
        for one in asked_of(user)
    ]
    return Section(title=_("Asked of you"), icon="expert", lines=lines)

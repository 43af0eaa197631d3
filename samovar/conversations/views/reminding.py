"""Reminders of one person: of a conversation at a moment, with a line about what; nobody else sees them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import calendars, opening
from samovar.conversations.errors import ReminderInThePast
from samovar.conversations.forms import ReminderForm
from samovar.conversations.models import Conversation, Reminder
from samovar.conversations.pages import conversation_at, done, looked_at, refused, wanted_on
from samovar.lib.marks import mark, read_mark

PAGE = 50
WRITTEN = "%Y-%m-%dT%H:%M:%S%z"


@dataclass(frozen=True)
class RemindersPage:
    """Reminders, the next to come first; ``after`` is where the next page begins, "" at the end."""

    rows: list[Reminder]
    after: str


@agents_only
@require_POST
def reminding(request: StaffRequest, pk: int) -> HttpResponse:
    """Remind the person of a conversation; who has a reminder there moves it."""
    conversation = conversation_at(request, pk)
    before = Reminder.objects.all().open().filter(user=request.user, conversation=conversation).first()
    given = request.GET if "at" in request.GET else request.POST
    form = ReminderForm(given, calendars.hours_for(conversation, request.user))
    if not form.is_valid() or form.moment is None:
        return refused(request, conversation, form.first_mistake)
    try:
        reminder = Reminder.objects.all().remind(
            request.user, conversation, form.moment, form.cleaned_data["note"], is_exact=form.is_exact
        )
    except ReminderInThePast as mistake:
        return refused(request, conversation, str(mistake))
    undo = f"{reverse('reminder_completion', args=[reminder.pk])}?stays"
    if before is not None:
        undo = _as_before(before)
    return _done(request, conversation, _said(reminder), undo)


@agents_only
@require_GET
def reminders(request: StaffRequest) -> HttpResponse:
    """List what the person wants to be reminded of."""
    rows = Reminder.objects.all().of(request.user).open().select_related("conversation__customer")
    if edge := read_mark(request.GET.get("after", "")):
        at, pk = edge
        rows = rows.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk))
    found = list(rows.order_by("at", "pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    page = RemindersPage(found[:PAGE], mark(last.at, last.pk) if last else "")
    return render(request, "conversations/reminders.html", {"found": page, "now": timezone.now()})


@agents_only
@require_http_methods(["GET", "POST"])
def reminder(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a reminder of one's own."""
    found = _own(request, pk)
    looked_at(request, found.conversation)
    hours = calendars.hours_for(found.conversation, request.user)
    initial = {"at": timezone.localtime(found.at).strftime("%Y-%m-%dT%H:%M"), "note": found.note}
    form = ReminderForm(request.POST if request.method == "POST" else None, hours, initial)
    if request.method == "POST" and form.is_valid() and form.moment:
        undo = _as_before(found)
        try:
            found.move(form.moment, form.cleaned_data["note"], is_exact=form.is_exact)
        except ReminderInThePast as mistake:
            form.add_error("at", str(mistake))
        else:
            messages.success(request, _said(found), extra_tags=undo)
            return redirect("reminders")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "conversations/reminder.html", {"form": form, "reminder": found}, status=status)


@agents_only
@require_POST
def reminder_completion(request: StaffRequest, pk: int) -> HttpResponse:
    """Be through with a reminder of one's own, or take that back (``?undo``); ``?stays`` stays at the conversation."""
    found = _own(request, pk)
    is_undone = "undo" in request.GET
    if is_undone:
        found.take_up()
    else:
        found.finish()
    said = _said(found) if is_undone else _("No longer reminded of it")
    undo = reverse("reminder_completion", args=[pk]) + ("?stays" if is_undone else "?undo&stays")
    if request.htmx or "stays" in request.GET:
        return _done(request, found.conversation, said, undo)
    messages.success(request, said, extra_tags=reverse("reminder_completion", args=[pk]) + "?undo")
    return redirect("reminders")


def _done(request: StaffRequest, conversation: Conversation, said: str, undo: str) -> HttpResponse:
    answer = done(request, conversation, said, undo)
    if request.htmx:
        # Nothing happened of which the open page would hear: its head, where the bell stands, comes along.
        context = {"opened": opening.opened(request.user, conversation.pk), "wanted": wanted_on(request)}
        answer.write(render_to_string("conversations/_head.html", {**context, "is_oob": True}, request))
    return answer


def _own(request: StaffRequest, pk: int) -> Reminder:
    rows = Reminder.objects.all().of(request.user).select_related("conversation__customer", "user")
    found: Reminder = get_object_or_404(rows, pk=pk)
    return found


def _as_before(reminder: Reminder) -> str:
    told = urlencode({"at": reminder.at.strftime(WRITTEN), "note": reminder.note})
    return f"{reverse('reminding', args=[reminder.conversation_id])}?{told}"


def _said(reminder: Reminder) -> str:
    at = timezone.localtime(reminder.at)
    told = {"day": formats.date_format(at, "DATE_FORMAT"), "time": f"{at:%H:%M}"}
    return _("Only you will be reminded: %(day)s, %(time)s") % told

"""Merging conversations, splitting messages off, moving one elsewhere, and undoing each."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import merging, related, splitting, threads, undoing
from samovar.conversations.errors import CannotRegroup
from samovar.conversations.models import Conversation, Message, Participant, Regrouping
from samovar.conversations.pages import conversation_at, looked_at
from samovar.lib.text import tidy
from samovar.ui.numbers import numbered

MOST_LISTED = 20


@agents_only
@require_GET
def candidates(request: StaffRequest, pk: int) -> HttpResponse:
    """Find the conversation with which one is to be merged; below stands what was merged here."""
    conversation = conversation_at(request, pk)
    looked_at(request, conversation)
    asked = tidy(request.GET.get("q", ""))[:200]
    context = {
        "conversation": conversation,
        "asked": asked,
        "found": related.candidates(request.user, conversation, asked),
        "regroupings": _of(request, conversation),
    }
    return render(request, "conversations/merging.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def preview(request: StaffRequest, pk: int, other_pk: int) -> HttpResponse:
    """Show two conversations side by side, and make them one; ``stays`` is the number of the one that stays."""
    one, other = conversation_at(request, pk), conversation_at(request, other_pk)
    looked_at(request, one)
    looked_at(request, other)
    stays, goes = _directed(one, other, request.POST)
    try:
        merging.check(goes, stays)
        if request.method == "POST":
            done = merging.merge(goes, stays, by=request.user)
            said = _("%(number)s was merged into this conversation") % {"number": numbered(goes.pk)}
            return _led(request, stays, said, done)
    except CannotRegroup as mistake:
        return _preview(request, (one, other), stays, str(mistake))
    return _preview(request, (one, other), stays)


@agents_only
@require_http_methods(["GET", "POST"])
def moving(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose messages, and split them off or move one into another conversation (``to``)."""
    conversation = conversation_at(request, pk)
    if request.method == "GET":
        return _choice(request, conversation, request.GET)
    chosen = [int(one) for one in request.POST.getlist("message") if one.isdecimal() and len(one) < 19]
    to = request.POST.get("to", "")
    try:
        if not (to.isdecimal() and len(to) < 19):
            done = splitting.split(conversation, chosen, by=request.user, subject=request.POST.get("subject", ""))
            return _led(request, done.target, _("Split off as a conversation of its own"), done)
        if len(chosen) != 1:
            raise CannotRegroup(_("Only one message at a time goes into another conversation."))
        message = get_object_or_404(Message.objects.select_related("conversation"), pk=chosen[0], conversation=pk)
        done = splitting.move(message, conversation_at(request, int(to)), by=request.user)
    except CannotRegroup as mistake:
        return _choice(request, conversation, request.POST, str(mistake))
    return _led(request, done.target, _("Moved into this conversation"), done)


@agents_only
@require_POST
def regrouping_undoing(request: StaffRequest, pk: int) -> HttpResponse:
    """Undo a merge, a split or a move; both conversations have to be in the sight of whoever does it."""
    seen = Conversation.objects.all().in_inboxes_of(request.user)
    rows = Regrouping.objects.filter(source__in=seen.values("pk"), target__in=seen.values("pk"))
    done = get_object_or_404(rows.select_related("source", "target"), pk=pk)
    for now_in in {*merging.standing_in(done.source_id), *merging.standing_in(done.target_id)}:
        get_object_or_404(seen, pk=now_in)
    try:
        undoing.undo(done, by=request.user)
        messages.success(request, _("Undone. What went is back, with the answers that came to it."))
    except CannotRegroup as mistake:
        messages.error(request, str(mistake))
    [back] = merging.standing_in(done.source_id)
    return redirect("conversation", back)


def _of(request: StaffRequest, conversation: Conversation) -> list[Regrouping]:
    """Return what was done to a conversation and can be undone, the last first, where both are in sight."""
    seen = Conversation.objects.all().in_inboxes_of(request.user).values("pk")
    rows = Regrouping.objects.all().in_force().at(conversation.pk).filter(source__in=seen, target__in=seen)
    return list(rows.select_related("source", "target", "by").order_by("-pk")[:MOST_LISTED])


def _directed(one: Conversation, other: Conversation, given: QueryDict) -> tuple[Conversation, Conversation]:
    """Return which one stays and which one goes: as it was chosen, and the older one stays otherwise."""
    older, younger = sorted((one, other), key=lambda row: (row.opened_at, row.pk))
    return (younger, older) if given.get("stays") == str(younger.pk) else (older, younger)


def _preview(
    request: StaffRequest, sides: tuple[Conversation, Conversation], stays: Conversation, trouble: str = ""
) -> HttpResponse:
    one, other = sides
    admitted = Participant.objects.all().admitted().filter(conversation__in=sides).exclude(address="")
    context = {
        "sides": sides,
        "stays": stays,
        "trouble": trouble,
        "others": list(dict.fromkeys(row.shown for row in admitted.order_by("pk"))),
        "are_two_customers": one.customer_id != other.customer_id,
        "are_two_inboxes": one.inbox_id != other.inbox_id,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble and request.method == "POST" else HTTPStatus.OK
    return render(request, "conversations/merging_preview.html", context, status=status)


def _choice(request: StaffRequest, conversation: Conversation, given: QueryDict, trouble: str = "") -> HttpResponse:
    looked_at(request, conversation)
    shown = threads.choosable(conversation)
    context: dict[str, Any] = {
        "conversation": conversation,
        "shown": shown,
        "chosen": set(given.getlist("message")),
        "to": given.get("to", ""),
        "subject": given.get("subject", conversation.subject),
        "others": related.of_same_customer(request.user, conversation),
        "trouble": trouble,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
    return render(request, "conversations/moving.html", context, status=status)


def _led(request: StaffRequest, to: Conversation, said: str, done: Regrouping) -> HttpResponse:
    messages.success(request, said, extra_tags=reverse("regrouping_undoing", args=[done.pk]))
    return redirect(to)

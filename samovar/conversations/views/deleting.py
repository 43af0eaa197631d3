"""Deleting conversations, and bringing them back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import trigger_client_event

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import deleted, withdrawing
from samovar.conversations.errors import DeletedWithMain, GoneForGood, NotYourNote
from samovar.conversations.models import Conversation
from samovar.conversations.models.deleting import BY_RETENTION, DeletionReason
from samovar.conversations.pages import done, message_at, refused, said_only
from samovar.lib.text import tidy


@agents_only
@require_http_methods(["POST", "DELETE"])
def deletion(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a conversation, or bring it back (``?undo``)."""
    rows = (
        Conversation.objects.all()
        .in_inboxes_of(request.user)
        .filter(removed_at=None)
        .exclude(deletion_reason=BY_RETENTION)
    )
    conversation = get_object_or_404(rows.select_related("customer"), pk=pk)
    if request.method == "DELETE" or "undo" in request.GET:
        return _restored(request, conversation)
    given = request.GET.get("reason") or request.POST.get("reason", "")
    reason = DeletionReason(given) if given in DeletionReason.values else DeletionReason.OTHER
    conversation.trash(reason, by=request.user)
    said, undo = _("Deleted. It can be restored for 30 days."), f"{reverse('deletion', args=[pk])}?undo"
    if not request.htmx:
        messages.success(request, said, extra_tags=undo)
        return redirect("deleted" if "reason" in request.GET else "inbox")
    return trigger_client_event(said_only(request, conversation, said, undo), "conversations:next", after="settle")


@agents_only
@require_GET
def all_deleted(request: StaffRequest) -> HttpResponse:
    """List what is deleted and can be brought back."""
    asked = tidy(request.GET.get("q", ""))[:100]
    found = deleted.page(request.user, asked, request.GET.get("after", ""))
    following = urlencode({"q": asked, "after": found.after})
    return render(request, "conversations/deleted.html", {"asked": asked, "found": found, "following": following})


@agents_only
@require_http_methods(["POST", "DELETE"])
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a note, or bring it back (``?undo``)."""
    found = message_at(request, pk)
    conversation, address = found.conversation, reverse("note_deletion", args=[pk])
    try:
        if "undo" in request.GET:
            withdrawing.bring_back(found, by=request.user)
            return done(request, conversation, _("Note restored"), address)
        withdrawing.withdraw(found, by=request.user)
    except (GoneForGood, NotYourNote) as mistake:
        return refused(request, conversation, str(mistake))
    return done(request, conversation, _("Note deleted"), f"{address}?undo")


def _restored(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    reason = conversation.deletion_reason
    try:
        conversation.restore(by=request.user)
    except (DeletedWithMain, GoneForGood) as mistake:
        return refused(request, conversation, str(mistake))
    return done(request, conversation, _("Restored"), f"{reverse('deletion', args=[conversation.pk])}?reason={reason}")

"""Difficult customers, in a conversation: what is decided about them, and a warning for the answer that is typed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import warning as wording
from samovar.conversations.errors import CustomerErased
from samovar.conversations.pages import conversation_at, looked_at
from samovar.customers import restrictions


@agents_only
@require_POST
def warning(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a warning into the person's own answer, or take it out again (``?undo``); nothing is sent."""
    conversation, address = conversation_at(request, pk), reverse("warning", args=[pk])
    try:
        if "undo" in request.GET:
            wording.take_out(conversation, by=request.user)
        else:
            wording.put_in(conversation, by=request.user)
            said = _("The warning stands in your answer. Nothing is sent yet.")
            messages.success(request, said, extra_tags=f"{address}?undo")
    except CustomerErased as mistake:
        messages.error(request, str(mistake))
    return redirect(conversation)


@require_GET
def restriction_mark(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an open page what is decided about the customer, as it stands now."""
    conversation = conversation_at(request, pk)
    found = restrictions.lines_of(conversation.customer_id)
    if found:
        looked_at(request, conversation)
    context = {"conversation": conversation, "opened": {"restrictions": found}}
    return render(request, "conversations/_restriction.html", context)

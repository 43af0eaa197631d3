"""Naming colleagues while one writes a note."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations.mentioning import suggested
from samovar.conversations.pages import conversation_at

MOST_LETTERS = 100


@agents_only
@require_GET
def colleagues(request: StaffRequest, pk: int) -> HttpResponse:
    """List whom the letters after @ could mean, of those who see the conversation."""
    found = suggested(conversation_at(request, pk), request.user, request.GET.get("q", "")[:MOST_LETTERS])
    return render(request, "conversations/_colleagues_found.html", {"people": found})

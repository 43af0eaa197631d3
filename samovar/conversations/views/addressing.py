"""Choosing to whom a mail goes: who could be meant, and the chip of whoever was chosen."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import chips
from samovar.conversations.models.circle import circle_of
from samovar.conversations.pages import conversation_at
from samovar.conversations.recipients import Field
from samovar.conversations.suggesting import suggested

LONGEST_NUMBER = 19


@agents_only
@require_GET
def recipients(request: StaffRequest) -> HttpResponse:
    """List whom a few letters could mean, or give the chip of an address (``?add=``).

    With ``conversation`` it is about an answer there, and who is new there says so.
    """
    number = request.GET.get("conversation", "")
    known = frozenset[str]()
    pk = int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else None
    if pk is not None:
        known = circle_of(conversation_at(request, pk).pk).known
    if "add" not in request.GET:
        typed = request.GET.get("q", "").strip()[:320]
        context = {"found": suggested(request.user, typed, pk, known), "typed": typed}
        return render(request, "conversations/_recipients_found.html", context)
    try:
        person = chips.person_of(request.GET.get("name", ""), request.GET["add"])
    except ValidationError as mistake:
        return HttpResponseBadRequest(mistake.message)
    field = Field.TO if pk is None else Field.CC
    chip = chips.Chip(field, person, is_new=pk is not None and person.key not in known)
    return render(request, "conversations/_chip.html", {"chip": chip})

"""Macros in a conversation: found, put into what is being typed, carried out, taken back."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import macro_steps, macros
from samovar.conversations.errors import CustomerErased
from samovar.conversations.macro_steps import Step
from samovar.conversations.models import Conversation, Macro
from samovar.conversations.models.draft import TYPED_HERE, DraftMode
from samovar.conversations.pages import conversation_at, looked_at, refused, steps_done
from samovar.lib.text import tidy


@agents_only
@require_GET
def found(request: StaffRequest, pk: int) -> HttpResponse:
    """List the macros that fit the letters typed; to a browser without scripts as a page."""
    conversation = conversation_at(request, pk)
    looked_at(request, conversation)
    asked = tidy(request.GET.get("q", ""))[:80]
    context = {
        "conversation": conversation,
        "mode": _mode(request.GET.get("mode", "")),
        "asked": asked,
        "offers": macros.offers(conversation, asked, by=request.user),
    }
    is_page = "text/html" in request.headers.get("Accept", "") and not request.htmx
    template = "conversations/macros_of_one.html" if is_page else "conversations/_macros_found.html"
    return render(request, template, context)


@agents_only
@require_POST
def applied(request: StaffRequest, pk: int, macro_pk: int) -> HttpResponse:
    """Apply a macro: to what is being typed, or, where it has no text, at once."""
    conversation = conversation_at(request, pk)
    macro = get_object_or_404(Macro.objects.all().offered_to(request.user), pk=macro_pk)
    mode = _mode(request.POST.get("mode", ""))
    try:
        if not macro.text:
            outcome = macros.carry_out(conversation, macro, by=request.user)
            return steps_done(request, conversation, outcome)
        if not request.htmx:
            macros.insert(conversation, mode, macro, by=request.user)
            return redirect(conversation)
        steps = macros.plan(conversation, mode, macro, by=request.user)
    except CustomerErased as mistake:
        return refused(request, conversation, str(mistake))
    return _planned(request, conversation, mode, steps)


@agents_only
@require_POST
def planned(request: StaffRequest, pk: int, mode: str) -> HttpResponse:
    """Take a step out of what will be done once the draft is sent."""
    conversation = conversation_at(request, pk)
    left = macros.leave_out(conversation, mode, request.GET.get("without", ""), by=request.user)
    return _planned(request, conversation, mode, left) if request.htmx else redirect(conversation)


@agents_only
@require_POST
def steps(request: StaffRequest, pk: int) -> HttpResponse:
    """Carry out steps together: what takes a macro back, and what does it again."""
    conversation = conversation_at(request, pk)
    given = macro_steps.read(request.GET.getlist("step"))
    return steps_done(request, conversation, macro_steps.carry_out(conversation, given, by=request.user))


def _mode(given: str) -> str:
    return given if given in TYPED_HERE else DraftMode.REPLY


def _planned(request: StaffRequest, conversation: Conversation, mode: str, steps: Sequence[Step]) -> HttpResponse:
    context = {"conversation": conversation, "mode": mode, "steps": steps}
    return render(request, "conversations/_planned.html", context)

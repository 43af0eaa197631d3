"""Bringing in an expert: whom, with what question; and asking no more."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import consulting, experts
from samovar.conversations.consulting_forms import AskForm
from samovar.conversations.errors import AnswerOnItsWay, AskedAlready, CustomerErased, NobodyToSendTo
from samovar.conversations.models import Consultation, Conversation
from samovar.conversations.models.consultation import BY_EXPERT, Ending
from samovar.conversations.pages import conversation_at, done, looked_at, refused
from samovar.lib.text import tidy

BESIDE = 3


@agents_only
@require_http_methods(["GET", "POST"])
def expert_asking(request: StaffRequest, pk: int) -> HttpResponse:
    """List whom one could bring in (``?q=``, ``?side``), or ask one of them."""
    conversation = conversation_at(request, pk)
    if request.method == "GET":
        return _choice(request, conversation)
    form = AskForm(request.POST, by=request.user)
    if not form.is_valid():
        return refused(request, conversation, form.first_mistake)
    try:
        asked = consulting.ask(conversation, form.asking, by=request.user)
    except (AskedAlready, CustomerErased, NobodyToSendTo) as mistake:
        return refused(request, conversation, str(mistake))
    except AnswerOnItsWay:
        return refused(request, conversation, _("A colleague's answer is leaving just now. Look at it first."))
    undo = reverse("consultation_withdrawal", args=[asked.consultation.pk])
    if asked.pending:
        undo += f"?{urlencode({'pending': asked.pending.pk})}"
    said = _("%(name)s is asked") % {"name": asked.consultation.expert.name}
    return done(request, conversation, said, undo)


@agents_only
@require_POST
def consultation_withdrawal(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask an expert no more, or again (``?undo``)."""
    seen = Conversation.objects.all().visible_to(request.user)
    rows = Consultation.objects.select_related("conversation__customer", "expert")
    found = get_object_or_404(rows.filter(conversation__in=seen), pk=pk)
    address, name = reverse("consultation_withdrawal", args=[pk]), {"name": found.expert.name}
    if "undo" in request.GET:
        if not consulting.ask_again(found, by=request.user):
            return refused(request, found.conversation, _over(found))
        return done(request, found.conversation, _("%(name)s is asked") % name, address)
    pending = request.GET.get("pending", "")
    pending_id = int(pending) if pending.isascii() and pending.isdigit() and len(pending) < 19 else None
    if not consulting.withdraw(found, by=request.user, pending_id=pending_id):
        return refused(request, found.conversation, _over(found))
    return done(request, found.conversation, _("%(name)s is asked no more") % name, f"{address}?undo")


def _over(found: Consultation) -> str:
    """Say what became of a question meanwhile, for whoever came second."""
    if found.ending in BY_EXPERT:
        return _("%(name)s has answered meanwhile.") % {"name": found.expert.name}
    if found.ending == Ending.WITHDRAWN:
        return _("%(name)s can no longer sign in") % {"name": found.expert.name}
    return _("The question is over meanwhile.")


def _choice(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    typed = tidy(request.GET.get("q", ""))[:60]
    if "side" in request.GET:
        found = [one for one in experts.offered(conversation, "", request.user) if not one.is_asked][:BESIDE]
        return render(request, "conversations/_experts_beside.html", {"conversation": conversation, "offers": found})
    context = {
        "conversation": conversation,
        "typed": typed,
        "offers": experts.offered(conversation, typed, request.user),
        "chosen": request.GET.get("expert", ""),
    }
    if request.htmx and not request.htmx.boosted:
        return render(request, "conversations/_experts_found.html", context)
    looked_at(request, conversation)
    return render(request, "conversations/expert_asking.html", context)

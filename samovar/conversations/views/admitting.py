"""Deciding who takes part in a conversation besides its customer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import admitting
from samovar.conversations.models import Participant
from samovar.conversations.pages import conversation_at, done


@agents_only
@require_http_methods(["POST", "DELETE"])
def participant(request: StaffRequest, pk: int, participant_pk: int) -> HttpResponse:
    """Let somebody get our answers, or leave them out; ``?undo`` asks again."""
    conversation = conversation_at(request, pk)
    found = get_object_or_404(Participant.objects.exclude(address=""), pk=participant_pk, conversation=conversation)
    if "undo" in request.GET:
        admitting.leave_open(found)
        return done(request, conversation, _("It is open again whether they take part"))
    undo = f"{reverse('participant', args=[pk, participant_pk])}?undo"
    if request.method == "DELETE" or request.POST.get("choice") == "decline":
        admitting.decline(found, by=request.user)
        return done(request, conversation, _("%(who)s gets no answers") % {"who": found.shown}, undo)
    admitting.admit(found, by=request.user)
    return done(request, conversation, _("%(who)s gets our answers from now on") % {"who": found.shown}, undo)

"""Saying why a customer turned to us, and that there is an idea in what was written."""

from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations.cause_forms import ChoiceForm, IdeaForm
from samovar.conversations.causes import offered
from samovar.conversations.errors import CauseRetired
from samovar.conversations.models import Conversation
from samovar.conversations.pages import conversation_at, done, refused
from samovar.lib.text import tidy

# What the person has set last, in this browser.
COOKIE, MOST_RECENT, KEPT = "causes", 3, 90 * 24 * 3600


@agents_only
@require_http_methods(["GET", "POST"])
def causing(request: StaffRequest, pk: int) -> HttpResponse:
    """List the causes that could be meant, or set one; the empty one is none."""
    conversation = conversation_at(request, pk)
    if request.method == "GET":
        return _menu(request, conversation)
    form = ChoiceForm(_given(request))
    if not form.is_valid():
        return refused(request, conversation, next(str(one) for mistakes in form.errors.values() for one in mistakes))
    before, cause = conversation.cause_id, form.cleaned_data["cause"]
    try:
        conversation.set_cause(cause, by=request.user)
    except CauseRetired as retired:
        return refused(request, conversation, _("%(cause)s was retired meanwhile.") % {"cause": retired})
    said = _("Cause: %(cause)s") % {"cause": conversation.cause} if conversation.cause else _("It has no cause now")
    undo = f"{reverse('causing', args=[pk])}?{urlencode({'cause': before or ''})}"
    return _remember(request, done(request, conversation, said, undo), conversation.cause_id)


@agents_only
@require_http_methods(["POST", "DELETE"])
def idea(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a conversation as an idea, say it in other words, or say that it is none."""
    conversation, address = conversation_at(request, pk), reverse("idea", args=[pk])
    before = {"title": conversation.idea_title}
    if conversation.idea_author_id == request.user.pk:
        before["is_own"] = "1"
    if request.method == "DELETE" or "undo" in request.GET:
        conversation.dismiss_idea(by=request.user)
        return done(request, conversation, _("No idea after all"), f"{address}?{urlencode(before)}")
    form = IdeaForm(_given(request))
    if not form.is_valid():
        return refused(request, conversation, next(str(one) for mistakes in form.errors.values() for one in mistakes))
    undo = f"{address}?{urlencode(before) if conversation.idea_at else 'undo'}"
    author = request.user if form.cleaned_data["is_own"] else None
    conversation.note_idea(by=request.user, title=form.cleaned_data["title"], author=author)
    name = author.name if author else conversation.customer.shown_name
    return done(request, conversation, _("Marked as an idea: %(name)s") % {"name": name}, undo)


def _menu(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    typed = tidy(request.GET.get("q", ""))[:60]
    context = {
        "conversation": conversation,
        "typed": typed,
        "causes": offered(typed, _recent(request)),
        "current_id": conversation.cause.now.pk if conversation.cause else None,
    }
    return render(request, "conversations/_causes_found.html", context)


def _remember(request: StaffRequest, answer: HttpResponse, cause_id: int | None) -> HttpResponse:
    if cause_id:
        ids = [cause_id, *(other for other in _recent(request) if other != cause_id)][:MOST_RECENT]
        value = ".".join(map(str, ids))
        answer.set_cookie(COOKIE, value, max_age=KEPT, samesite="Lax", httponly=True, secure=request.is_secure())
    return answer


def _recent(request: StaffRequest) -> list[int]:
    parts = request.COOKIES.get(COOKIE, "").split(".")[:MOST_RECENT]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


def _given(request: StaffRequest) -> QueryDict:
    # The address that undoes something carries its values itself.
    return request.GET if request.GET else request.POST

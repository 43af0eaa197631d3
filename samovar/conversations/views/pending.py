"""What is done to replies that have not left: taken back, changed, sent at once."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import drafting, opening, sending_off
from samovar.conversations.errors import EmptyMessage, LeavesInThePast, LeftAlready, ReplyChanged
from samovar.conversations.forms import LeavingForm, LookedForm
from samovar.conversations.models import Conversation, PendingReply
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.pages import conversation_at, done, looked_at, refused, with_news
from samovar.conversations.waiting import waiting_in


@agents_only
@require_POST
def taking_back(request: StaffRequest, pk: int, pending_pk: int) -> HttpResponse:
    """Bring a reply that has not left back into the editor of its author."""
    conversation = conversation_at(request, pk)
    try:
        author_id = _pending(request, conversation, pending_pk).author_id
        if "text" in request.POST:
            # What was typed since in the editor that is open, a moment before it would have been kept.
            drafting.keep(conversation, DraftMode.REPLY, request.POST["text"], by=request.user)
        sending_off.take_back(pending_pk, by=request.user)
    except LeftAlready:
        return _left(request, conversation)
    said = _("Taken back. Nothing has left.")
    if "text" in request.POST:
        return _returned(request, conversation, said)
    if author_id != request.user.pk or not request.htmx:
        return done(request, conversation, said)
    # Where the text stands, so that it can be seen at once.
    return HttpResponseClientRedirect(conversation.get_absolute_url())


@agents_only
@require_POST
def sending_now(request: StaffRequest, pk: int, pending_pk: int) -> HttpResponse:
    """Let a reply leave at once."""
    conversation = conversation_at(request, pk)
    try:
        _pending(request, conversation, pending_pk)
        form = LookedForm(request.POST)
        if not form.is_valid():
            return refused(request, conversation, _mistake_in(form))
        sending_off.send_now(pending_pk, form.looked)
    except LeftAlready:
        return _left(request, conversation)
    except ReplyChanged as mistake:
        return _otherwise(request, conversation, str(mistake))
    return done(request, conversation, _("Sent"))


@agents_only
@require_POST
def changing(request: StaffRequest, pk: int, pending_pk: int) -> HttpResponse:
    """Have a planned reply say something else, or leave at another moment."""
    conversation = conversation_at(request, pk)
    try:
        _pending(request, conversation, pending_pk)
        form = LeavingForm(request.POST, request.FILES)
        if not form.is_valid():
            return refused(request, conversation, _mistake_in(form))
        sending_off.change(pending_pk, form.change, by=request.user)
    except LeftAlready:
        return _left(request, conversation)
    except ReplyChanged as mistake:
        return _otherwise(request, conversation, str(mistake))
    except (EmptyMessage, LeavesInThePast) as mistake:
        return refused(request, conversation, str(mistake))
    return done(request, conversation, _("Saved"))


def _pending(request: StaffRequest, conversation: Conversation, pk: int) -> PendingReply:
    """Return a reply that the person decides about; raises LeftAlready."""
    rows = PendingReply.objects.all().handled_by(request.user).filter(conversation=conversation, pk=pk)
    found = rows.first()
    if found is None:
        raise LeftAlready
    return found


def _mistake_in(form: LookedForm) -> str:
    if "at" in form.errors:
        return _("Choose when it shall leave.")
    return next(str(mistake) for mistakes in form.errors.values() for mistake in mistakes)


def _otherwise(request: StaffRequest, conversation: Conversation, said: str) -> HttpResponse:
    """Say that it, or the conversation, is not any more what the person has seen, and show what it is now."""
    answer = refused(request, conversation, said)
    if not request.htmx:
        return answer
    # It stands beside what was typed, and is what the form knows from then on.
    context = {"conversation": conversation, "pending": waiting_in(conversation.pk, request.user), "is_oob": True}
    answer.write(render(request, "conversations/_pending.html", context).content)
    return with_news(answer, conversation)


def _left(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    return refused(request, conversation, _("It has left already, or somebody else has decided about it."))


def _returned(request: StaffRequest, conversation: Conversation, said: str) -> HttpResponse:
    looked_at(request, conversation)
    context = {
        "opened": opening.opened(request.user, conversation.pk),
        "conversation": conversation,
        "said": said,
    }
    return with_news(render(request, "conversations/_returned.html", context), conversation)

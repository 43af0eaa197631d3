"""What an expert sees: one conversation for one question, one box, and what they are asked beside."""

from http import HTTPStatus

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest
from samovar.conversations import consulting, drafting
from samovar.conversations.consulting_forms import ExpertAnswerForm
from samovar.conversations.drafting import Typed
from samovar.conversations.errors import (
    AnswerOnItsWay,
    CustomerErased,
    EmptyMessage,
    LeftAlready,
    MergedAway,
    NewerMessage,
    NobodyToSendTo,
    QuestionOver,
)
from samovar.conversations.models import Consultation, Draft, Message, PendingReply
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.pages import looked_at

REFUSED = (CustomerErased, EmptyMessage, NobodyToSendTo, QuestionOver)
# What others have done meanwhile; the expert looks at it first.
MEANWHILE = (AnswerOnItsWay, NewerMessage)
# What htmx takes for "no more of this".
STOP_ASKING = 286


@require_GET
def asked(request: StaffRequest) -> HttpResponse:
    """List what the person is asked now."""
    return render(request, "conversations/asked.html", {"questions": consulting.asked_of(request.user)})


@require_http_methods(["GET", "POST"])
def consultation(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a question with its conversation to the expert who is asked, and take their answer."""
    found = _own(request, pk)
    if request.method == "GET":
        return _page(request, found)
    form = ExpertAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, form.first_mistake)
    try:
        _take(found, form, request)
    except REFUSED as mistake:
        found.refresh_from_db()
        return _page(request, found, form, str(mistake))
    except MEANWHILE:
        return _page(request, found, form, _("Not sent yet: somebody wrote while you typed. Read it, then send again."))
    except MergedAway:
        return _page(request, _own(request, pk), form, _("It was merged with another one meanwhile. Send it again."))
    undo = reverse("consultation_taking_back", args=[pk])
    messages.success(request, _("Thank you. That was all: you have left the conversation."), extra_tags=undo)
    return redirect(found)


@require_GET
def consultation_news(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell an open page, which asks now and then, that the question is over or that somebody has written since.

    Streams are for those who may see every conversation, so an expert has none. What was written is not given out here.
    """
    found = _own(request, pk)
    shown = request.GET.get("shown", "")
    is_over = not Consultation.objects.all().open().filter(pk=pk).exists()
    if not is_over and not consulting.has_more(found, int(shown) if shown.isdecimal() and len(shown) < 19 else 0):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"consultation": found, "is_over": is_over}
    # With this status the page asks no more.
    return render(request, "conversations/_consultation_news.html", context, status=STOP_ASKING if is_over else 200)


@require_POST
def consultation_draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep what the expert is typing."""
    found = _own(request, pk)
    if not found.is_open:
        raise Http404
    drafting.keep(found.conversation, DraftMode.NOTE, request.POST.get("text", ""), by=request.user)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
def consultation_taking_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what the expert has answered a moment ago."""
    found = _own(request, pk)
    try:
        consulting.take_back(found, by=request.user)
    except LeftAlready:
        messages.error(request, _("It cannot be taken back any more."))
    else:
        messages.success(request, _("Taken back. Nothing has left."))
    return redirect(found)


def _own(request: StaffRequest, pk: int) -> Consultation:
    # What is asked of somebody else, and what never was, is one answer.
    rows = Consultation.objects.select_related("conversation__customer", "conversation__inbox", "asked_by", "expert")
    found: Consultation = get_object_or_404(rows, pk=pk, expert=request.user)
    return found


def _take(found: Consultation, form: ExpertAnswerForm, request: StaffRequest) -> None:
    cleaned, by = form.cleaned_data, request.user
    if cleaned["then"] == form.HAND_BACK:
        consulting.hand_back(found, cleaned["text"], by)
    elif cleaned["then"] == form.DECLINE:
        consulting.decline(found, cleaned["text"], by)
    elif cleaned["mode"] == DraftMode.REPLY:
        typed = Typed(mode=DraftMode.REPLY, text=cleaned["text"], seen_id=cleaned["seen"])
        consulting.reply(found, typed, by, cleaned["seen_pending"] or 0)
    else:
        consulting.answer(found, cleaned["text"], by)


def _page(
    request: StaffRequest, found: Consultation, form: ExpertAnswerForm | None = None, mistake: str = ""
) -> HttpResponse:
    is_open = Consultation.objects.all().open().filter(pk=found.pk).exists()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if mistake else HTTPStatus.OK
    context: dict[str, object] = {
        "consultation": found,
        "mistake": mistake,
        "typed": form.data.get("text", "") if form else "",
    }
    if not is_open:
        # Who has left reads nothing here any more; their own words are theirs.
        return render(request, "conversations/consultation_over.html", context, status=status)
    looked_at(request, found.conversation)
    found.see()
    context |= _conversation(found, request)
    if form is None:
        drafts = _drafts(found, request)
        context["typed"] = "\n\n".join(draft.text for draft in drafts)
        context["saved_at"] = max((draft.saved_at for draft in drafts), default=None)
    else:
        context["mode"] = form.data.get("mode", "")
    return render(request, "conversations/consultation.html", context, status=status)


def _conversation(found: Consultation, request: StaffRequest) -> dict[str, object]:
    seen = Message.objects.filter(conversation=found.conversation).to_be_seen()
    newest = seen.order_by("-pk").values_list("pk", flat=True).first()
    entries = consulting.thread(found)
    leaving = PendingReply.objects.leaving().filter(conversation=found.conversation).exclude(author=request.user)
    return {
        "conversation": found.conversation,
        "entries": entries,
        "shown_id": max((entry.message.pk for entry in entries), default=0),
        "newest_id": newest or 0,
        "leaving": leaving.select_related("author").order_by("-pk").first(),
    }


def _drafts(found: Consultation, request: StaffRequest) -> list[Draft]:
    rows = Draft.objects.filter(Q(mode=DraftMode.NOTE) | Q(mode=DraftMode.REPLY), conversation=found.conversation)
    return list(rows.filter(user=request.user).exclude(text=""))

"""The page on which somebody outside is asked about a conversation."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.channels.mail.subjects import normalised_subject
from samovar.channels.models import ChannelAccount
from samovar.conversations import asking, chips
from samovar.conversations.asking import Question, Unasked
from samovar.conversations.beginning import Matter, newest_by
from samovar.conversations.chips import Chip
from samovar.conversations.errors import CustomerErased, EmptyMessage, NobodyToSendTo
from samovar.conversations.models import Attachment, Conversation
from samovar.conversations.pages import conversation_at, looked_at
from samovar.desk.starting_forms import QuestionForm, number_of


@agents_only
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask somebody outside about a conversation; its customer learns nothing of it."""
    conversation = conversation_at(request, pk)
    if conversation.parent_id:
        raise Http404
    if request.method == "POST":
        return _asked(request, conversation)
    kept = asking.draft_of(conversation, request.user)
    initial: dict[str, Any] = {"subject": conversation.subject, "message": [request.GET.get("message", "")]}
    if kept:
        initial["message"] += map(str, kept.quoted)
        initial |= {
            "subject": kept.subject or conversation.subject,
            "text": kept.text,
            "file": list(map(str, kept.copied)),
        }
    picked = chips.from_kept(kept.chips) if kept else []
    return _page(request, conversation, QuestionForm(initial=initial, main=conversation), picked)


@agents_only
@require_POST
def asking_draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep the question that is being typed, and what goes along."""
    conversation = conversation_at(request, pk)
    if conversation.parent_id:
        raise Http404
    # A browser keeps what is typed by itself: whoever has the page open hears of it when they send.
    with suppress(CustomerErased):
        asking.keep(conversation, _unasked(request), by=request.user)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _asked(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    form, picked = QuestionForm(request.POST, request.FILES, main=conversation), list[Chip]()
    try:
        picked = chips.read(request.POST) or []
        if form.is_valid():
            asking.ask(conversation, _question(request, conversation, form, picked), by=request.user)
            messages.success(request, _("Asked. The answer will stand in the side conversation."))
            address = conversation.get_absolute_url()
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    except ValidationError as mistake:
        form.add_error(None, mistake)
    except Conversation.DoesNotExist as gone:
        raise Http404 from gone
    except (CustomerErased, EmptyMessage, NobodyToSendTo) as mistake:
        form.add_error(None, str(mistake))
    if request.htmx:
        return render(request, "desk/_not_started.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(request, conversation, form, picked)


def _unasked(request: StaffRequest) -> Unasked:
    picked = None
    # An address that is not whole yet is kept when it is.
    with suppress(ValidationError):
        picked = chips.read(request.POST)
    return Unasked(
        text=request.POST.get("text"),
        subject=request.POST.get("subject"),
        quoted=[number_of(text) for text in request.POST.getlist("message")],
        copied=[number_of(text) for text in request.POST.getlist("file")],
        chips=picked,
        seen_id=number_of(request.GET.get("seen", "")),
    )


def _question(request: StaffRequest, main: Conversation, form: QuestionForm, picked: list[Chip]) -> Question:
    given = form.cleaned_data
    uploaded = [
        Attachment.objects.all().upload(
            one.name or "", one.content_type or "application/octet-stream", one.read(), by=request.user
        )
        for one in given["upload"]
    ]
    subject = given["subject"]
    return Question(
        matter=Matter(inbox=main.inbox, subject=subject, subject_key=normalised_subject(subject)),
        to=picked,
        text=given["text"],
        quoted=[int(number) for number in given["message"]],
        files=[int(number) for number in given["file"]],
        uploaded=uploaded,
    )


def _page(request: StaffRequest, conversation: Conversation, form: QuestionForm, picked: list[Chip]) -> HttpResponse:
    looked_at(request, conversation)
    can_send = ChannelAccount.objects.in_use().filter(inbox=conversation.inbox_id).exists()
    context = {"conversation": conversation, "form": form, "chips": picked, "can_send": can_send}
    context |= {"kept": asking.draft_of(conversation, request.user), "seen_id": newest_by(request.user)}
    context["voice"] = conversation.inbox.voice_of(request.user)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "desk/asking.html", context, status=status)

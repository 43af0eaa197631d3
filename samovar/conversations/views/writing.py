"""Writing in a conversation: messages, drafts, files that go with them."""

from contextlib import suppress
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages as told
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import attending, calendars, chips, drafting, macros, placeholders, sending_off
from samovar.conversations.errors import (
    AnswerOnItsWay,
    CustomerErased,
    EmptyMessage,
    LeavesInThePast,
    MergedAway,
    NewerMessage,
    NobodyToSendTo,
)
from samovar.conversations.forms import MessageForm, UploadForm
from samovar.conversations.macro_steps import Outcome
from samovar.conversations.models import Attachment, Conversation, Message, PendingReply
from samovar.conversations.models.draft import TYPED_HERE, DraftMode
from samovar.conversations.once import once
from samovar.conversations.pages import conversation_at, done, inbox_at, now_at, sent_off, steps_done, tab_on, with_news
from samovar.conversations.promising import perhaps_kept
from samovar.conversations.sending_off import Leaving
from samovar.ui.numbers import numbered

# Digits of a number that the database can hold.
LONGEST_NUMBER = 19
# What the answer to a question before sending brings along: what was agreed to, and what shall be done with it.
ASKED, LONGEST_ANSWER = ("then", "seen", "seen_pending", "as_is"), 200


@agents_only
@require_POST
@once
def messages(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a reply or leave a note."""
    try:
        return _taken(request, conversation_at(request, pk))
    except MergedAway:
        if "X-Seen-Event" in request.headers:
            # What waited for a connection stays in the browser that sends it, which says so.
            raise
        return _kept_for(request, pk)


def _taken(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    hours = partial(calendars.hours_for, conversation, request.user)
    form = MessageForm(_answered(request), request.FILES, writer=request.user, hours=hours)
    if not form.is_valid():
        mistakes = [str(mistake) for mistakes in form.errors.values() for mistake in mistakes]
        return _not_sent(request, conversation, {"mistake": mistakes[0]})
    if (left_open := _left_open(form)) and not form.cleaned_data["as_is"]:
        return _not_sent(request, conversation, {"left_open": left_open})
    try:
        typed = _typed(request, conversation, form)
        found = _written(request, conversation, typed, form)
    except (CustomerErased, EmptyMessage, LeavesInThePast, NobodyToSendTo) as mistake:
        return _not_sent(request, conversation, {"mistake": str(mistake)})
    except (AnswerOnItsWay, NewerMessage) as unseen:
        return _not_sent(request, conversation, _news_in(unseen))
    attending.write(conversation, request.user, typed.mode, "")
    return _after(request, conversation, typed, found)


@agents_only
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, pk: int, mode: str) -> HttpResponse:
    """Keep what is being typed, or to whom it shall go; give it to another screen, or to whoever reads along."""
    if request.method == "POST" and "chips" not in request.POST and _went_on(request, pk, mode):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    conversation = conversation_at(request, pk)
    if request.method == "GET":
        of = request.GET.get("of", "")
        writer = int(of) if of.isdecimal() and len(of) < LONGEST_NUMBER else request.user.pk
        return HttpResponse(drafting.text_of(conversation, mode, writer), content_type="text/plain")
    # A browser keeps what is typed by itself: whoever has the page open hears of it when they send.
    with suppress(CustomerErased):
        if "chips" in request.POST:
            _keep_chips(request, conversation)
        else:
            text = request.POST.get("text", "")
            if drafting.keep(conversation, mode, text, by=request.user):
                attending.write(conversation, request.user, mode, text, tab_on(request))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@agents_only
@require_POST
def files(request: StaffRequest, pk: int, mode: str) -> HttpResponse:
    """Take a file that will go with what is being typed."""
    conversation = conversation_at(request, pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "conversations/_file_refused.html", {"form": form}, status=422)
    try:
        attachment = drafting.attach(conversation, mode, drafting.as_given(form.cleaned_data["file"]), by=request.user)
    except CustomerErased as mistake:
        form.add_error("file", str(mistake))
        return render(request, "conversations/_file_refused.html", {"form": form}, status=422)
    room = conversation.inbox.letter_bytes if mode == DraftMode.REPLY else None
    return render(request, "conversations/_file.html", {"file": attachment, "room": room})


@agents_only
@require_http_methods(["DELETE"])
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a file that has not been sent."""
    get_object_or_404(Attachment.objects.filter(drafting.own_files(request.user)), pk=pk).delete()
    return HttpResponse()


def _went_on(request: StaffRequest, pk: int, mode: str) -> bool:
    """Keep a draft that only goes on, which whoever types does every few seconds; False where there is more to it."""
    inbox_id, text = inbox_at(request, pk), request.POST.get("text", "")
    if inbox_id is None or not drafting.go_on(pk, mode, text, by=request.user):
        return False
    attending.write(Conversation(pk=pk, inbox_id=inbox_id), request.user, mode, text, tab_on(request))
    return True


def _kept_for(request: StaffRequest, old_id: int) -> HttpResponse:
    """Keep what was to be sent as a draft in what the conversation was merged into: others read along there."""
    now, mode = now_at(request.user, old_id), request.POST.get("mode", "")
    if now is None:
        raise Http404
    text, said = request.POST.get("text", ""), _("It was merged into %(number)s meanwhile. Your text is there.")
    with suppress(CustomerErased):
        if mode in TYPED_HERE and text.strip():
            drafting.add(now, mode, text, by=request.user)
    told.warning(request, said % {"number": numbered(now.pk)})
    return HttpResponseClientRedirect(now.get_absolute_url()) if request.htmx else redirect(now)


def _written(
    request: StaffRequest, conversation: Conversation, typed: drafting.Typed, form: MessageForm
) -> PendingReply | Outcome:
    """Send what was typed, or send off a reply that leaves later."""
    seen_pending, at = form.cleaned_data["seen_pending"] or 0, form.cleaned_data["leaves_at"]
    steps = form.cleaned_data["steps"]
    if typed.mode == DraftMode.REPLY and (at or request.user.undo_seconds):
        leaving = Leaving(at=at, is_sure=form.cleaned_data["is_sure"], seen_pending=seen_pending, steps=steps)
        return sending_off.send_off(conversation, typed, by=request.user, leaving=leaving)
    if typed.mode == DraftMode.REPLY:
        sending_off.check_nobody_answers(conversation, request.user, seen_pending)
    return macros.send(conversation, typed, steps, by=request.user)


def _news_in(unseen: AnswerOnItsWay | NewerMessage) -> dict[str, object]:
    if isinstance(unseen, NewerMessage):
        return {"newest": Message.objects.select_related("author", "customer").get(pk=unseen.message_id)}
    return {"on_its_way": PendingReply.objects.select_related("author").get(pk=unseen.pending_id)}


def _after(
    request: StaffRequest, conversation: Conversation, typed: drafting.Typed, found: PendingReply | Outcome
) -> HttpResponse:
    # Only an answer keeps what a customer was promised.
    is_reply = typed.mode == DraftMode.REPLY and not isinstance(found, PendingReply)
    promise = perhaps_kept(conversation, request.user) if is_reply else None
    if isinstance(found, PendingReply):
        answer = sent_off(request, conversation, found)
    elif typed.leaves_the_list:
        resolved = _("Sent and resolved: %(name)s") % {"name": conversation.customer.shown_name}
        said = resolved if typed.is_last_word else _("Sent and snoozed")
        more = "conversations/_cause_offer.html" if typed.is_last_word else ""
        answer = steps_done(request, conversation, found, said, more, promise)
    elif found.said or found.missed:
        answer = steps_done(request, conversation, found, _("Sent"), promise=promise)
    elif promise:
        answer = done(request, conversation, _("Sent"), promise=promise)
    else:
        answer = _sent(request, conversation)
    if not typed.leaves_the_list:
        return answer
    return trigger_client_event(answer, "conversations:next", after="settle") if request.htmx else redirect("/")


def _typed(request: StaffRequest, conversation: Conversation, form: MessageForm) -> drafting.Typed:
    cleaned = form.cleaned_data
    uploaded = [
        drafting.attach(conversation, cleaned["mode"], drafting.as_given(one), by=request.user)
        for one in cleaned["upload"]
    ]
    return drafting.Typed(
        mode=cleaned["mode"],
        text=cleaned["text"],
        files=[*cleaned["file"], *uploaded],
        seen_id=cleaned["seen"],
        is_last_word=cleaned["then"] == "resolve",
        snooze_until=cleaned["snooze_until"],
        chips=cleaned["chips"],
    )


def _left_open(form: MessageForm) -> str:
    """Ask about what a macro has left open in an answer; a note may say whatever it says."""
    names = placeholders.left_open(form.cleaned_data["text"])
    return placeholders.question(names) if names and form.cleaned_data["mode"] == DraftMode.REPLY else ""


def _keep_chips(request: StaffRequest, conversation: Conversation) -> None:
    seen = request.POST.get("seen", "")
    with suppress(ValidationError):
        found = chips.read(request.POST) or []
        seen_id = int(seen) if seen.isdecimal() and len(seen) < LONGEST_NUMBER else 0
        drafting.keep_chips(conversation, found, seen_id, by=request.user)


def _sent(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    return with_news(HttpResponse(), conversation) if request.htmx else redirect(conversation)


def _answered(request: StaffRequest) -> QueryDict:
    """Return what was sent, with what was wanted and agreed to when it was asked about before."""
    given = request.POST.copy()
    for name, value in QueryDict(given.get("anyway", "")[:LONGEST_ANSWER]).items():
        if name in ASKED:
            given[name] = str(value)
    return given


def _not_sent(request: StaffRequest, conversation: Conversation, why: dict[str, object]) -> HttpResponse:
    mode = request.POST.get("mode", "")
    if request.htmx:
        wanted = urlencode({name: value for name in ASKED if (value := _answered(request).get(name))})
        context = {"conversation": conversation, "mode": mode, "wanted": wanted, **why}
        return render(request, "conversations/_not_sent.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    # Without scripts there is only the page itself: the text comes back into it as a draft.
    with suppress(CustomerErased):
        if mode in TYPED_HERE:
            drafting.keep(conversation, mode, request.POST.get("text", ""), by=request.user)
        if mode == DraftMode.REPLY and "chips" in request.POST:
            _keep_chips(request, conversation)
    newer = _("Not sent yet: somebody wrote while you typed. Read it, then send again.")
    told.warning(request, str(why.get("mistake") or why.get("left_open") or newer))
    return redirect(conversation)

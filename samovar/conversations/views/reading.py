"""Reading a conversation: what is new in it, what was before, and one message in full."""

from dataclasses import replace
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from samovar.accounts.models import Notification
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import editing, opening, promising, threads
from samovar.conversations import sides as side_talks
from samovar.conversations.errors import MergedAway
from samovar.conversations.pages import conversation_at, looked_at, message_at, now_at, wanted_on
from samovar.conversations.previous import previous, talk_above
from samovar.lib import clock


@require_GET
def news(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an open page what has happened since the event that it knows."""
    try:
        conversation = conversation_at(request, pk)
    except MergedAway:
        # The page stays, with what is typed in it, and says where to go on.
        moved = {"now": now_at(request.user, pk), "old_id": pk}
        return render(request, "conversations/_merged_away.html", moved)
    after = request.GET.get("after", "")
    found = threads.news(conversation, int(after) if after.isdecimal() and len(after) < 19 else 0)
    if found.is_empty:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    looked_at(request, conversation)
    opened = opening.opened(request.user, pk)
    context = {
        "opened": opened,
        "conversation": conversation,
        "news": found,
        "page": threads.newest(conversation) if found.is_regrouped else None,
        "previous": opened.previous,
        "wanted": wanted_on(request),
        "promise_choices": promising.choices(),
    }
    return render(request, "conversations/_news.html", context)


@require_GET
def earlier(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the entries before those that a page shows, also of the same customer's conversation before (``of``)."""
    opened, before, given = conversation_at(request, pk), request.GET.get("before", ""), request.GET.get("of", "")
    of = int(given) if given.isdecimal() and len(given) < 19 else None
    above = talk_above(request.user, opened, of or pk)
    if above is None and of is not None:
        raise Http404
    shown, is_another = above or opened, of not in (None, pk)
    looked_at(request, shown)
    context = {
        "conversation": shown,
        "page": threads.newest(shown, before),
        "previous": previous(above) if above else None,
        "reading": opened if is_another else None,
        "is_last_page": is_another and not before,
    }
    return render(request, "conversations/_entries.html", context)


@require_GET
def sides(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an open page what was asked outside, as it stands now."""
    conversation = conversation_at(request, pk)
    found = side_talks.sides(conversation)
    if found:
        looked_at(request, conversation)
    context = {"conversation": conversation, "sides": found}
    return render(request, "conversations/_sides.html", context)


@agents_only
@require_POST
def reading(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that somebody of the team has seen what stands here."""
    version = request.POST.get("version", "")
    conversation = conversation_at(request, pk)
    conversation.mark_read(int(version) if version.isdecimal() and len(version) < 10 else None)
    Notification.objects.filter(conversation_id=conversation.pk).see(request.user, clock.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_GET
def on_paper(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a conversation as it is printed, without the desk around it; our notes only with ``?notes``."""
    conversation = conversation_at(request, pk)
    looked_at(request, conversation)
    context = {
        "conversation": conversation,
        "said": threads.everything(conversation, with_notes="notes" in request.GET),
        "most": threads.MOST_PRINTED,
        "with_notes": "notes" in request.GET,
    }
    return render(request, "conversations/print.html", context)


@require_GET
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one message in full length; to an open page only its text, its quotes, or what it said
    before it was edited (``?part=``)."""
    found = message_at(request, pk)
    looked_at(request, found.conversation)
    entry = threads.said(found, is_whole=True)
    if (part := request.GET.get("part")) == "before":
        return render(request, "conversations/_note_before.html", {"edits": editing.before(found)})
    if part in ("text", "quotes"):
        entry = replace(entry, passages=[one for one in entry.passages if one.is_hidden == (part == "quotes")])
    context = {"entry": entry, "conversation": found.conversation, "edits": editing.before(found)}
    return render(request, "conversations/_whole.html" if request.htmx else "conversations/message.html", context)

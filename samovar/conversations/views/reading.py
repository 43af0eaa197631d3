"""Reading a conversation: what is new in it, what was before, and what came with a message."""

from dataclasses import replace
from http import HTTPStatus

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import putting_off, threads
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.conversations.pages import conversation_at, wanted_on
from samovar.lib.html import sanitise
from samovar.lib.text import file_name

# A file from outside may hold anything: the browser is to keep it, never to run it.
ONLY_TO_KEEP = "sandbox; default-src 'none'"
# The styles of a mail stand in its elements; what is left of them has passed the sanitiser. A link opens a new page.
IN_A_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@require_GET
def news(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an open page what has happened since the event that it knows."""
    conversation = conversation_at(request, pk)
    after = request.GET.get("after", "")
    found = threads.news(conversation, int(after) if after.isdecimal() and len(after) < 19 else 0)
    if found.is_empty:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {
        "opened": threads.opened(request.user, pk),
        "conversation": conversation,
        "news": found,
        "wanted": wanted_on(request),
        "putting_off": putting_off.choices(timezone.now()),
    }
    return render(request, "conversations/_news.html", context)


@require_GET
def earlier(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the entries before those that a page shows."""
    conversation = conversation_at(request, pk)
    page = threads.newest(conversation, request.GET.get("before", ""))
    return render(request, "conversations/_entries.html", {"conversation": conversation, "page": page})


@agents_only
@require_POST
def reading(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that somebody of the team has seen what stands here."""
    version = request.POST.get("version", "")
    conversation_at(request, pk).mark_read(int(version) if version.isdecimal() and len(version) < 10 else None)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_GET
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one message in full length; to an open page only its text, or only its quotes (``?part=``)."""
    found = _message(request, pk)
    entry = threads.said(found, is_whole=True)
    if (part := request.GET.get("part")) in ("text", "quotes"):
        entry = replace(entry, passages=[one for one in entry.passages if one.is_hidden == (part == "quotes")])
    context = {"entry": entry, "conversation": found.conversation}
    return render(request, "conversations/_whole.html" if request.htmx else "conversations/message.html", context)


@xframe_options_sameorigin
@require_GET
def original(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a message as it was sent, for a frame: nothing runs in it, nothing is fetched, nothing gets out."""
    found = _message(request, pk)
    if not found.html:
        raise Http404
    page = sanitise(found.html)
    # The one HTML that does not come from our templates; the policy below holds even if the sanitiser had a hole.
    context = {"message": found, "body": SafeString(page.html), "left_out": page.blocked_images}
    answer = render(request, "conversations/original.html", context)
    answer["Content-Security-Policy"] = IN_A_FRAME
    return answer


@require_GET
def attachment(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """Hand out a file for keeping, piece by piece."""
    found = get_object_or_404(Attachment.objects.select_related("file", "message"), pk=pk)
    if found.message is None:
        if found.uploaded_by_id != request.user.pk:
            raise Http404
    else:
        _message(request, found.message.pk)
    answer = StreamingHttpResponse(found.file.stream(), content_type="application/octet-stream")
    answer["Content-Length"] = str(found.size_bytes)
    answer["Content-Disposition"] = content_disposition_header(True, file_name(found.name) or "file") or "attachment"
    answer["Content-Security-Policy"] = ONLY_TO_KEEP
    return answer


def _message(request: StaffRequest, pk: int) -> Message:
    seen = Conversation.objects.all().visible_to(request.user)
    found: Message = get_object_or_404(
        Message.objects.select_related("conversation").of_thread(), pk=pk, conversation__in=seen
    )
    return found

"""Showing what came from outside: a mail as it was sent, in a frame; pictures, written anew by us; files, to keep."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest
from samovar.conversations import consulting, pictures
from samovar.conversations.models import Attachment
from samovar.conversations.pages import looked_at, message_at
from samovar.lib.html import no_image, sanitise
from samovar.lib.pictures import LARGE, SMALL, Picture
from samovar.lib.text import file_name

# A file from outside may hold anything: the browser is to keep it, never to run it.
ONLY_TO_KEEP = "sandbox; default-src 'none'"
# The styles of a mail stand in its elements; what is left of them has passed the sanitiser. A link opens a new page.
IN_A_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: {pictures};"
    " style-src 'unsafe-inline' {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@xframe_options_sameorigin
@require_GET
def original(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a message as it was sent, for a frame: nothing runs in it, nothing gets out.

    Pictures of the mail itself are shown; those of others only with ``?pictures``, and through us.
    """
    found = message_at(request, pk)
    if not found.html:
        raise Http404
    looked_at(request, found.conversation)
    remote = pictures.elsewhere(found, request.user) if "pictures" in request.GET else no_image
    page = sanitise(found.html, pictures.attached_to(found, request.user), remote)
    # The one HTML that does not come from our templates; the policy below holds even if the sanitiser had a hole.
    context = {"message": found, "body": SafeString(page.html), "left_out": page.blocked_images}
    answer = render(request, "conversations/original.html", context)
    ours = {"pictures": "/pictures/", "styles": static("conversations/css/mail-frame.css")}
    places = {name: request.build_absolute_uri(place) for name, place in ours.items()}
    answer["Content-Security-Policy"] = IN_A_FRAME.format(**places)
    # Not even the names of hosts that links lead to are looked up before somebody follows one.
    answer["X-DNS-Prefetch-Control"] = "off"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@login_not_required
@require_GET
def mail_picture(request: HttpRequest, ticket: str) -> HttpResponse:
    """Show one picture of a mail to whoever we signed its address for; the frame that asks brings no cookie."""
    found = pictures.read_ticket(ticket)
    return _shown(request, pictures.drawn(found) if found else None)


@require_GET
def picture(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a file as a picture, small with ``?small``."""
    found = _attachment(request, pk)
    return _shown(request, pictures.redrawn(found, SMALL if "small" in request.GET else LARGE))


@require_GET
def attachment(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """Hand out a file for keeping, piece by piece."""
    return handed_out(_attachment(request, pk))


def handed_out(found: Attachment) -> StreamingHttpResponse:
    """Return a file as an answer that browsers keep and never show."""
    answer = StreamingHttpResponse(found.file.stream(), content_type="application/octet-stream")
    answer["Content-Length"] = str(found.size_bytes)
    answer["Content-Disposition"] = content_disposition_header(True, file_name(found.name) or "file") or "attachment"
    answer["Content-Security-Policy"] = ONLY_TO_KEEP
    return answer


def _shown(request: HttpRequest, found: Picture | None) -> HttpResponse:
    # Browsers show the picture of a "not found" too, and it is calmer than their sign for a broken one.
    answer = (
        HttpResponse(found.content, content_type=found.media_type)
        if found
        else render(request, "conversations/no_picture.svg", status=404, content_type="image/svg+xml")
    )
    answer["Content-Security-Policy"] = ONLY_TO_KEEP
    answer["Cache-Control"] = "private, no-store"
    return answer


def _attachment(request: StaffRequest, pk: int) -> Attachment:
    # One question, whether it is there or not: two would take longer where there is something to find.
    sent, own = consulting.readable(request.user, is_file=True), Q(message=None, uploaded_by=request.user)
    rows = Attachment.objects.select_related("file", "message__conversation__customer")
    found = get_object_or_404(rows.filter(sent | own), pk=pk)
    if found.message:
        looked_at(request, found.message.conversation)
    return found

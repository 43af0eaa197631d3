"""Files that were sent as a link: handed out to whoever holds it; withdrawn by the team."""

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations.models import Conversation, FileLink
from samovar.conversations.pages import done
from samovar.conversations.views.showing import handed_out
from samovar.lib import clock


@login_not_required
@require_GET
def shared_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Hand out a file to whoever holds its link; what opens nothing is answered alike, whatever the reason."""
    # The public function counts no GET.
    if not ratelimit.consume(request, app="allauth.account", action="shared_file", limit_get=True):
        return render(request, "429.html", status=429)
    link = FileLink.objects.all().opened_by(token, clock.now())
    if link is None:
        raise Http404
    link.count()
    answer = handed_out(link.attachment)
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@agents_only
@require_http_methods(["POST", "DELETE"])
def file_link(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw the link to a file of a message, or let it open the file again (``?undo``)."""
    seen = Conversation.objects.all().visible_to(request.user)
    rows = FileLink.objects.select_related("attachment__message__conversation__customer")
    link = get_object_or_404(rows, pk=pk, attachment__message__conversation__in=seen)
    assert link.attachment.message is not None
    conversation, address = link.attachment.message.conversation, reverse("file_link", args=[pk])
    if "undo" in request.GET:
        link.restore(by=request.user)
        return done(request, conversation, _("The link opens the file again"), address)
    link.withdraw(by=request.user)
    return done(request, conversation, _("The link opens nothing any more"), f"{address}?undo")

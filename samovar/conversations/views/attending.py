"""What an open page tells of the person in front of it."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from samovar.accounts.requests import StaffRequest
from samovar.conversations import attending
from samovar.conversations.errors import MergedAway
from samovar.conversations.pages import conversation_at, tab_on


@require_http_methods(["POST", "DELETE"])
def attendance(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell the others that the person has the conversation open, or not any more; a nameless screen tells nothing."""
    try:
        conversation = conversation_at(request, pk)
    except MergedAway:
        # A page says this by itself: whoever acts on it is told where it went.
        raise Http404 from None
    tab = tab_on(request)
    if tab and request.method == "POST":
        attending.attend(conversation, request.user, tab)
    elif tab:
        attending.leave(request.user, tab)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)

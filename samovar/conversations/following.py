"""Whoever acts on a conversation that was merged meanwhile is told where it is now, whatever they were about to do."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.accounts.requests import StaffRequest
from samovar.conversations.errors import MergedAway
from samovar.conversations.models import Conversation
from samovar.conversations.pages import now_at, refused
from samovar.ui.numbers import numbered


class MergedMiddleware:
    """Answers in the place of a view whose conversation was merged into another one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave the request alone; the view decides."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead to where it is now, or say so to the open page; to who may not see that, there is nothing."""
        if not isinstance(exception, MergedAway):
            return None
        now = now_at(request.user, exception.old_id) if isinstance(request.user, User) else None
        if now is None:
            raise Http404
        return _answer(cast(StaffRequest, request), now, exception.old_id)


def _answer(request: StaffRequest, now: Conversation, old_id: int) -> HttpResponse:
    said = _("%(old)s was merged into %(new)s meanwhile.") % {"old": numbered(old_id), "new": numbered(now.pk)}
    if request.htmx and request.method != "GET":
        answer = refused(request, now, said)
        # What waited for a connection stands there from now on.
        answer.headers["X-Merged-Into"] = str(now.pk)
        return answer
    if request.method != "GET":
        messages.warning(request, said)
    return redirect(now)

"""What a browser sends again because it does not know whether it arrived is done once.

The browser gives what it sends a number (``X-Client-Id``) and keeps it until it has an answer. What waited for a
connection also says what its author had seen (``X-Seen-Event``): what others did meanwhile is told instead of being
written over.
"""

import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _

from samovar.accounts.requests import StaffRequest
from samovar.conversations.errors import MergedAway
from samovar.conversations.models import Submission
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.pages import conversation_at
from samovar.events.models import Event

# What somebody who decides without a connection did not know of.
TELLING = (
    "MessageReceived",
    "ReplyWritten",
    "ConversationResolved",
    "ConversationReopened",
    "ConversationAssigned",
    "ConversationGivenToTeam",
    "ConversationSnoozed",
)
SEEN = re.compile(r"(?:([0-9]{1,18})-)?([0-9]{1,19})")


def once(view: Callable[[StaffRequest, int], HttpResponse]) -> Callable[[StaffRequest, int], HttpResponse]:
    """Do what a browser sends several times with one number once; the other times it is told that it is done.

    The number is kept together with what was done, or not at all: what was refused can be sent again.
    """

    @wraps(view)
    def guarded(request: StaffRequest, /, pk: int) -> HttpResponse:
        number = _number(request)
        if number is None:
            return view(request, pk)
        with transaction.atomic():
            _row, is_new = Submission.objects.get_or_create(user=request.user, client_id=number)
            if not is_new:
                return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"X-Done-Before": "1"})
            answer = _told(request, pk) or view(request, pk)
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                transaction.set_rollback(True)
        return answer

    return guarded


def _number(request: StaffRequest) -> UUID | None:
    try:
        return UUID(request.headers.get("X-Client-Id", ""))
    except ValueError:
        return None


def _told(request: StaffRequest, pk: int) -> HttpResponse | None:
    """Say what others did since the author looked, None when that is nothing; a note is true whatever they did."""
    unseen = _unseen(request.headers.get("X-Seen-Event", ""))
    if unseen is None or request.POST.get("mode") == DraftMode.NOTE:
        return None
    try:
        conversation = conversation_at(request, pk)
    except MergedAway:
        # What becomes of it then is for the view to say.
        return None
    since = Event.objects.filter(unseen, conversation_id=conversation.pk, kind__in=TELLING)
    last = since.exclude(actor_id=request.user.pk).order_by("-pk").first()
    if last is None:
        return None
    said = _("Meanwhile somebody else was here: %(what)s. Look at it, then do it again.") % {"what": last.line}
    return HttpResponse(said, status=HTTPStatus.CONFLICT, content_type="text/plain; charset=utf-8")


def _unseen(seen: str) -> Q | None:
    """Return what came after the last event that somebody saw, or after a place in the log (``tx-id``)."""
    if not (found := SEEN.fullmatch(seen)):
        return None
    tx, number = found[1], int(found[2])
    return Q(pk__gt=number) if tx is None else Q(tx__gt=int(tx)) | Q(tx=int(tx), pk__gt=number)

"""The page "For me": what one was told, and what one has seen of it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samovar.accounts.models import Notification
from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.conversations import queries
from samovar.conversations.notices import told
from samovar.desk.for_me import sections
from samovar.events.queries import position
from samovar.lib import clock
from samovar.ui.navigation import shown


@lookers_only
@require_GET
def for_me(request: StaffRequest) -> HttpResponse:
    """Show what is for the person: unseen, or all of it (``?all``)."""
    is_all, after = "all" in request.GET, request.GET.get("after", "")
    context = {"lines": told(request.user, after, is_all=is_all), "is_all": is_all, "is_first": not after}
    if request.htmx.target == "more":
        return render(request, "desk/_for_me_lines.html", context)
    return render(
        request,
        "desk/for_me.html",
        {**context, "sections": [] if after else sections(request.user), "position": position()},
    )


@lookers_only
@require_GET
def count(request: StaffRequest) -> HttpResponse:
    """Give an open page how much of it is unseen."""
    number = queries.unseen_notices(request.user)
    return render(request, "desk/_for_me_counted.html", {"shown": shown(number)})


@lookers_only
@require_POST
def seen(request: StaffRequest) -> HttpResponse:
    """Note that all of it was seen; ``?undo=`` with the moment takes that back."""
    rows = Notification.objects.all()
    if "undo" in request.GET:
        if at := _moment(request.GET["undo"]):
            rows.unsee(request.user, at)
        return redirect("for_me")
    now = clock.now()
    if rows.see(request.user, now):
        undo = f"{reverse('for_me_seen')}?{urlencode({'undo': now.isoformat()})}"
        messages.success(request, _("All of it is marked as seen"), extra_tags=undo)
    return redirect("for_me")


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None

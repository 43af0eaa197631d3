"""The page on which promises are looked back at, and the promises behind each of its numbers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.conversations import promise_figures
from samovar.conversations.promise_figures import SPANS, Asked


@lookers_only
@require_GET
def report(request: StaffRequest) -> HttpResponse:
    """Show how promises were kept; agents see their own."""
    asked = Asked.of(request.GET)
    sees_all = promise_figures.sees_all(request.user)
    context = {
        "asked": asked,
        "spans": SPANS,
        "people": promise_figures.by_person(request.user, asked),
        "teams": promise_figures.by_team(request.user, asked) if sees_all else [],
        "sees_all": sees_all,
    }
    return render(request, "conversations/promise_report.html", context)


@lookers_only
@require_GET
def report_rows(request: StaffRequest) -> HttpResponse:
    """List the promises behind a number."""
    asked = Asked.of(request.GET)
    found = promise_figures.rows(request.user, asked, request.GET.get("after", ""))
    return render(request, "conversations/promise_rows.html", {"asked": asked, "found": found})

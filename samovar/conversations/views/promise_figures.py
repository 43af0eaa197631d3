"""The page on which promises are looked back at, and the promises behind each of its numbers."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.conversations import promise_figures
from samovar.conversations.promise_figures import SPANS, Asked


@lookers_only
@require_GET
def report(request: StaffRequest) -> HttpResponse:
    """Show how promises were kept, of people and teams that are found by their names (``q``); agents see their own."""
    sees_all, after = promise_figures.sees_all(request.user), request.GET.get("after", "")
    asked = Asked.of(request.GET) if sees_all else replace(Asked.of(request.GET), q="")
    people = promise_figures.by_person(request.user, asked, after)
    context = {
        "asked": asked,
        "spans": [(days, replace(asked, days=days).query) for days in SPANS],
        "people": people,
        "following": f"{asked.query}&{urlencode({'after': people.after})}",
        "teams": promise_figures.by_team(request.user, asked) if sees_all and not after else [],
        "sees_all": sees_all,
        "kept": [("days", asked.days)],
        "all": f"?{replace(asked, q='').query}",
    }
    return render(request, "conversations/promise_report.html", context)


@lookers_only
@require_GET
def report_rows(request: StaffRequest) -> HttpResponse:
    """List the promises behind a number."""
    asked = Asked.of(request.GET)
    found = promise_figures.rows(request.user, asked, request.GET.get("after", ""))
    following = f"{asked.query}&{urlencode({'after': found.after})}"
    kept = [(name, value) for name, value in vars(asked).items() if name != "q"]
    context = {"asked": asked, "found": found, "following": following, "kept": kept}
    context["all"] = f"?{replace(asked, q='').query}"
    return render(request, "conversations/promise_rows.html", context)

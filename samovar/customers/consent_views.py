"""Who has agreed to what, by purpose and state."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.requests import StaffRequest
from samovar.customers import consenting
from samovar.customers.models import ConsentPurpose

GIVEN, WITHDRAWN = "given", "withdrawn"


@vary_on_headers("HX-Request", "HX-Target", "HX-History-Restore-Request")
@require_GET
def all_consents(request: StaffRequest) -> HttpResponse:
    """List who has agreed to something, or took it back; with how many there are of every kind."""
    given = request.GET
    purpose = given.get("purpose", "") if given.get("purpose") in ConsentPurpose.values else ConsentPurpose.NEWS
    state = WITHDRAWN if given.get("state") == WITHDRAWN else GIVEN
    text, after = given.get("q", "").strip()[:200], given.get("after", "")
    page = consenting.page(request.user, purpose, state == GIVEN, text, after)
    asked = {"purpose": str(purpose), "state": state} | ({"q": text} if text else {})
    following = urlencode({**asked, "after": page.after}) if page.after else ""
    context: dict[str, Any] = {"page": page, "text": text, "following": following, "is_first": not after}
    context |= {"purpose": str(purpose), "state": state}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "customers/_consent_rows.html", context)
    context["tallies"] = consenting.tallies(request.user)
    return render(request, "customers/consents.html", context)

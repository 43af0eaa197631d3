"""The page of one company or family: a screen that has to know of conversations too."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from samovar.accounts.requests import StaffRequest
from samovar.conversations.models import Conversation
from samovar.customers import queries
from samovar.customers.models import Membership, Organisation

MOST_SHOWN = 20


@require_GET
def organisation(request: StaffRequest, pk: int) -> HttpResponse:
    """Show an organisation: its people, and what was written with them last, as far as the reader may see it."""
    found = get_object_or_404(Organisation.objects.all().visible_to(request.user), pk=pk)
    page = queries.people_of(found, request.GET.get("after", ""))
    people = Membership.objects.filter(organisation=found).present().values("customer")
    rows = Conversation.objects.all().visible_to(request.user).filter(customer__in=people).for_list(request.user)
    context = {
        "organisation": found,
        "page": page,
        "following": urlencode({"after": page.after}) if page.after else "",
        "conversations": rows.order_by("-last_message_at", "-pk")[:MOST_SHOWN],
    }
    return render(request, "desk/organisation.html", context)

"""Taking an address off a customer's card: a screen that has to know of messages too."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations.queries import has_written_from
from samovar.customers import addresses
from samovar.customers.errors import AddressInUse
from samovar.customers.models import Customer, Identity


@agents_only
@require_POST
def address_removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an address off a card; one that messages came from only when somebody has read what follows."""
    seen = Customer.objects.all().visible_to(request.user).present()
    identity = get_object_or_404(Identity.objects.filter(customer__in=seen).select_related("customer"), pk=pk)
    if "is_sure" not in request.POST and has_written_from(identity):
        context = {"identity": identity, "customer": identity.customer}
        return render(request, "desk/address_removal.html", context)
    try:
        addresses.remove(identity, by=request.user)
    except AddressInUse as error:
        messages.error(request, str(error))
    else:
        text = _("%(address)s is off the card") % {"address": identity.shown}
        messages.success(request, text, extra_tags=reverse("address_restoring", args=[pk]))
    return redirect("customer_details", identity.customer_id)

"""Pages of the customers: the list, and correcting what we know."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.customers import queries
from samovar.customers.forms import NameForm
from samovar.customers.models import Customer


@vary_on_headers("HX-Request", "HX-Target", "HX-History-Restore-Request")
@require_GET
def customers(request: StaffRequest) -> HttpResponse:
    """List the customers by name, or those who are like what was typed."""
    text, after = request.GET.get("q", "").strip()[:200], request.GET.get("after", "")
    page = queries.page(request.user, text, after)
    following = urlencode({"after": page.after}) if page.after else ""
    context = {"page": page, "text": text, "following": following, "is_first": not after}
    is_part = request.htmx and not request.htmx.history_restore_request
    return render(request, "customers/_rows.html" if is_part else "customers/customers.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def name(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the name of a customer."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user), pk=pk)
    form = NameForm(request.POST or None, initial={"name": customer.name})
    if not form.is_valid():
        context = {"form": form, "customer": customer}
        return render(request, "customers/name.html", context, status=422 if form.is_bound else 200)
    customer.rename(form.cleaned_data["name"], by_id=request.user.pk)
    messages.success(request, _("Saved"))
    return redirect(customer)

"""Pages of the customers: the list, and correcting what we know and how we reach them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.customers import adding, queries
from samovar.customers import addresses as customers_addresses
from samovar.customers.errors import AddressTaken, CardClosed, UnusableAddress
from samovar.customers.forms import AddressForm, DetailsForm, NewCustomerForm
from samovar.customers.models import Customer, Identity, RemovedIdentity
from samovar.customers.models.customer import DETAILS


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
def new_customer(request: StaffRequest) -> HttpResponse:
    """Note somebody who has not written."""
    form = NewCustomerForm(request.POST if request.method == "POST" else None)
    taken = None
    if form.is_valid():
        try:
            return redirect(adding.add(form.cleaned_data["name"], form.ways(), by=request.user))
        except AddressTaken as error:
            taken = Customer.objects.get(pk=error.customer_id)
    context = {"form": form, "taken": taken}
    return render(request, "customers/new_customer.html", context, status=422 if form.is_bound else 200)


@agents_only
@require_http_methods(["GET", "POST"])
def details(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and correct what is known of a customer."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    record_once(Action.CARD_OPENED, request.user, customer)
    if request.method == "POST":
        return _corrected(request, customer)
    return _details(request, customer, _details_form(customer), AddressForm())


@agents_only
@require_POST
def addresses(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an address or a phone to a customer."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            added = customers_addresses.add(customer, form.cleaned_data["address"], by=request.user)
        except CardClosed as error:
            messages.error(request, str(error))
            return redirect(customer)
        except UnusableAddress as error:
            form.add_error("address", str(error))
        except AddressTaken as error:
            taken = Customer.objects.get(pk=error.customer_id)
            text = _("This is an address of %(name)s. If they are the same person, make the two cards one.")
            messages.info(request, text % {"name": taken.shown_name})
            return redirect("merging_preview", pk, taken.pk)
        else:
            messages.success(request, _("%(address)s stands on the card") % {"address": added.shown})
            return redirect("customer_details", pk)
    return _details(request, customer, _details_form(customer), form)


@agents_only
@require_POST
def verification(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that an address is known to be the customer's."""
    identity = _identity(request, pk)
    customers_addresses.verify(identity, by=request.user)
    return redirect("customer_details", identity.customer_id)


@agents_only
@require_POST
def doubt(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that an address is only claimed."""
    identity = _identity(request, pk)
    customers_addresses.doubt(identity, by=request.user)
    return redirect("customer_details", identity.customer_id)


@agents_only
@require_POST
def restoring(request: StaffRequest, pk: int) -> HttpResponse:
    """Put an address back that was taken off."""
    seen = Customer.objects.all().visible_to(request.user).present()
    removed = get_object_or_404(RemovedIdentity.objects.filter(customer__in=seen), pk=pk)
    try:
        customers_addresses.restore(removed, by=request.user)
    except AddressTaken:
        messages.error(request, _("%(address)s is with another customer by now") % {"address": removed.shown})
    else:
        messages.success(request, _("%(address)s stands on the card again") % {"address": removed.shown})
    return redirect("customer_details", removed.customer_id)


def _identity(request: StaffRequest, pk: int) -> Identity:
    seen = Customer.objects.all().visible_to(request.user).present()
    return get_object_or_404(Identity.objects.filter(customer__in=seen), pk=pk)


@transaction.atomic
def _corrected(request: StaffRequest, customer: Customer) -> HttpResponse:
    # Held before what was typed is compared with what stands there: nobody writes between the two.
    try:
        customer.writable()
    except CardClosed as error:
        messages.error(request, str(error))
        return redirect(customer)
    form = _details_form(customer, request.POST)
    if not form.is_valid():
        return _details(request, customer, form, AddressForm())
    customer.correct(form.wanted, by=request.user)
    messages.success(request, _("Saved"))
    return redirect(customer)


def _details_form(customer: Customer, typed: QueryDict | None = None) -> DetailsForm:
    known = {name: getattr(customer, name) for name in DETAILS}
    return DetailsForm(typed, initial=known, language=customer.language, time_zone=customer.time_zone)


def _details(request: StaffRequest, customer: Customer, form: DetailsForm, address_form: AddressForm) -> HttpResponse:
    context = {
        "customer": customer,
        "form": form,
        "address_form": address_form,
        "identities": customer.identities.exclude(shown="").order_by("pk"),
        "removed": RemovedIdentity.objects.filter(customer=customer).order_by("-removed_at"),
    }
    is_refused = form.is_bound or address_form.is_bound
    return render(request, "customers/details.html", context, status=422 if is_refused else 200)

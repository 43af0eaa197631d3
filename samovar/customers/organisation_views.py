"""Companies and families: the list, making and correcting one, and who belongs to it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.customers import belonging, queries
from samovar.customers.errors import CardClosed, NameTaken
from samovar.customers.models import Customer, Membership, Organisation
from samovar.customers.organisation_forms import JoiningForm, OrganisationForm, PlaceForm
from samovar.customers.searching import find_customers

MOST_FOUND = 20
LONGEST_NUMBER = 19


@vary_on_headers("HX-Request", "HX-Target", "HX-History-Restore-Request")
@require_GET
def organisations(request: StaffRequest) -> HttpResponse:
    """List the organisations by name, or those that have in it what was typed."""
    text, after = request.GET.get("q", "").strip()[:200], request.GET.get("after", "")
    page = queries.organisations(request.user, text, after)
    following = urlencode({"after": page.after} | ({"q": text} if text else {})) if page.after else ""
    context = {"page": page, "text": text, "following": following, "is_first": not after}
    is_part = request.htmx and not request.htmx.history_restore_request
    return render(request, "customers/_organisation_rows.html" if is_part else "customers/organisations.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def new_organisation(request: StaffRequest) -> HttpResponse:
    """Make an organisation."""
    return _described(request, Organisation())


@agents_only
@require_http_methods(["GET", "POST"])
def organisation_details(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the name and the domain of an organisation."""
    rows = Organisation.objects.all().visible_to(request.user)
    if request.method == "GET":
        return _described(request, get_object_or_404(rows, pk=pk))
    # Held before what was typed is compared with what stands there: nobody writes between the two.
    with transaction.atomic():
        return _described(request, get_object_or_404(rows.select_for_update(of=("self",)), pk=pk))


@agents_only
@require_http_methods(["GET", "POST"])
def organisation_people(request: StaffRequest, pk: int) -> HttpResponse:
    """Find a customer, and note that they belong to an organisation."""
    organisation = get_object_or_404(Organisation.objects.all().visible_to(request.user), pk=pk)
    seen = Customer.objects.all().visible_to(request.user).present()
    if request.method == "POST":
        number = request.POST.get("customer", "")
        known = number if number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER else "0"
        return _joined(request, get_object_or_404(seen, pk=known), organisation, organisation.get_absolute_url())
    text = request.GET.get("q", "").strip()[:200]
    found = find_customers(request.user, text, MOST_FOUND) if text else []
    context = {"organisation": organisation, "text": text, "found": found}
    return render(request, "customers/organisation_people.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def memberships(request: StaffRequest, pk: int) -> HttpResponse:
    """Note to which organisation a customer belongs."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    record_once(Action.CARD_OPENED, request.user, customer)
    form = JoiningForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        organisation = belonging.named(form.cleaned_data["organisation"], by=request.user)
        return _joined(request, customer, organisation, customer.get_absolute_url(), form.place)
    context = {"customer": customer, "form": form, "proposed": belonging.proposed(customer)}
    return render(request, "customers/memberships.html", context, status=422 if form.is_bound else 200)


@agents_only
@require_http_methods(["GET", "POST"])
def membership(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct what a customer is in an organisation, and from when to when."""
    found = _membership(request, pk)
    record_once(Action.CARD_OPENED, request.user, found.customer)
    known = {"role": found.role, "since_on": found.since_on, "until_on": found.until_on}
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=known)
    if not form.is_valid():
        context = {"membership": found, "customer": found.customer, "form": form}
        return render(request, "customers/membership.html", context, status=422 if form.is_bound else 200)
    try:
        belonging.correct(found, form.place, by=request.user)
    except CardClosed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved"))
    return redirect(found.customer)


@agents_only
@require_POST
def membership_removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a customer out of an organisation."""
    found = _membership(request, pk)
    try:
        belonging.leave(found, by=request.user)
    except CardClosed as error:
        messages.error(request, str(error))
    else:
        text = _("%(name)s does not belong to %(organisation)s any more")
        said = text % {"name": found.customer.shown_name, "organisation": found.organisation.name}
        messages.success(request, said, extra_tags=reverse("membership_restoring", args=[pk]))
    return redirect(found.organisation if "organisation" in request.POST else found.customer)


@agents_only
@require_POST
def membership_restoring(request: StaffRequest, pk: int) -> HttpResponse:
    """Undo that a customer was taken out of an organisation."""
    found = _membership(request, pk)
    try:
        belonging.put_back(found, by=request.user)
    except CardClosed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s belongs there again") % {"name": found.customer.shown_name})
    return redirect(found.customer)


def _joined(
    request: StaffRequest,
    customer: Customer,
    organisation: Organisation,
    back: str,
    place: belonging.Place = belonging.UNKNOWN,
) -> HttpResponse:
    try:
        done = belonging.join(customer, organisation, request.user, place)
    except CardClosed as error:
        messages.error(request, str(error))
        return redirect(customer)
    text = _("%(name)s belongs to %(organisation)s") % {"name": customer.shown_name, "organisation": organisation.name}
    messages.success(request, text, extra_tags=reverse("membership_removal", args=[done.pk]))
    return redirect(back)


def _membership(request: StaffRequest, pk: int) -> Membership:
    seen = Customer.objects.all().visible_to(request.user).present()
    rows = Membership.objects.filter(customer__in=seen).select_related("customer", "organisation")
    return get_object_or_404(rows, pk=pk)


def _described(request: StaffRequest, organisation: Organisation) -> HttpResponse:
    known = {"name": organisation.name or request.GET.get("q", "")[:300], "domain": organisation.domain}
    form = OrganisationForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        try:
            belonging.describe(organisation, **form.settled, by=request.user)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved"))
            return redirect(organisation)
    context = {"organisation": organisation, "form": form}
    return render(request, "customers/organisation_form.html", context, status=422 if form.is_bound else 200)

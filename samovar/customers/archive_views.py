"""Taking out all that is kept of one person."""

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts.auditing import Action, record, record_once
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.customers import archive as archiving
from samovar.customers.jobs import make_archive
from samovar.customers.models import Customer, PersonArchive, Purpose
from samovar.jobs.queue import enqueue

MOST = 20


@admins_only
@require_http_methods(["GET", "POST"])
def archives(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Show the archives of a person, how far each is, and ask for another one."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    rows = list(PersonArchive.objects.filter(customer=customer).select_related("by").order_by("-pk")[:MOST])
    is_going_on = any(one.is_being_made for one in rows)
    context = {"customer": customer, "archives": rows, "purposes": Purpose.choices, "is_going_on": is_going_on}
    if request.method == "POST":
        return _asked(request, customer, context)
    record_once(Action.CARD_OPENED, request.user, customer)
    return render(request, "customers/_archives.html" if request.htmx else "customers/archives.html", context)


@admins_only
@require_GET
@lately_proven
def archive(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Give an archive that has not expired; the audit log says to whom."""
    found = get_object_or_404(PersonArchive.objects.select_related("file", "customer"), pk=pk)
    if not found.can_be_fetched or found.file is None:
        raise Http404
    record(Action.ARCHIVE_FETCHED, request.user, found.customer)
    answer = StreamingHttpResponse(found.file.stream(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="customer-{found.customer_id}.zip"'
    answer["Content-Length"] = str(found.file.size_bytes)
    answer["Cache-Control"] = "no-store"
    return answer


@lately_proven
def _asked(request: StaffRequest, customer: Customer, context: dict[str, object]) -> HttpResponse:
    record_once(Action.CARD_OPENED, request.user, customer)
    purpose = request.POST.get("purpose", "")
    if purpose not in Purpose.values:
        return render(request, "customers/archives.html", context | {"trouble": _("Say what for.")}, status=422)
    asked = archiving.ask(customer, purpose, by=request.user)
    enqueue(make_archive, asked.pk)
    messages.success(request, _("The archive is being made"))
    return redirect("archives", customer.pk)

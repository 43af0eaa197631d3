"""Erasing a person: what would go, why, and the proof that it is gone."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.customers import erasure as erasing
from samovar.customers.errors import CannotErase
from samovar.customers.jobs import carry_erasure_on
from samovar.customers.models import Customer, Erasure, Ground
from samovar.jobs.queue import enqueue

PAGE = 50


@admins_only
@require_http_methods(["GET", "POST"])
def erasure(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Show what would go and erase it, or show the proof that it is gone."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user), pk=pk)
    if customer.erased_at and request.method == "POST":
        return _begin(request, erasing.erase(customer, "", by=request.user))
    if customer.erased_at:
        done = Erasure.objects.filter(customer=customer).select_related("by").order_by("pk").last()
        rows = erasing.told(done.counts) if done else []
        return render(request, "customers/erasure_proof.html", {"customer": customer, "done": done, "rows": rows})
    context = {"customer": customer, "rows": erasing.told(erasing.preview(customer)), "grounds": Ground.choices}
    if request.method == "POST":
        return _erased(request, customer, context)
    record_once(Action.CARD_OPENED, request.user, customer)
    return render(request, "customers/erasure.html", context)


@lately_proven
def _erased(request: StaffRequest, customer: Customer, context: dict[str, object]) -> HttpResponse:
    record_once(Action.CARD_OPENED, request.user, customer)
    ground = request.POST.get("ground", "")
    if ground not in Ground.values or "is_sure" not in request.POST:
        trouble = _("Say why, and that you are sure.")
        return render(request, "customers/erasure.html", context | {"trouble": trouble}, status=422)
    try:
        done = erasing.erase(customer, ground, by=request.user)
    except CannotErase as error:
        return render(request, "customers/erasure.html", context | {"trouble": str(error)}, status=422)
    enqueue(carry_erasure_on, done.pk)
    messages.success(request, _("The person is erased"))
    return redirect("erasure", customer.pk)


def _begin(request: StaffRequest, done: Erasure) -> HttpResponse:
    enqueue(carry_erasure_on, done.pk)
    messages.success(request, _("The person is erased"))
    return redirect("erasure", done.customer_id)


@admins_only
@require_GET
def erasures(request: StaffRequest) -> HttpResponse:
    """List who was erased, by number, the last first."""
    before = request.GET.get("before", "")
    rows = Erasure.objects.select_related("by").order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: PAGE + 1])
    following = urlencode({"before": shown[PAGE - 1].pk}) if len(shown) > PAGE else ""
    return render(request, "customers/erasures.html", {"erasures": shown[:PAGE], "following": following})

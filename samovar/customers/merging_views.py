"""Making two cards one: finding the other card, looking at both, merging, undoing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.customers import merging
from samovar.customers.comparing import compare
from samovar.customers.errors import CannotMerge, CannotSeparate
from samovar.customers.jobs import carry_over
from samovar.customers.models import Customer, Merge
from samovar.customers.searching import find_customers
from samovar.jobs.queue import enqueue

MOST_FOUND = 20


@agents_only
@require_GET
def candidates(request: StaffRequest, pk: int) -> HttpResponse:
    """Find the other card of the same person."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    record_once(Action.CARD_OPENED, request.user, customer)
    text = request.GET.get("q", "").strip()[:200]
    found = find_customers(request.user, text or customer.name, MOST_FOUND)
    context = {"customer": customer, "text": text, "found": [one for one in found if one.pk != pk]}
    return render(request, "customers/merging.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def preview(request: StaffRequest, pk: int, other_pk: int) -> HttpResponse:
    """Show two cards side by side, and make them one."""
    seen = Customer.objects.all().visible_to(request.user)
    seen = seen.filter(erased_at=None)
    customer, other = get_object_or_404(seen, pk=pk), get_object_or_404(seen, pk=other_pk)
    if customer.merged_into_id or other.merged_into_id or pk == other_pk:
        return _already_one(request, customer, other)
    record_once(Action.CARD_OPENED, request.user, customer, other)
    comparison = compare(customer, other, request.POST, request.user)
    # Who has named both in the palette has only to press Enter; others look first.
    context = {"customer": customer, "other": other, "comparison": comparison, "is_at_hand": "at-hand" in request.GET}
    if request.method == "GET":
        return render(request, "customers/merging_preview.html", context)
    try:
        done = merging.merge(comparison.decision("is_sure" in request.POST), by=request.user)
    except CannotMerge as error:
        return render(request, "customers/merging_preview.html", context | {"trouble": str(error)}, status=422)
    enqueue(carry_over, done.pk)
    text = _("%(name)s was merged into this card") % {"name": done.merged.shown_name}
    messages.success(request, text, extra_tags=reverse("merge_undoing", args=[done.pk]))
    return redirect(done.survivor)


@agents_only
@require_POST
def undoing(request: StaffRequest, pk: int) -> HttpResponse:
    """Take two cards apart again."""
    seen = Customer.objects.all().visible_to(request.user)
    done = get_object_or_404(Merge.objects.filter(merged__in=seen).select_related("merged", "survivor"), pk=pk)
    try:
        merging.separate(done, by=request.user)
    except CannotSeparate as error:
        messages.error(request, str(error))
        return redirect(done.survivor)
    enqueue(carry_over, done.pk)
    text = _("Separated again. What was written since the merge stays with %(name)s.")
    messages.success(request, text % {"name": done.survivor.shown_name})
    return redirect(done.merged)


def _already_one(request: StaffRequest, customer: Customer, other: Customer) -> HttpResponse:
    """Lead to the cards as they are now: the two may be one by now, or each another one."""
    now, other_now = customer.merged_into or customer, other.merged_into or other
    if now.pk != other_now.pk:
        return redirect("merging_preview", now.pk, other_now.pk)
    messages.info(request, _("They are one customer already."))
    return redirect(now)

"""What one customer has agreed to: shown, and entered."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.requests import StaffRequest
from samovar.conversations.queries import seen_numbers
from samovar.customers import consenting
from samovar.customers.errors import CardClosed
from samovar.customers.models import Customer
from samovar.desk.audit_views import number
from samovar.desk.consent_forms import ConsentForm


@require_http_methods(["GET", "POST"])
def consents(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what a customer has agreed to and taken back, and enter what they say now."""
    # Before anybody looks whether it is there: a refusal must not tell.
    if request.method == "POST" and not request.user.can_answer:
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    record_once(Action.CARD_OPENED, request.user, customer)
    initial: dict[str, Any] = {
        "at": timezone.localtime(),
        "conversation": number(request.GET.get("conversation", "")) or None,
    }
    typed = request.POST if request.method == "POST" else None
    form = ConsentForm(typed, initial=initial, customer=customer, user=request.user)
    if form.is_valid():
        try:
            consenting.enter(customer, form.statement, by=request.user)
        except CardClosed as error:
            messages.error(request, str(error))
            return redirect(customer)
        messages.success(request, _("Entered"))
        return redirect("consents", pk)
    entries = consenting.ledger(customer)
    numbers = [entry.conversation_number for entry in entries if entry.conversation_number]
    context = {"customer": customer, "form": form, "entries": entries, "standing": consenting.standing(pk)}
    context["seen"] = seen_numbers(request.user, numbers)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "desk/consents.html", context, status=status)

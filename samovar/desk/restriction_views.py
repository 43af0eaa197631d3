"""Difficult customers: what is proposed, decided and ended about them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.models import Notice, Notification, User
from samovar.accounts.requests import StaffRequest, agents_only, leads_only, lookers_only, page_before
from samovar.conversations.models import Conversation
from samovar.conversations.queries import seen_numbers
from samovar.customers import restricting, restrictions
from samovar.customers.errors import CannotRestrict, CardClosed
from samovar.customers.models import Customer, Restriction, RestrictionState
from samovar.customers.restriction_forms import RestrictionForm
from samovar.desk.audit_views import number
from samovar.lib import clock
from samovar.lib.text import tidy

STATES = (
    (RestrictionState.WAITING.value, RestrictionState.WAITING.label),
    (restrictions.IN_FORCE, RestrictionState.IN_FORCE.label),
    (restrictions.OVER, pgettext_lazy("restrictions", "Over")),
)
Verb = Callable[[Restriction, User], None]
DECISIONS: dict[str, Verb] = {"agree": restricting.agree, "refuse": restricting.refuse}


@lookers_only
@require_GET
def all_restrictions(request: StaffRequest) -> HttpResponse:
    """List what waits for a decision, is in force, or is over."""
    asked, given = tidy(request.GET.get("q", ""))[:100], request.GET.get("state", "")
    first = STATES[0][0] if request.user.can_lead else restrictions.IN_FORCE
    state = given if given in dict(STATES) else first
    found = restrictions.page(request.user, state, asked, request.GET.get("after", ""))
    if customers := {row.found.customer for row in found.rows}:
        record_once(Action.CARD_OPENED, request.user, *customers)
    Notification.objects.filter(kind__in=(Notice.PROPOSED, Notice.DECIDED)).see(request.user, clock.now())
    numbers = [row.found.conversation_number for row in found.rows if row.found.conversation_number]
    context: dict[str, Any] = {"asked": asked, "found": found, "state": state, "states": STATES}
    context["seen"] = seen_numbers(request.user, numbers) if numbers else ()
    context |= {"kept": [("state", state)], "all": f"?{urlencode({'state': state})}"}
    context["following"] = urlencode({"state": state, "q": asked, "after": found.after})
    return render(request, "desk/restrictions.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def new_restriction(request: StaffRequest, pk: int) -> HttpResponse:
    """Propose something about a customer; ``?conversation`` is where somebody came from, and goes back to."""
    customer = get_object_or_404(Customer.objects.all().visible_to(request.user).present(), pk=pk)
    record_once(Action.CARD_OPENED, request.user, customer)
    seen = Conversation.objects.all().visible_to(request.user).filter(customer=customer)
    conversation = seen.filter(pk=number(request.GET.get("conversation", ""))).first()
    back = (conversation or customer).get_absolute_url()
    form = RestrictionForm(*([request.POST] if request.method == "POST" else []), by=request.user)
    mistake = ""
    if form.is_valid():
        try:
            wish = form.wish(conversation.pk if conversation else None)
            made = restricting.propose(customer, wish, by=request.user)
        except (CannotRestrict, CardClosed) as error:
            mistake = str(error)
        else:
            said = _("In force: %(what)s") if made.begun_at else _("Proposed: %(what)s. A lead decides.")
            messages.success(request, said % {"what": made.get_kind_display()}, extra_tags=_ending(made))
            return redirect(back)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"customer": customer, "form": form, "back": back, "mistake": mistake}
    return render(request, "desk/restriction.html", context, status=status)


@leads_only
@require_POST
def restriction_decision(request: StaffRequest, pk: int) -> HttpResponse:
    """Agree to what was proposed, or refuse it (``how``); ``?undo`` lets it wait again."""
    found, address = _at(request, pk), reverse("restriction_decision", args=[pk])
    if "undo" in request.GET:
        return _done(request, found, restricting.reopen, "")
    verb = DECISIONS.get(request.POST.get("how", ""))
    if verb is None:
        return HttpResponseBadRequest()
    return _done(request, found, verb, f"{address}?undo")


@agents_only
@require_POST
def restriction_ending(request: StaffRequest, pk: int) -> HttpResponse:
    """End what is in force, or withdraw what waits; ``?undo`` takes that back."""
    found = _at(request, pk)
    if "undo" in request.GET:
        return _done(request, found, restricting.resume, _ending(found))
    return _done(request, found, restricting.end, f"{_ending(found)}?undo")


def _at(request: StaffRequest, pk: int) -> Restriction:
    rows = Restriction.objects.all().visible_to(request.user).select_related("customer")
    found: Restriction = get_object_or_404(rows, pk=pk)
    return found


def _done(request: StaffRequest, found: Restriction, verb: Verb, undo: str) -> HttpResponse:
    """Do it, and return to the page on which it was pressed: the list, the card, or a conversation."""
    try:
        verb(found, request.user)
    except CannotRestrict as mistake:
        messages.error(request, str(mistake))
    else:
        said = {"what": found.get_kind_display(), "state": found.state.label}
        messages.success(request, _("%(what)s: %(state)s") % said, extra_tags=undo)
    return redirect(page_before(request) if request.headers.get("Referer") else found.customer.get_absolute_url())


def _ending(found: Restriction) -> str:
    return reverse("restriction_ending", args=[found.pk])

"""What agents do about a message of ours that did not arrive: try it again, send it elsewhere, leave it."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, agents_only
from samovar.channels import outgoing
from samovar.channels.errors import AddressInUse
from samovar.channels.models import Delivery
from samovar.conversations.pages import done, message_at, refused


class AddressForm(forms.Form):
    """Another address of somebody whom a message did not reach."""

    address = forms.EmailField(max_length=254)


@agents_only
@require_POST
def deliveries(request: StaffRequest, pk: int) -> HttpResponse:
    """Try a message of ours once more, now, for all who have not got it."""
    message = message_at(request, pk)
    outgoing.try_again(message)
    return done(request, message.conversation, _("It is being tried again"))


@agents_only
@require_POST
def address(request: StaffRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """Send a message that did not reach somebody to another address of theirs."""
    message = message_at(request, pk)
    delivery = get_object_or_404(Delivery.objects.select_related("message__conversation"), pk=delivery_pk, message=pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return refused(request, message.conversation, _("Write an e-mail address."))
    try:
        outgoing.send_elsewhere(delivery, form.cleaned_data["address"], by=request.user)
    except AddressInUse:
        return refused(request, message.conversation, _("It has gone to this address already."))
    said = _("It is being sent to %(address)s") % form.cleaned_data
    return done(request, message.conversation, said)


@agents_only
@require_http_methods(["POST", "DELETE"])
def closing(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave a message undelivered, or ask somebody again."""
    message = message_at(request, pk)
    address = reverse("closing", args=[pk])
    if request.method == "DELETE" or "undo" in request.GET:
        outgoing.reopen(message, by=request.user)
        return done(request, message.conversation, _("It needs somebody again"), address)
    outgoing.close(message, by=request.user)
    return done(request, message.conversation, _("Left undelivered. It asks nobody to act any more"), f"{address}?undo")

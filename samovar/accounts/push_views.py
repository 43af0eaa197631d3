"""The devices on which one is told while no page is open."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from samovar.accounts.devices import device
from samovar.accounts.events import DeviceTried
from samovar.accounts.models import PushSubscription
from samovar.accounts.models.push_subscription import digest_of
from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.events.announcing import announce
from samovar.lib import web_push
from samovar.lib.web_push import WrongKeys

LONGEST_ADDRESS = 2000


class DeviceForm(forms.Form):
    """What a browser says of where and how it is told."""

    endpoint = forms.URLField(max_length=LONGEST_ADDRESS, assume_scheme="https")
    key = forms.CharField(max_length=100)
    secret = forms.CharField(max_length=40)

    def clean_endpoint(self) -> str:
        """Return the address, which can be overheard by nobody."""
        endpoint: str = self.cleaned_data["endpoint"]
        if not endpoint.startswith("https://"):
            raise forms.ValidationError(gettext_lazy("This browser names no safe address."))
        return endpoint

    def clean(self) -> None:
        """Take only keys that something can be sealed for."""
        try:
            web_push.check_keys(self.cleaned_data.get("key", ""), self.cleaned_data.get("secret", ""))
        except WrongKeys as error:
            raise forms.ValidationError(gettext_lazy("This browser names no keys.")) from error


@lookers_only
@require_POST
def push_devices(request: StaffRequest) -> HttpResponse:
    """Tell the person on this device from now on; ``still`` only says that it is there, 410 when it was removed."""
    session_key = request.session.session_key or ""
    if "still" in request.POST:
        digest = digest_of(request.POST.get("endpoint", ""))
        known = PushSubscription.objects.filter(user=request.user, endpoint_digest=digest).first()
        if known:
            known.still_here(session_key)
        return HttpResponse(status=HTTPStatus.NO_CONTENT if known else HTTPStatus.GONE)
    form = DeviceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    words = device(request.headers.get("User-Agent", ""))
    PushSubscription.keep(request.user, session_key=session_key, device=words, **form.cleaned_data)
    return HttpResponse(status=HTTPStatus.CREATED)


@lookers_only
@require_POST
def push_removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell the person on one of their devices no more."""
    get_object_or_404(PushSubscription, pk=pk, user=request.user).delete()
    messages.success(request, _("This device is told no more. It can be switched on there again."))
    return redirect("notice_ways")


@lookers_only
@require_POST
def push_trial(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a device told that it is told."""
    found = get_object_or_404(PushSubscription, pk=pk, user=request.user)
    with transaction.atomic():
        announce(DeviceTried(subscription_id=found.pk, actor_id=request.user.pk))
    messages.success(request, _("It is on its way to %(device)s") % {"device": found.device or _("this device")})
    return redirect("notice_ways")

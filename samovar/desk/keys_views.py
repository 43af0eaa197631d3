"""The page of one's own keys."""

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.desk.key_forms import KeysForm

SALT = "samovar.desk.keys"


@lookers_only
@require_http_methods(["GET", "POST"])
def keys(request: StaffRequest) -> HttpResponse:
    """Show and change the person's keys; ``?delivered`` offers those that everybody begins with.

    ``?undo=`` brings back the keys that it names, signed for this person.
    """
    user = request.user
    if request.method == "POST" and "undo" in request.GET:
        return _put_back(request)
    shown = {} if "delivered" in request.GET else user.keys
    form = KeysForm(request.POST if request.method == "POST" else None, keys=shown)
    if not form.is_valid():
        return render(request, "desk/keys.html", {"form": form}, status=422 if form.is_bound else 200)
    if form.keys != user.keys:
        before = signing.dumps([user.pk, user.keys], salt=SALT)
        user.change_ways(keys=form.keys)
        messages.success(request, _("Saved"), extra_tags=f"{reverse('keys')}?{urlencode({'undo': before})}")
    return redirect("keys")


def _put_back(request: StaffRequest) -> HttpResponse:
    try:
        owner, before = signing.loads(request.GET["undo"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        owner, before = None, {}
    if owner == request.user.pk:
        request.user.change_ways(keys=before)
        messages.success(request, _("Your keys are as they were."))
    else:
        messages.error(request, _("This cannot be undone any more. Nothing was changed."))
    return redirect("keys")

"""Saying how one can be reached."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.presence_forms import PresenceForm
from samovar.accounts.requests import StaffRequest, page_before


@require_http_methods(["GET", "POST"])
def presence(request: StaffRequest) -> HttpResponse:
    """Show the form that says why and until when, or say it; the menu says it in one press, by its address."""
    if request.method == "GET":
        form = PresenceForm(initial={"presence": request.user.presence, "reason": request.user.presence_reason})
        return render(request, "accounts/presence.html", {"form": form})
    is_one_press = "presence" in request.GET
    form = PresenceForm(request.GET if is_one_press else request.POST)
    if not form.is_valid():
        return render(request, "accounts/presence.html", {"form": form}, status=422)
    request.user.show_as(form.chosen, form.cleaned_data["reason"], form.until)
    messages.success(request, _("You are shown as: %(words)s") % {"words": request.user.presence_words})
    return HttpResponseRedirect(page_before(request)) if is_one_press else redirect("profile")

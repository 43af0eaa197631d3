"""Choosing what one is told, and how."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from samovar.accounts.models import Notice, NoticeWays, Pace, PushSubscription
from samovar.accounts.requests import StaffRequest, lookers_only
from samovar.lib import web_push


class NoticeForm(forms.Form):
    """What somebody is told in the product, what by mail too, and how often."""

    shown = forms.MultipleChoiceField(
        label=gettext_lazy("Under “For me”"),
        choices=Notice.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mailed = forms.MultipleChoiceField(
        label=gettext_lazy("By mail too, when you have not looked"),
        choices=Notice.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    pace = forms.ChoiceField(label=gettext_lazy("Letters"), choices=Pace.choices, widget=forms.RadioSelect)
    pushed = forms.MultipleChoiceField(
        label=gettext_lazy("On my devices, when no page is open"),
        choices=Notice.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    has_first_words = forms.BooleanField(
        label=gettext_lazy("Show the first words there"),
        help_text=gettext_lazy("Otherwise a device says who it is about and what happened, and no word of theirs."),
        required=False,
    )


@lookers_only
@require_http_methods(["GET", "POST"])
def notice_ways(request: StaffRequest) -> HttpResponse:
    """Show and change what the person is told, and how."""
    ways = NoticeWays.of(request.user)
    own = {"shown": [kind for kind in Notice.values if kind not in ways.hidden], "mailed": ways.mailed}
    own |= {"pushed": ways.told_on_devices}
    initial = {**own, "pace": ways.pace, "has_first_words": ways.has_first_words}
    form = NoticeForm(request.POST if request.method == "POST" else None, initial=initial)
    if not form.is_valid():
        devices = PushSubscription.objects.filter(user=request.user)
        context = {"form": form, "devices": devices, "push_key": web_push.public_key()}
        return render(request, "accounts/notice_ways.html", context, status=422 if form.is_bound else 200)
    ways.choose(**form.cleaned_data)
    messages.success(request, _("Saved"))
    return redirect("notice_ways")

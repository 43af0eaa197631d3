"""The pages of what is decided about an inbox, for administrators: its mail, and who sees it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.channels.models import ChannelAccount
from samovar.channels.rules_forms import InboxRulesForm, InboxTeamsForm


@admins_only
@require_http_methods(["GET", "POST"])
def rules(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change what is answered by itself, and how mail finds its conversation."""
    account = get_object_or_404(ChannelAccount.objects.select_related("inbox"), pk=pk)
    form = InboxRulesForm(account.inbox, request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("The rules of %(name)s are saved") % {"name": account.inbox.name})
        return redirect("mailbox", pk)
    context = {"form": form, "account": account}
    return render(request, "channels/rules.html", context, status=422 if form.is_bound else 200)


@admins_only
@require_http_methods(["GET", "POST"])
@lately_proven
def teams(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change who sees what stands in the inbox of a mailbox."""
    account = get_object_or_404(ChannelAccount.objects.select_related("inbox"), pk=pk)
    form = InboxTeamsForm(account.inbox, request.POST if request.method == "POST" else None)
    if form.is_valid():
        account.inbox.open_for(form.cleaned_data["teams"], by=request.user)
        messages.success(request, _("Who sees %(name)s is saved") % {"name": account.inbox.name})
        return redirect("mailbox", pk)
    context = {"form": form, "account": account}
    return render(request, "channels/mailbox_teams.html", context, status=422 if form.is_bound else 200)

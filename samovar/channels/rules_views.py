"""The pages of what is decided about an inbox: its mail, by administrators, and what it is called and who sees it.

The latter leads decide too, of the inboxes that are open to them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.requests import StaffRequest, admins_only, lately_proven, leads_only
from samovar.channels.models import ChannelAccount
from samovar.channels.rules_forms import InboxRulesForm, InboxTeamsForm
from samovar.conversations.models import Inbox


@admins_only
@require_http_methods(["GET", "POST"])
def rules(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change what is answered by itself, and how mail finds its conversation."""
    if request.method == "GET":
        return _rules(request, pk)
    with held_inbox(pk):
        return _rules(request, pk)


def _rules(request: StaffRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(ChannelAccount.objects.select_related("inbox"), pk=pk)
    form = InboxRulesForm(account.inbox, request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("The rules of %(name)s are saved") % {"name": account.inbox.name})
        return redirect("mailbox", pk)
    context = {"form": form, "account": account}
    return render(request, "channels/rules.html", context, status=422 if form.is_bound else 200)


@leads_only
@require_http_methods(["GET", "POST"])
@lately_proven
def teams(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change who sees what stands in the inbox of a mailbox, and as a lead what it is called."""
    if request.method == "GET":
        return _teams(request, pk)
    with held_inbox(pk):
        return _teams(request, pk)


@contextmanager
def held_inbox(pk: int) -> Iterator[None]:
    """Hold the inbox of a mailbox, so that nobody writes between comparing what was typed and storing it."""
    of_it = ChannelAccount.objects.filter(pk=pk).values("inbox")
    with transaction.atomic():
        list(Inbox.objects.filter(pk__in=of_it).select_for_update())
        yield


def _teams(request: StaffRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(ChannelAccount.objects.all().led_by(request.user), pk=pk)
    form = InboxTeamsForm(account.inbox, request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if name := form.settled.get("name"):
            account.call(name, by=request.user)
        account.inbox.open_for(form.settled_teams, by=request.user)
        messages.success(request, _("Who sees %(name)s is saved") % {"name": account.inbox.name})
        return redirect("mailbox", pk) if request.user.is_admin else redirect("mailboxes")
    context = {"form": form, "account": account}
    return render(request, "channels/mailbox_teams.html", context, status=422 if form.is_bound else 200)

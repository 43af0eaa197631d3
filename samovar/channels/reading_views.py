"""How far mailboxes have been read: stopping and going on with old mail, copies, heartbeats, and what is amiss."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samovar.accounts.requests import StaffRequest, admins_only
from samovar.channels import wellbeing
from samovar.channels.models import ChannelAccount, Heartbeat, MailFolder
from samovar.channels.models.folder import CopiedBy, Role


@admins_only
@require_GET
def alarms(request: StaffRequest) -> HttpResponse:
    """Say what is amiss with the mailboxes; nothing when all is well."""
    return render(request, "channels/_alarms.html", {"alarms": wellbeing.alarms(), "is_elsewhere": True})


@admins_only
@require_POST
def history_stopping(request: StaffRequest, pk: int) -> HttpResponse:
    """Read no more old mail of a mailbox for now."""
    account = get_object_or_404(ChannelAccount, pk=pk)
    for folder in MailFolder.objects.filter(account=account).with_history():
        folder.stop_history(timezone.now(), by=request.user)
    undo = reverse("mailbox_history_resuming", args=[pk])
    messages.success(request, _("No more old mail is read"), extra_tags=undo)
    return redirect("mailboxes")


@admins_only
@require_POST
def history_resuming(request: StaffRequest, pk: int) -> HttpResponse:
    """Go on with the old mail of a mailbox."""
    account = get_object_or_404(ChannelAccount, pk=pk)
    for folder in MailFolder.objects.filter(account=account).exclude(history_stopped_at=None):
        folder.resume_history(by=request.user)
    messages.success(request, _("Old mail is read again"), extra_tags=reverse("mailbox_history_stopping", args=[pk]))
    return redirect("mailboxes")


@admins_only
@require_POST
def heartbeat(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a mailbox write to itself, or no more."""
    account = get_object_or_404(ChannelAccount, pk=pk)
    if request.POST.get("on"):
        Heartbeat.objects.begin(account, by=request.user)
        messages.success(request, _("The mailbox writes to itself every ten minutes"))
    else:
        Heartbeat.objects.end(account, by=request.user)
        messages.success(request, _("The mailbox writes to itself no more"))
    return redirect("mailbox", pk)


@admins_only
@require_POST
def copying(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose who puts what we send into the Sent folder."""
    folder = get_object_or_404(MailFolder, account=pk, role=Role.SENT)
    chosen = request.POST.get("copied_by", "")
    if chosen not in CopiedBy.values:
        return HttpResponse(status=422)
    folder.let_copy(CopiedBy(chosen), by=request.user)
    messages.success(request, _("Who keeps copies is noted"))
    return redirect("mailbox", pk)


def beside(account: ChannelAccount | None) -> dict[str, object]:
    """Return what the page of a mailbox shows of its folders and its heartbeat."""
    if account is None:
        return {}
    folders = list(account.folders.all())
    return {
        "folders": folders,
        "sent": next((folder for folder in folders if folder.role == Role.SENT), None),
        "choices": CopiedBy.choices,
        "heartbeat": Heartbeat.objects.filter(account=account).first(),
    }

"""Pages of mailboxes, for administrators; and trying a message of ours once more, for those who answer."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, admins_only
from samovar.channels import outgoing
from samovar.channels.forms import MailboxForm, with_servers
from samovar.channels.models import ChannelAccount, Delivery
from samovar.channels.trying import Findings, try_out
from samovar.conversations.models import Conversation
from samovar.jobs import holding


@admins_only
@require_GET
def mailboxes(request: StaffRequest) -> HttpResponse:
    """List the mailboxes and how they are."""
    accounts = _all()
    context = {
        "accounts": [account for account in accounts if not account.is_archived],
        "archived": [account for account in accounts if account.is_archived],
        "held": holding.held(holding.SENDING),
    }
    return render(request, "channels/mailboxes.html", context)


@admins_only
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_mailbox(request: StaffRequest) -> HttpResponse:
    """Connect a mailbox."""
    return _connect(request, None)


@admins_only
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def mailbox(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change how a mailbox is connected."""
    return _connect(request, get_object_or_404(_all(), pk=pk))


@admins_only
@require_GET
def servers(request: StaffRequest) -> HttpResponse:
    """Fill in the servers of a well-known provider by the address typed so far."""
    form = MailboxForm(None)
    form.initial = with_servers(request.GET.dict())
    return render(request, "channels/_servers.html", {"form": form})


@admins_only
@sensitive_post_parameters("password")
@require_POST
def mailbox_test(request: StaffRequest) -> HttpResponse:
    """Try out what was typed, and say beside it what works."""
    number = request.POST.get("mailbox", "")
    account = get_object_or_404(_all(), pk=_number(number)) if number else None
    form = MailboxForm(account, request.POST)
    if not form.is_valid():
        return _tried(request, form, None, status=422)
    return _tried(request, form, try_out(form.filled()))


@admins_only
@require_POST
def pausing(request: StaffRequest, pk: int) -> HttpResponse:
    """Neither read nor send for a while."""
    account = get_object_or_404(_all(), pk=pk)
    account.pause()
    return _done(request, _("%(name)s is paused"), account, "mailbox_resuming")


@admins_only
@require_POST
def resuming(request: StaffRequest, pk: int) -> HttpResponse:
    """Read and send again."""
    account = get_object_or_404(_all(), pk=pk)
    account.resume()
    outgoing.hurry(account.inbox_id)
    return _done(request, _("%(name)s is read again"), account, "mailbox_pausing")


@admins_only
@require_POST
def archiving(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a mailbox away; its conversations stay."""
    account = get_object_or_404(_all(), pk=pk)
    account.archive()
    return _done(request, _("%(name)s is archived, its conversations stay"), account, "mailbox_restoring")


@admins_only
@require_POST
def restoring(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an archived mailbox into use again."""
    account = get_object_or_404(_all(), pk=pk)
    account.restore()
    return _done(request, _("%(name)s is in use again"), account, "mailbox_archiving")


@require_POST
def deliveries(request: StaffRequest, pk: int) -> HttpResponse:
    """Try a message of ours once more, now."""
    visible = Conversation.objects.visible_to(request.user)
    delivery = get_object_or_404(Delivery, message=pk, message__conversation__in=visible)
    if not request.user.can_answer:
        return HttpResponse(status=403)
    outgoing.try_now(delivery)
    if request.headers.get("HX-Request"):
        return render(request, "ui/_toast.html", {"text": _("It is being tried again")})
    return redirect(_back(request))


def _connect(request: StaffRequest, account: ChannelAccount | None) -> HttpResponse:
    form = MailboxForm(account, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _form(request, form, status=422 if form.is_bound else 200)
    filled = form.filled()
    filled.connect(filled.inbox)
    outgoing.hurry(filled.inbox_id)
    messages.success(request, _("%(name)s is connected") % {"name": filled.inbox.name})
    return redirect("mailboxes")


def _form(
    request: StaffRequest, form: MailboxForm, status: int = 200, findings: Findings | None = None
) -> HttpResponse:
    context = {"form": form, "account": form.account, "findings": findings}
    return render(request, "channels/mailbox.html", context, status=status)


def _tried(request: StaffRequest, form: MailboxForm, findings: Findings | None, status: int = 200) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # Only what was found out is sent: the form keeps the password, which is never sent back.
        return render(request, "channels/_findings.html", {"form": form, "findings": findings})
    return _form(request, form, status, findings)


def _done(request: StaffRequest, text: str, account: ChannelAccount, undo: str) -> HttpResponse:
    messages.success(request, text % {"name": account.inbox.name}, extra_tags=reverse(undo, args=[account.pk]))
    return redirect("mailboxes")


def _all() -> QuerySet[ChannelAccount]:
    return ChannelAccount.objects.select_related("inbox").order_by("inbox__name", "pk")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _back(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return came_from if is_ours else "/"

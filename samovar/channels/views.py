"""Pages of mailboxes, for administrators; leads see which there are."""

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from samovar.accounts.requests import StaffRequest, admins_only, agents_only, lately_proven, leads_only
from samovar.channels import outgoing, reading_again, returned, wellbeing
from samovar.channels.fencing import NoReader
from samovar.channels.forms import MailboxForm, address_taken
from samovar.channels.jobs import try_mailbox
from samovar.channels.models import ChannelAccount, RawMail, Trial
from samovar.channels.providers import guesses_of
from samovar.channels.reading_views import beside
from samovar.channels.rules_views import held_inbox
from samovar.conversations.errors import AddressTaken
from samovar.conversations.inbound import UNREADABLE
from samovar.conversations.pages import done, looked_at, message_at, refused
from samovar.jobs import holding
from samovar.jobs.queue import enqueue


@leads_only
@require_GET
def mailboxes(request: StaffRequest) -> HttpResponse:
    """List the mailboxes and how they are; to a lead those that are open to them, with who sees them."""
    if not request.user.is_admin:
        return render(request, "channels/inboxes.html", {"accounts": ChannelAccount.objects.all().led_by(request.user)})
    accounts = _all()
    context = {
        "accounts": [account for account in accounts if not account.is_archived],
        "archived": [account for account in accounts if account.is_archived],
        "alarms": [alarm for alarm in wellbeing.alarms() if not alarm.is_refused],
        "blocked": returned.blocked(),
        "held": holding.held(holding.SENDING),
    }
    return render(request, "channels/mailboxes.html", context)


@admins_only
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@lately_proven
def new_mailbox(request: StaffRequest) -> HttpResponse:
    """Connect a mailbox."""
    return _connect(request, None)


@admins_only
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@lately_proven
def mailbox(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change how a mailbox is connected."""
    if request.method == "GET":
        return _connect(request, get_object_or_404(_all(), pk=pk))
    with held_inbox(pk):
        return _connect(request, get_object_or_404(_all(), pk=pk))


@admins_only
@require_GET
def servers(request: StaffRequest) -> HttpResponse:
    """Fill in the servers of a well-known provider by the address typed so far."""
    form = MailboxForm(None)
    form.fill(request.GET)
    guesses = guesses_of(request.GET.get("address", ""))
    return render(request, "channels/_servers.html", {"form": form, "guesses": guesses})


@admins_only
@sensitive_post_parameters("password")
@require_POST
@lately_proven
def mailbox_test(request: StaffRequest) -> HttpResponse:
    """Have what was typed tried out; what was found so far is asked for meanwhile."""
    number = request.POST.get("mailbox", "")
    account = get_object_or_404(_all(), pk=_number(number)) if number else None
    form = MailboxForm(account, request.POST)
    if not form.is_valid():
        if request.htmx:
            # Only what is wrong is sent: the form keeps the password, which is never sent back.
            return render(request, "channels/_findings.html", {"form": form})
        return _form(request, form, status=422)
    trial = Trial.of(form.filled(), timezone.now())
    enqueue(try_mailbox, trial.pk)
    if request.htmx:
        return render(request, "channels/_findings.html", {"trial": trial})
    return redirect("mailbox_trial", trial.pk)


@admins_only
@require_GET
def mailbox_trial(request: StaffRequest, pk: int) -> HttpResponse:
    """Show how far the try of a mailbox is; nothing new is answered with nothing."""
    trial = get_object_or_404(Trial.objects.select_related("account__inbox"), pk=pk)
    if not request.htmx:
        return render(request, "channels/trial.html", {"trial": trial})
    if trial.ended_at is None and request.GET.get("seen") == str(trial.step):
        return HttpResponse(status=204)
    return render(request, "channels/_trial.html", {"trial": trial, "form": _found(trial)})


@admins_only
@require_POST
def pausing(request: StaffRequest, pk: int) -> HttpResponse:
    """Neither read nor send for a while."""
    account = get_object_or_404(_all(), pk=pk)
    account.pause(by=request.user)
    return _done(request, _("%(name)s is paused"), account, "mailbox_resuming")


@admins_only
@require_POST
def resuming(request: StaffRequest, pk: int) -> HttpResponse:
    """Read and send again."""
    account = get_object_or_404(_all(), pk=pk)
    account.resume(by=request.user)
    outgoing.hurry(account.inbox_id)
    return _done(request, _("%(name)s is read again"), account, "mailbox_pausing")


@admins_only
@require_POST
def archiving(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a mailbox away; its conversations stay."""
    account = get_object_or_404(_all(), pk=pk)
    account.archive(by=request.user)
    return _done(request, _("%(name)s is archived, its conversations stay"), account, "mailbox_restoring")


@admins_only
@require_POST
def restoring(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an archived mailbox into use again."""
    account = get_object_or_404(_all(), pk=pk)
    account.restore(by=request.user)
    return _done(request, _("%(name)s is in use again"), account, "mailbox_archiving")


@require_GET
def raw_mail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a mail as it came, as text, or hand it out whole (``?whole``); to an open page say why it was not read."""
    message = message_at(request, pk)
    looked_at(request, message.conversation)
    raw = reading_again.raw_mail_of(message)
    context: dict[str, object] = {"message": message, "conversation": message.conversation, "raw": raw}
    context["most"] = reading_again.SHOWN_BYTES
    if raw is None and request.htmx:
        # A page that asks by itself why a mail could not be read has nothing to add then.
        return HttpResponse(status=204)
    if raw is None:
        return render(request, "channels/raw_mail.html", context, status=404)
    if "whole" in request.GET:
        return _whole(raw)
    if message.mail_class == UNREADABLE:
        context["why"] = reading_again.why_unread(raw)
    if request.htmx:
        return render(request, "channels/_why_unread.html", context)
    context["text"] = reading_again.beginning_of(raw)
    return render(request, "channels/raw_mail.html", context)


@agents_only
@require_POST
def rereading(request: StaffRequest, pk: int) -> HttpResponse:
    """Read a mail again that could not be read."""
    message = message_at(request, pk)
    try:
        found = reading_again.read_again(message, by=request.user)
    except NoReader:
        said = _("It could not be read just now, because this server is too busy. Try again in a minute.")
        return refused(request, message.conversation, said)
    if found is None:
        said = _("It still cannot be read. Nothing is lost: all that came is kept.")
        return refused(request, message.conversation, said)
    if found.pk != message.conversation_id:
        messages.success(request, _("It can be read now, and stands where it belongs."))
        return HttpResponseClientRedirect(found.get_absolute_url()) if request.htmx else redirect(found)
    return done(request, found, _("It can be read now"))


def _whole(raw: RawMail) -> HttpResponse:
    answer = HttpResponse(raw.read_content(), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="mail-{raw.message_id}.eml"'
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _connect(request: StaffRequest, account: ChannelAccount | None) -> HttpResponse:
    form = MailboxForm(account, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _form(request, form, status=422 if form.is_bound else 200)
    filled = form.filled()
    try:
        filled.connect(filled.inbox, request.user, form.further)
    except (AddressTaken, IntegrityError):
        # Somebody was quicker, after the form had looked.
        form.add_error("address", address_taken())
        return _form(request, form, status=422)
    outgoing.hurry(filled.inbox_id)
    if filled.provider_id and not filled.has_signed_in:
        return redirect("mailbox_signing_in", filled.pk)
    messages.success(request, _("%(name)s is connected") % {"name": filled.inbox.name})
    return redirect("mailboxes")


def _found(trial: Trial) -> MailboxForm | None:
    """Return the ways that were found, to be filled into the form beside the findings."""
    if trial.has_plus_addresses is None:
        return None
    form = MailboxForm(None)
    form.initial = {
        "has_plus_addresses": trial.has_plus_addresses,
        "takes_verp": trial.takes_verp,
        "trusted_checker": trial.settings.get("trusted_checker") or trial.checker,
    }
    return form


def _form(request: StaffRequest, form: MailboxForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "account": form.account, **beside(form.account)}
    return render(request, "channels/mailbox.html", context, status=status)


def _done(request: StaffRequest, text: str, account: ChannelAccount, undo: str) -> HttpResponse:
    messages.success(request, text % {"name": account.inbox.name}, extra_tags=reverse(undo, args=[account.pk]))
    return redirect("mailboxes")


def _all() -> QuerySet[ChannelAccount]:
    return (
        ChannelAccount.objects.select_related("inbox", "provider")
        .prefetch_related("folders")
        .order_by("inbox__name", "pk")
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0

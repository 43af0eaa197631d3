"""Signing in to mailboxes by OAuth2: the providers, the way to them, and the way back."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts.models import User
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.channels import oauth, outgoing
from samovar.channels.errors import ChannelTrouble
from samovar.channels.models import ChannelAccount, SignInProvider
from samovar.channels.sign_in_forms import KNOWN, ProviderForm, name_taken

# Where a sign-in under way is kept: in the session of whoever began it.
UNDER_WAY = "mailbox_sign_in"
TAKES_AT_MOST = timedelta(minutes=15)


@admins_only
@require_GET
def providers(request: StaffRequest) -> HttpResponse:
    """List where people can sign in to mailboxes."""
    known = [(key, given["name"]) for key, given in KNOWN.items()]
    return render(request, "channels/providers.html", {"providers": SignInProvider.objects.all(), "known": known})


@admins_only
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
@lately_proven
def new_provider(request: StaffRequest) -> HttpResponse:
    """Add a provider; well-known ones are filled in."""
    return _save(request, None)


@admins_only
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
@lately_proven
def provider(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a provider."""
    return _save(request, get_object_or_404(SignInProvider, pk=pk))


@admins_only
@never_cache
@require_GET
@lately_proven
def signing_in(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the way to the provider of a mailbox; the page is left by a link, so that it works without script."""
    account = get_object_or_404(ChannelAccount.objects.select_related("inbox", "provider"), pk=pk)
    if account.provider is None:
        return redirect("mailbox", pk)
    attempt = oauth.new_attempt()
    began = timezone.now().timestamp()
    request.session[UNDER_WAY] = [attempt.state, attempt.verifier, account.pk, account.provider.pk, began]
    address = oauth.authorization_address(account.provider, attempt, return_url(), account.user_name)
    return render(request, "channels/signing_in.html", {"account": account, "address": address})


@admins_only
@never_cache
@require_GET
def signed_in(request: StaffRequest) -> HttpResponse:
    """Come back from a provider: what it gave is taken only by the session that asked for it, and only once."""
    found = request.session.pop(UNDER_WAY, None)
    state, verifier, account_pk, provider_pk, began = found or ("", "", 0, 0, 0.0)
    is_late = timezone.now().timestamp() - began > TAKES_AT_MOST.total_seconds()
    if not state or is_late or not secrets.compare_digest(state.encode(), request.GET.get("state", "").encode()):
        messages.error(request, _("This sign-in was not begun here, or too long ago. Begin it again."))
        return redirect("mailboxes")
    # Who chose another provider meanwhile has to begin again.
    accounts = ChannelAccount.objects.select_related("inbox", "provider")
    account = get_object_or_404(accounts, pk=account_pk, provider=provider_pk)
    problem = _let_in(account, oauth.Attempt(state, verifier), request.GET.get("code", ""), request.user)
    if problem:
        messages.error(request, problem)
        return redirect("mailbox", account.pk)
    messages.success(request, _("%(name)s is connected") % {"name": account.inbox.name})
    return redirect("mailboxes")


def return_url() -> str:
    """Return the address at which people come back; never taken from a request."""
    return f"{settings.PUBLIC_URL}{reverse('mailbox_signed_in')}"


def _let_in(account: ChannelAccount, attempt: oauth.Attempt, code: str, by: User) -> str:
    """Take the tokens for ``code``; return in words why not."""
    assert account.provider is not None
    if not code:
        return _("%(provider)s did not let us in. Try again, and agree there.") % {"provider": account.provider.name}
    try:
        tokens = oauth.exchange(account.provider, attempt, code, return_url(), timezone.now())
    except ChannelTrouble as trouble:
        return str(trouble)
    account.sign_in(tokens, timezone.now(), by)
    outgoing.hurry(account.inbox_id)
    return ""


def _save(request: StaffRequest, stored: SignInProvider | None) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = ProviderForm(stored, request.GET.get("like", ""), given)
    if form.is_valid():
        try:
            saved = form.save(by=request.user)
        except IntegrityError:
            form.add_error("name", name_taken())
        else:
            messages.success(request, _("%(name)s is stored") % {"name": saved.name})
            if form.signed_out:
                text = _("What let us in was given by the provider as it was before. Sign in again to: %(mailboxes)s")
                messages.warning(request, text % {"mailboxes": ", ".join(form.signed_out)})
            return redirect("sign_in_providers")
    context = {"form": form, "provider": stored, "return_url": return_url()}
    return render(request, "channels/provider.html", context, status=422 if form.is_bound else 200)

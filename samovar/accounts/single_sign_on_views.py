"""Signing in at the company: the way to a provider, the way back, and the pages of the administrators."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts import door_log, oidc, single_sign_on
from samovar.accounts.adapter import REFUSED_PAGE, SIGN_ON_METHOD
from samovar.accounts.errors import SignInRefused
from samovar.accounts.models import StaffProvider, User
from samovar.accounts.provider_forms import StaffProviderForm, name_taken
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven

# Where a sign-in under way is kept: in the session of whoever began it.
UNDER_WAY = "single_sign_on"
Begun = dict[str, Any]
TAKES_AT_MOST = timedelta(minutes=15)


@login_not_required
@never_cache
@require_GET
def single_sign_on_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the person to the provider."""
    return _sent_to(request, get_object_or_404(StaffProvider, pk=pk, retired_at=None), {})


@never_cache
@require_GET
def sign_on_proof(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer somebody who is in already to show at the provider that it is still them."""
    provider = get_object_or_404(single_sign_on.providers_of(request.user), pk=pk)
    target = urlencode({REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, "")})
    ways = [
        {**way, "url": f"{way['url']}?{target}"}
        for way in get_adapter().get_reauthentication_methods(request.user)
        if way["url"] != request.path
    ]
    return render(request, "accounts/sign_on_proof.html", {"provider": provider, "target": target, "ways": ways})


@never_cache
@require_GET
def sign_on_proof_begin(request: StaffRequest, pk: int) -> HttpResponse:
    """Send somebody who is in already to the provider, which asks them who they are even if it knows."""
    provider = get_object_or_404(single_sign_on.providers_of(request.user), pk=pk)
    return _sent_to(request, provider, {"proves": request.user.pk}, prompt="login", max_age="0")


@login_not_required
@never_cache
@require_GET
def single_sign_on_return(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider has proven to be one of the staff, or believe them that they still are."""
    begun = request.session.pop(UNDER_WAY, None) or {}
    provider = StaffProvider.objects.filter(pk=begun.get("provider", 0), retired_at=None).first()
    is_late = timezone.now().timestamp() - begun.get("at", 0) > TAKES_AT_MOST.total_seconds()
    # Whoever wanted to show that it is still them has not left meanwhile.
    is_gone = begun.get("proves", request.user.pk) != request.user.pk
    if provider is None or is_late or is_gone or request.GET.get("state", "") != begun["state"]:
        return _refused(request, provider.name if provider else "", oidc.STALE)
    attempt = oidc.Attempt(begun["state"], begun["nonce"], begun["verifier"])
    try:
        if "code" not in request.GET:
            raise SignInRefused(oidc.CANCELLED)
        proof = oidc.proven(provider, attempt, request.GET["code"], _return_url())
        return (_proven if "proves" in begun else _let_in)(request, provider, proof, begun)
    except SignInRefused as refusal:
        door_log.refused(request, "single-sign-on", refusal.whom or provider, reason=refusal.reason)
        return _refused(request, provider.name, refusal.reason)


@admins_only
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
@lately_proven
def new_staff_provider(request: StaffRequest) -> HttpResponse:
    """Add a provider."""
    return _save(request, None)


@admins_only
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
@lately_proven
def staff_provider(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a provider."""
    return _save(request, get_object_or_404(StaffProvider, pk=pk))


@admins_only
@require_POST
@lately_proven
def staff_provider_retiring(request: StaffRequest, pk: int) -> HttpResponse:
    """Let nobody in by a provider any more."""
    provider = get_object_or_404(StaffProvider, pk=pk)
    single_sign_on.retire(provider, by=request.user)
    text = _("Nobody gets in by %(name)s any more") % {"name": provider.name}
    messages.success(request, text, extra_tags=reverse("staff_provider_reviving", args=[pk]))
    return redirect("signing_in")


@admins_only
@require_POST
@lately_proven
def staff_provider_reviving(request: StaffRequest, pk: int) -> HttpResponse:
    """Let people in by a provider again."""
    provider = get_object_or_404(StaffProvider, pk=pk)
    single_sign_on.revive(provider, by=request.user)
    text = _("People get in by %(name)s again") % {"name": provider.name}
    messages.success(request, text, extra_tags=reverse("staff_provider_retiring", args=[pk]))
    return redirect("signing_in")


def _save(request: StaffRequest, provider: StaffProvider | None) -> HttpResponse:
    form = StaffProviderForm(provider, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            single_sign_on.save(provider, form.cleaned_data, by=request.user)
        except IntegrityError:
            form.add_error("name", name_taken())
        else:
            messages.success(request, _("Saved"))
            return redirect("signing_in")
    context = {"form": form, "provider": provider, "return_url": _return_url()}
    return render(request, "accounts/staff_provider.html", context, status=422 if form.is_bound else 200)


def _sent_to(request: HttpRequest, provider: StaffProvider, begun: dict[str, int], **more: str) -> HttpResponse:
    if not ratelimit.consume(request, app="allauth.account", action="single_sign_on", limit_get=True):
        return _refused(request, provider.name, "often", 429)
    attempt = oidc.new_attempt()
    try:
        server = oidc.discover(provider)
    except SignInRefused as refusal:
        return _refused(request, provider.name, refusal.reason)
    target = request.GET.get(REDIRECT_FIELD_NAME, "")
    under_way = {**begun, "provider": provider.pk, "at": timezone.now().timestamp(), "next": target}
    request.session[UNDER_WAY] = {**under_way, **asdict(attempt)}
    return HttpResponseRedirect(oidc.address(server, provider, attempt, _return_url(), **more))


def _let_in(request: HttpRequest, provider: StaffProvider, proof: oidc.Proof, begun: Begun) -> HttpResponse:
    user = single_sign_on.person(provider.issuer, proof)
    # The provider may have known them from this morning: that proves nothing of who sits here now.
    record_authentication(request, user, method=SIGN_ON_METHOD, provider=provider.pk, shown_at=proof.shown_at)
    came_as = {"issuer": provider.issuer, "subject": proof.subject, "name": provider.name}
    login = Login(user=user, redirect_url=_target(begun), signal_kwargs={SIGN_ON_METHOD: came_as})
    answer: HttpResponse = perform_login(request, login)
    return answer


def _proven(request: HttpRequest, provider: StaffProvider, proof: oidc.Proof, begun: Begun) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    single_sign_on.check_freshness(user, provider.issuer, proof, since=begun["at"])
    record_authentication(request, user, method=SIGN_ON_METHOD, provider=provider.pk, reauthenticated=True)
    return HttpResponseRedirect(_target(begun) or "/")


def _target(begun: Begun) -> str | None:
    return begun["next"] if url_has_allowed_host_and_scheme(begun["next"], allowed_hosts=None) else None


def _return_url() -> str:
    return settings.PUBLIC_URL + reverse("single_sign_on_return")


def _refused(request: HttpRequest, name: str, reason: str, status: int = 403) -> HttpResponse:
    return render(request, REFUSED_PAGE, {"name": name, "reason": reason}, status=status)

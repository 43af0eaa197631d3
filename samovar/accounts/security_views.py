"""Pages on which a person looks after their own way in: password, second factor, passkeys, recovery codes."""

import base64

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts import demanding, second_factor, sessions_of
from samovar.accounts.errors import FactorDemanded
from samovar.accounts.models import StaffSession
from samovar.accounts.requests import StaffRequest, lately_proven
from samovar.accounts.security_forms import AppForm, PasskeyForm, PasskeyNameForm

PIECE = 4


@require_http_methods(["GET"])
def security(request: StaffRequest) -> HttpResponse:
    """Show everything by which the person gets in."""
    context = {
        "factors": second_factor.factors(request.user),
        "can_have_passkeys": second_factor.can_have_passkeys(),
        "lacks_factor": demanding.lacks_factor(request.user),
        "seats": sessions_of.seats(request.user, request.session.session_key or ""),
    }
    return render(request, "accounts/security.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
@lately_proven
def authenticator_app(request: StaffRequest) -> HttpResponse:
    """Show the secret for an app and take its first code."""
    if second_factor.factors(request.user).app:
        return redirect("security")
    form = AppForm(data=_typed(request), user=request.user)
    if not form.is_valid():
        return _app(request, form)
    second_factor.set_up_app(request.user, form.secret)
    clear_totp_secret(request)
    messages.success(request, _("From now on a code of the app is asked for at sign-in"))
    return redirect("recovery_codes")


@require_POST
@lately_proven
def app_removal(request: StaffRequest) -> HttpResponse:
    """Ask for codes of the app no more."""
    app = get_object_or_404(Authenticator, user=request.user, type=second_factor.KIND.TOTP)
    return _removed(request, app, _("Codes of the app are asked for no more"))


@require_http_methods(["GET", "POST"])
@lately_proven
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """Show the recovery codes once, or make other ones."""
    if request.method == "POST":
        second_factor.renew_codes(request.user)
        return redirect("recovery_codes")
    codes = second_factor.codes_to_show(request.user)
    if not codes:
        return redirect("security")
    shown = [f"{code[:PIECE]} {code[PIECE:]}" for code in codes]
    return render(request, "accounts/recovery_codes.html", {"codes": shown})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("credential")
@lately_proven
def new_passkey(request: StaffRequest) -> HttpResponse:
    """Ask the browser for a passkey and take it."""
    form = PasskeyForm(data=_typed(request), user=request.user)
    if not form.is_valid():
        options = begin_registration(request.user, passwordless=True)
        context = {"form": form, "options": options, "can_have_passkeys": second_factor.can_have_passkeys()}
        return render(request, "accounts/new_passkey.html", context, status=422 if form.is_bound else 200)
    had_codes = second_factor.factors(request.user).codes_left is not None
    second_factor.add_passkey(request.user, form.cleaned_data["name"], form.cleaned_data["credential"])
    messages.success(request, _("You can sign in with this passkey now"))
    return redirect("security" if had_codes else "recovery_codes")


@require_http_methods(["GET", "POST"])
@lately_proven
def passkey(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a passkey and give it another name."""
    found = get_object_or_404(Authenticator, pk=pk, user=request.user, type=second_factor.KIND.WEBAUTHN)
    form = PasskeyNameForm(_typed(request), initial={"name": found.data["name"]})
    if not form.is_valid():
        context = {"passkey": found, "form": form}
        return render(request, "accounts/passkey.html", context, status=422 if form.is_bound else 200)
    second_factor.rename_passkey(found, form.cleaned_data["name"])
    messages.success(request, _("Saved"))
    return redirect("security")


@require_POST
@lately_proven
def passkey_removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Let nobody in by this passkey any more."""
    found = get_object_or_404(Authenticator, pk=pk, user=request.user, type=second_factor.KIND.WEBAUTHN)
    return _removed(request, found, _("This passkey opens nothing any more"))


@require_POST
def session_ending(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign oneself out elsewhere."""
    sessions_of.end_one(get_object_or_404(StaffSession, pk=pk, user=request.user))
    messages.success(request, _("This session is ended"))
    return redirect("security")


@require_POST
def other_sessions(request: StaffRequest) -> HttpResponse:
    """Sign oneself out everywhere but here."""
    sessions_of.end_all(request.user, by=request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("All your other sessions are ended"))
    return redirect("security")


def _removed(request: StaffRequest, factor: Authenticator, text: str) -> HttpResponse:
    try:
        second_factor.remove(factor, by=request.user)
    except FactorDemanded:
        messages.error(request, _("Your role needs a second factor. Set up another one before you remove this."))
    else:
        messages.success(request, text)
    return redirect("security")


def _app(request: StaffRequest, form: AppForm) -> HttpResponse:
    adapter = get_adapter()
    url = adapter.build_totp_url(request.user, form.secret)
    picture = base64.b64encode(adapter.build_totp_svg(url).encode()).decode("ascii")
    pieces = [form.secret[start : start + PIECE] for start in range(0, len(form.secret), PIECE)]
    context = {"form": form, "picture": picture, "secret": " ".join(pieces), "url": url}
    return render(request, "accounts/authenticator_app.html", context, status=422 if form.is_bound else 200)


def _typed(request: HttpRequest) -> QueryDict | None:
    # An empty form that was sent is not the same as a form that was not.
    return request.POST if request.method == "POST" else None

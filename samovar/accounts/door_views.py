"""Pages on which administrators look after the door: who must prove more, whose sessions end, who begins anew."""

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts import demanding, second_factor, sessions_of, single_sign_on
from samovar.accounts.adapter import SIGN_ON_METHOD
from samovar.accounts.errors import OwnFactorMissing, OwnSignOnMissing, ProviderMissing
from samovar.accounts.models import FactorDemand, SignOnBinding, SignOnDemand, StaffProvider, User
from samovar.accounts.provider_forms import SignOnDemandForm
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.accounts.security_forms import DemandForm


@admins_only
@require_http_methods(["GET"])
def signing_in(request: StaffRequest) -> HttpResponse:
    """Show who must have a second factor, and who has none yet."""
    return _signing_in(request, _factor_form(), _sign_on_form())


@admins_only
@require_POST
@lately_proven
def factor_demand(request: StaffRequest) -> HttpResponse:
    """Change who must have a second factor."""
    form = DemandForm(request.POST)
    if form.is_valid():
        try:
            demanding.demand(form.cleaned_data["roles"], by=request.user)
        except OwnFactorMissing:
            form.add_error("roles", _("Set up a second factor of your own first, on the page Security."))
        else:
            messages.success(request, _("Saved"))
            return redirect("signing_in")
    return _signing_in(request, form, _sign_on_form())


@admins_only
@require_POST
@lately_proven
def sign_on_demand(request: StaffRequest) -> HttpResponse:
    """Change who signs in at the company's provider only."""
    form = SignOnDemandForm(request.POST)
    ways = {given["method"] for given in get_authentication_records(request, request.user)}
    if form.is_valid():
        try:
            single_sign_on.demand(form.cleaned_data["only"], by=request.user, came_by_it=SIGN_ON_METHOD in ways)
        except ProviderMissing:
            form.add_error("only", _("There is no single sign-on that is switched on."))
        except OwnSignOnMissing:
            form.add_error("only", _("Sign in by single sign-on yourself first, so that it surely lets you in."))
        else:
            messages.success(request, _("Saved"))
            return redirect("signing_in")
    return _signing_in(request, _factor_form(), form)


@admins_only
@require_http_methods(["GET"])
def person_door(request: StaffRequest, pk: int) -> HttpResponse:
    """Show by what somebody gets in, and from where."""
    user = get_object_or_404(User, pk=pk)
    context = {"person": user, "factors": second_factor.factors(user), "seats": sessions_of.seats(user)}
    context["bindings"] = single_sign_on.bindings_of(user)
    return render(request, "accounts/person_door.html", context)


@admins_only
@require_POST
@lately_proven
def factor_removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody who has lost phone, keys and codes begin anew; ends their sessions."""
    user = get_object_or_404(User, pk=pk)
    if user == request.user:
        messages.error(request, _("What is your own you change on the page Security."))
        return redirect("person_door", pk)
    second_factor.take_away(user, by=request.user)
    messages.success(request, _("%(name)s signs in by password alone now") % {"name": user.name})
    return redirect("person_door", pk)


@admins_only
@require_POST
@lately_proven
def sign_on_unbinding(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget who somebody is at a provider, for they have another account there now; ends their sessions."""
    binding = get_object_or_404(SignOnBinding.objects.select_related("user"), pk=pk)
    single_sign_on.unbind(binding, by=request.user)
    if binding.user == request.user:
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
    messages.success(request, _("%(name)s is bound anew at the next sign-in there") % {"name": binding.user.name})
    return redirect("person_door", binding.user_id)


@admins_only
@require_POST
def sessions_ending(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign somebody out everywhere."""
    user = get_object_or_404(User, pk=pk)
    sessions_of.end_all(user, by=request.user)
    messages.success(request, _("All sessions of %(name)s are ended") % {"name": user.name})
    return redirect("person_door", pk)


def _factor_form() -> DemandForm:
    return DemandForm(initial={"roles": list(FactorDemand.objects.values_list("role", flat=True))})


def _sign_on_form() -> SignOnDemandForm:
    return SignOnDemandForm(initial={"only": list(SignOnDemand.objects.values_list("role", flat=True))})


def _signing_in(request: StaffRequest, form: DemandForm, sign_on_form: SignOnDemandForm) -> HttpResponse:
    without = demanding.without_factor(User.objects.filter(is_active=True))
    context = {"form": form, "without": without, "providers": StaffProvider.objects.all()}
    is_refused = form.is_bound or sign_on_form.is_bound
    context |= {"sign_on_form": sign_on_form}
    return render(request, "accounts/signing_in.html", context, status=422 if is_refused else 200)

"""Pages of the staff: the first run, one's own ways, and people."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts import first_run
from samovar.accounts.errors import AlreadyBegun, LastAdmin
from samovar.accounts.forms import CompanyForm, NewPasswordForm, PersonForm, ProfileForm, RoleForm, WelcomeForm
from samovar.accounts.models import Company, User
from samovar.accounts.requests import StaffRequest, admins_only

BACKEND = "django.contrib.auth.backends.ModelBackend"
OWN_WAYS = ["name", "title", "language", "theme", "time_zone", "has_keys"]


@login_not_required
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Make the company and its first administrator, only while there is nobody and only with the setup code."""
    if not first_run.is_needed():
        return redirect("account_login")
    form = WelcomeForm(_typed(request), initial={"code": request.GET.get("code", "")})
    # One counter for all callers: a second address must not give a second chance.
    if request.method == "POST" and not ratelimit.consume(request, action="setup_code", key="all"):
        return render(request, "accounts/welcome.html", {"form": WelcomeForm(), "has_to_wait": True}, status=429)
    if not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        user = first_run.begin(**{name: form.cleaned_data[name] for name in ("company", "name", "email", "password")})
    except AlreadyBegun:
        return redirect("account_login")
    login(request, user, backend=BACKEND)
    return redirect("/")


@login_not_required
@require_http_methods(["GET"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Say who can set a new password; there is no mail for it before a mailbox is connected."""
    return render(request, "accounts/forgotten.html")


@require_http_methods(["GET", "POST"])
def profile(request: StaffRequest) -> HttpResponse:
    """Show and change one's own ways."""
    own = {name: getattr(request.user, name) for name in OWN_WAYS}
    form = ProfileForm(_typed(request), initial=own)
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    request.user.change_ways(**form.cleaned_data)
    # Said on the next page, which may already speak another language.
    with translation.override(request.user.language or translation.get_language()):
        messages.success(request, _("Saved"))
    return redirect("profile")


@admins_only
@require_http_methods(["GET", "POST"])
def people(request: StaffRequest) -> HttpResponse:
    """List the members of staff and add one."""
    form = PersonForm(_typed(request))
    if form.is_valid():
        typed = form.cleaned_data
        user = User.objects.create(
            name=typed["name"], email=typed["email"], role=typed["role"], password=typed["password"]
        )
        messages.success(request, _("%(name)s can sign in now") % {"name": user.name})
        return redirect("people")
    return _people(request, form, _company_form())


@admins_only
@require_POST
def company(request: StaffRequest) -> HttpResponse:
    """Give the company another name, or its first one."""
    form = CompanyForm(request.POST)
    if not form.is_valid():
        return _people(request, PersonForm(), form)
    Company.call(form.cleaned_data["company"])
    messages.success(request, _("Saved"))
    return redirect("people")


@admins_only
@require_http_methods(["GET"])
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what an administrator may change about somebody."""
    user = get_object_or_404(User, pk=pk)
    return _person(request, user, RoleForm(initial={"role": user.role}), NewPasswordForm(user))


@admins_only
@require_POST
def role(request: StaffRequest, pk: int) -> HttpResponse:
    """Give somebody another role."""
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            user.change_role(form.cleaned_data["role"], by=request.user)
        except LastAdmin:
            form.add_error("role", _last_admin())
        else:
            messages.success(request, _("Saved"))
            return redirect("person", pk)
    return _person(request, user, form, NewPasswordForm(user), status=422)


@admins_only
@sensitive_post_parameters("password")
@require_POST
def password(request: StaffRequest, pk: int) -> HttpResponse:
    """Set somebody's password; ends all their sessions."""
    user = get_object_or_404(User, pk=pk)
    form = NewPasswordForm(user, request.POST)
    if not form.is_valid():
        return _person(request, user, RoleForm(initial={"role": user.role}), form, status=422)
    user.change_password(form.cleaned_data["password"])
    if user == request.user:
        update_session_auth_hash(request, user)
    messages.success(request, _("The new password of %(name)s is set") % {"name": user.name})
    return redirect("person", pk)


@admins_only
@require_POST
def deactivation(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign somebody out and keep them out."""
    user = get_object_or_404(User, pk=pk)
    try:
        user.deactivate(by=request.user)
    except LastAdmin:
        messages.error(request, _last_admin())
    else:
        text = _("%(name)s can no longer sign in") % {"name": user.name}
        messages.success(request, text, extra_tags=reverse("activation", args=[pk]))
    return redirect("people")


@admins_only
@require_POST
def activation(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody in again."""
    user = get_object_or_404(User, pk=pk)
    user.reactivate(by=request.user)
    text = _("%(name)s can sign in again") % {"name": user.name}
    messages.success(request, text, extra_tags=reverse("deactivation", args=[pk]))
    return redirect("people")


def _people(request: StaffRequest, form: PersonForm, company_form: CompanyForm) -> HttpResponse:
    staff = User.objects.order_by("-is_active", "sort_key", "pk")
    context = {"staff": staff, "form": form, "company_form": company_form}
    is_refused = form.is_bound or company_form.is_bound
    return render(request, "accounts/people.html", context, status=422 if is_refused else 200)


def _company_form() -> CompanyForm:
    return CompanyForm(initial={"company": Company.current_name()})


def _typed(request: HttpRequest) -> QueryDict | None:
    # An empty form that was sent is not the same as a form that was not.
    return request.POST if request.method == "POST" else None


def _person(
    request: StaffRequest, user: User, role_form: RoleForm, password_form: NewPasswordForm, status: int = 200
) -> HttpResponse:
    context = {"person": user, "role_form": role_form, "password_form": password_form}
    return render(request, "accounts/person.html", context, status=status)


def _last_admin() -> str:
    return _("There would be no administrator left. Make somebody else one first.")

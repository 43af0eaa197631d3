"""Pages of the staff: the first run, one's own ways, and people."""

from allauth.account import views as allauth
from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts import first_run, inviting, leaving, mail, staff_lists
from samovar.accounts.errors import AlreadyBegun, LastAdmin
from samovar.accounts.forms import (
    CompanyForm,
    NewPasswordForm,
    PersonForm,
    ProfileForm,
    RoleForm,
    WelcomeForm,
    email_taken,
)
from samovar.accounts.inviting_forms import InviteForm
from samovar.accounts.models import Company, User
from samovar.accounts.naming import call_company
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven
from samovar.accounts.staff_lists import LONGEST_ASKED
from samovar.accounts.time_zones import places
from samovar.lib.text import tidy

BACKEND = "samovar.accounts.backends.StaffBackend"
OWN_WAYS = ["name", "public_name", "title", "signature", "language", "theme", "density", "time_zone", "has_keys"]
OWN_WAYS += ["undo_seconds"]
OWN_WAYS += ["quiet_from", "quiet_to", "quiet_days", "is_quiet_with_team"]


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
        typed = {name: form.cleaned_data[name] for name in ("company", "name", "email", "password")}
        zone = request.COOKIES.get("time_zone", "")
        user = first_run.begin(**typed, time_zone=zone if zone in dict(places()) else "")
    except AlreadyBegun:
        return redirect("account_login")
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="password")
    return redirect("/")


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Send a link by which a new password can be set; while no mail can leave, say who else can set one."""
    return allauth.password_reset(request) if mail.can_leave() else render(request, "accounts/forgotten.html")


@require_http_methods(["GET", "POST"])
def profile(request: StaffRequest) -> HttpResponse:
    """Show and change one's own ways."""
    own = {name: getattr(request.user, name) for name in OWN_WAYS} | {"quiet_days": list(request.user.quiet_days)}
    own["topics"] = request.user.topic_names
    form = ProfileForm(_typed(request), initial=own)
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    request.user.know_about(form.cleaned_data.pop("topics"), by=request.user, was=form.was)
    request.user.change_ways(**form.cleaned_data)
    # Said on the next page, which may already speak another language.
    with translation.override(request.user.language or translation.get_language()):
        messages.success(request, _("Saved"))
    return redirect("profile")


@admins_only
@require_http_methods(["GET", "POST"])
def people(request: StaffRequest) -> HttpResponseBase:
    """List the members of staff and those who were invited, or find some of them, and invite more."""
    return _invited(request) if request.method == "POST" else _people(request, InviteForm(), _company_form())


@admins_only
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@lately_proven
def new_person(request: StaffRequest) -> HttpResponse:
    """Add somebody with a password that the administrator sets, for whom mail does not reach."""
    form = PersonForm(_typed(request))
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("name", "email", "role", "password")}
        try:
            user = User.objects.add(by=request.user, **typed)
        except IntegrityError:
            form.add_error("email", email_taken())
        else:
            messages.success(request, _("%(name)s can sign in now") % {"name": user.name})
            return redirect("people")
    return render(request, "accounts/new_person.html", {"form": form}, status=422 if form.is_bound else 200)


@admins_only
@require_POST
def company(request: StaffRequest) -> HttpResponse:
    """Give the company another name, or its first one."""
    with transaction.atomic():
        list(Company.objects.select_for_update())
        form = _company_form(request.POST)
        if form.is_valid():
            call_company(form.settled["company"], by=request.user)
            messages.success(request, _("Saved"))
            return redirect("people")
    return _people(request, InviteForm(), form)


@admins_only
@require_http_methods(["GET"])
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what an administrator may change about somebody."""
    user = get_object_or_404(User, pk=pk)
    return _person(request, user, RoleForm(initial={"role": user.role}), NewPasswordForm(user))


@admins_only
@require_POST
@lately_proven
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
@lately_proven
def password(request: StaffRequest, pk: int) -> HttpResponse:
    """Set somebody else's password; ends all their sessions."""
    user = get_object_or_404(User, pk=pk)
    if user == request.user:
        # Where it is changed, the old one is asked for.
        messages.error(request, _("What is your own you change on the page Security."))
        return redirect("person", pk)
    form = NewPasswordForm(user, request.POST)
    if not form.is_valid():
        return _person(request, user, RoleForm(initial={"role": user.role}), form, status=422)
    user.change_password(form.cleaned_data["password"], by=request.user)
    messages.success(request, _("The new password of %(name)s is set") % {"name": user.name})
    return redirect("person", pk)


@admins_only
@require_POST
@lately_proven
def deactivation(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign somebody out and keep them out."""
    user = get_object_or_404(User, pk=pk)
    held = leaving.work_of(pk).held
    try:
        user.deactivate(by=request.user)
    except LastAdmin:
        messages.error(request, _last_admin())
    else:
        text = _("%(name)s can no longer sign in") % {"name": user.name}
        if held:
            going_back = ngettext("%(count)s conversation goes back", "%(count)s conversations go back", held)
            text = f"{text}. {going_back % {'count': held}}"
        messages.success(request, text, extra_tags=reverse("activation", args=[pk]))
    return redirect("people")


@admins_only
@require_POST
@lately_proven
def activation(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody in again."""
    user = get_object_or_404(User, pk=pk)
    user.reactivate(by=request.user)
    text = _("%(name)s can sign in again") % {"name": user.name}
    messages.success(request, text, extra_tags=reverse("deactivation", args=[pk]))
    return redirect("people")


@lately_proven
def _invited(request: StaffRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, form, _company_form())
    invited = inviting.invite(form.guests, form.place, by=request.user)
    return render(request, "accounts/invited.html", {"invited": invited})


def _people(request: StaffRequest, form: InviteForm, company_form: CompanyForm) -> HttpResponse:
    asked, given = tidy(request.GET.get("q", ""))[:LONGEST_ASKED], request.GET
    found = staff_lists.staff(asked)
    people = staff_lists.page_of(found, given.get("after", ""))
    invitations = staff_lists.invited(asked, given.get("invited-after", ""))
    context = {
        "asked": asked,
        "count": found.count() if people.after or "after" in given else len(people.rows),
        "people": people,
        "people_following": urlencode({"q": asked, "after": people.after}),
        "invitations": invitations,
        "invitations_following": urlencode({"q": asked, "invited-after": invitations.after}),
        "form": form,
        "company_form": company_form,
        "can_mail_leave": mail.can_leave(),
    }
    is_refused = form.is_bound or company_form.is_bound
    return render(request, "accounts/people.html", context, status=422 if is_refused else 200)


def _company_form(given: QueryDict | None = None) -> CompanyForm:
    return CompanyForm(given, initial={"company": Company.current_name()})


def _typed(request: HttpRequest) -> QueryDict | None:
    # An empty form that was sent is not the same as a form that was not.
    return request.POST if request.method == "POST" else None


def _person(
    request: StaffRequest, user: User, role_form: RoleForm, password_form: NewPasswordForm, status: int = 200
) -> HttpResponse:
    context = {"person": user, "role_form": role_form, "password_form": password_form, "work": leaving.work_of(user.pk)}
    return render(request, "accounts/person.html", context, status=status)


def _last_admin() -> str:
    return _("There would be no administrator left. Make somebody else one first.")

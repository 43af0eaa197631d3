"""Pages of invitations: those of the administrator, and the one that the link opens."""

from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts import inviting, single_sign_on
from samovar.accounts.errors import InvitationOver
from samovar.accounts.inviting_forms import AcceptForm
from samovar.accounts.models import Invitation
from samovar.accounts.models.invitation import State
from samovar.accounts.requests import StaffRequest, admins_only, lately_proven

BACKEND = "samovar.accounts.backends.StaffBackend"


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accepting(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever holds the link of an invitation choose a name and a password, and sign them in."""
    # The public function counts no GET, and each of these tells whether a link is known.
    if not ratelimit.consume(request, app="allauth.account", action="invitation", limit_get=True):
        return render(request, "429.html", status=429)
    try:
        invitation = inviting.opened(token)
        form = AcceptForm(invitation, request.POST if request.method == "POST" else None)
        if not form.is_valid():
            status = 422 if form.is_bound else 200
            return render(request, "accounts/accepting.html", {"form": form, "invitation": invitation}, status=status)
        user = inviting.accept(token, form.cleaned_data["name"], form.cleaned_data["password"])
    except InvitationOver as over:
        status = 404 if over.state == State.UNKNOWN else 410
        return render(request, "accounts/invitation_over.html", {"state": over.state}, status=status)
    if single_sign_on.is_only_way(user):
        messages.success(request, _("Your account is ready. Sign in at your company."))
        return redirect("account_login")
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="password")
    return redirect("/")


@admins_only
@require_POST
@lately_proven
def renewal(request: StaffRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link; the old one opens nothing more."""
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        invited = inviting.invite_again(invitation, by=request.user)
    except InvitationOver:
        messages.error(request, _no_longer(invitation))
        return redirect("people")
    return render(request, "accounts/invited.html", {"invited": [invited]})


@admins_only
@require_POST
def revocation(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        invitation.revoke(by=request.user)
    except InvitationOver:
        messages.error(request, _no_longer(invitation))
    else:
        text = _("The invitation of %(email)s is withdrawn") % {"email": invitation.email}
        messages.success(request, text, extra_tags=reverse("invitation_restoring", args=[pk]))
    return redirect("people")


@admins_only
@require_POST
@lately_proven
def restoring(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the link of a withdrawn invitation open again."""
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        invitation.restore(by=request.user)
    except InvitationOver:
        messages.error(request, _("%(email)s has been invited anew meanwhile.") % {"email": invitation.email})
    else:
        text = _("The invitation of %(email)s is good again") % {"email": invitation.email}
        messages.success(request, text, extra_tags=reverse("invitation_revocation", args=[pk]))
    return redirect("people")


def _no_longer(invitation: Invitation) -> str:
    return _("The invitation of %(email)s was accepted or withdrawn meanwhile.") % {"email": invitation.email}

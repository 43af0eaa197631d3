"""Addresses of the staff's pages. Of allauth's own pages only those that we have drawn are open."""

from allauth.account import views as allauth
from allauth.mfa.base import views as factor
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView
from django.views.i18n import set_language

from samovar.accounts import (
    calendar_views,
    door_views,
    inviting_views,
    notice_views,
    presence_views,
    security_views,
    single_sign_on_views,
    team_views,
    views,
)

urlpatterns = [
    path("welcome/", views.welcome, name="first_run"),
    path("profile/notices/", notice_views.notice_ways, name="notice_ways"),
    path("profile/", views.profile, name="profile"),
    path("security/", security_views.security, name="security"),
    path("security/app/", security_views.authenticator_app, name="authenticator_app"),
    path("security/app/removal/", security_views.app_removal, name="app_removal"),
    path("security/codes/", security_views.recovery_codes, name="recovery_codes"),
    path("security/passkeys/new/", security_views.new_passkey, name="new_passkey"),
    path("security/passkeys/<int:pk>/", security_views.passkey, name="passkey"),
    path("security/passkeys/<int:pk>/removal/", security_views.passkey_removal, name="passkey_removal"),
    path("presence/", presence_views.presence, name="presence"),
    path("security/sessions/others/", security_views.other_sessions, name="other_sessions"),
    path("security/sessions/<int:pk>/", security_views.session_ending, name="session_ending"),
    path("signing-in/", door_views.signing_in, name="signing_in"),
    path("signing-in/providers/new/", single_sign_on_views.new_staff_provider, name="new_staff_provider"),
    path("signing-in/providers/<int:pk>/", single_sign_on_views.staff_provider, name="staff_provider"),
    path(
        "signing-in/providers/<int:pk>/retiring/",
        single_sign_on_views.staff_provider_retiring,
        name="staff_provider_retiring",
    ),
    path(
        "signing-in/providers/<int:pk>/reviving/",
        single_sign_on_views.staff_provider_reviving,
        name="staff_provider_reviving",
    ),
    path("accounts/single-sign-on/<int:pk>/", single_sign_on_views.single_sign_on_begin, name="single_sign_on_begin"),
    path("accounts/single-sign-on/return/", single_sign_on_views.single_sign_on_return, name="single_sign_on_return"),
    path("accounts/reauthenticate/company/<int:pk>/", single_sign_on_views.sign_on_proof, name="sign_on_proof"),
    path(
        "accounts/reauthenticate/company/<int:pk>/begin/",
        single_sign_on_views.sign_on_proof_begin,
        name="sign_on_proof_begin",
    ),
    path("signing-in/second-factor/", door_views.factor_demand, name="factor_demand"),
    path("signing-in/single-sign-on/", door_views.sign_on_demand, name="sign_on_demand"),
    path("people/<int:pk>/door/", door_views.person_door, name="person_door"),
    path("people/<int:pk>/second-factor/removal/", door_views.factor_removal, name="factor_removal"),
    path("people/sign-on/<int:pk>/removal/", door_views.sign_on_unbinding, name="sign_on_unbinding"),
    path("people/<int:pk>/sessions/ending/", door_views.sessions_ending, name="sessions_ending"),
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new_person"),
    path("invitation/<str:token>/", inviting_views.accepting, name="accepting"),
    path("invitations/<int:pk>/renewal/", inviting_views.renewal, name="invitation_renewal"),
    path("invitations/<int:pk>/revocation/", inviting_views.revocation, name="invitation_revocation"),
    path("invitations/<int:pk>/restoring/", inviting_views.restoring, name="invitation_restoring"),
    path("company/", views.company, name="company"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/role/", views.role, name="role"),
    path("people/<int:pk>/password/", views.password, name="password"),
    path("people/<int:pk>/deactivation/", views.deactivation, name="deactivation"),
    path("people/<int:pk>/activation/", views.activation, name="activation"),
    path("teams/", team_views.teams, name="teams"),
    path("teams/<int:pk>/", team_views.team, name="team"),
    path("teams/<int:pk>/retiring/", team_views.retiring, name="team_retiring"),
    path("teams/<int:pk>/reviving/", team_views.reviving, name="team_reviving"),
    path("working-hours/", calendar_views.calendars, name="calendars"),
    path("working-hours/company/", calendar_views.company_calendar, name="company_calendar"),
    path("working-hours/teams/<int:pk>/", calendar_views.team_calendar, name="team_calendar"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/reauthenticate/code/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/reauthenticate/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("accounts/login/code/", login_not_required(factor.authenticate), name="mfa_authenticate"),
    path("accounts/login/passkey/", login_not_required(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/forgotten/", views.forgotten, name="account_reset_password"),
    path("accounts/password/forgotten/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/new/<str:uidb36>/<str:key>/",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/new/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # allauth leads here those who have no password; an administrator sets one.
    path("accounts/password/set/", RedirectView.as_view(url=reverse_lazy("profile")), name="account_set_password"),
]

"""Addresses of the staff's pages. Of allauth's own pages only those that we have drawn are open."""

from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView
from django.views.i18n import set_language

from samovar.accounts import views

urlpatterns = [
    path("welcome/", views.welcome, name="first_run"),
    path("profile/", views.profile, name="profile"),
    path("people/", views.people, name="people"),
    path("company/", views.company, name="company"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/role/", views.role, name="role"),
    path("people/<int:pk>/password/", views.password, name="password"),
    path("people/<int:pk>/deactivation/", views.deactivation, name="deactivation"),
    path("people/<int:pk>/activation/", views.activation, name="activation"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/forgotten/", views.forgotten, name="account_reset_password"),
    # allauth leads here those who have no password; an administrator sets one.
    path("accounts/password/set/", RedirectView.as_view(url=reverse_lazy("profile")), name="account_set_password"),
]

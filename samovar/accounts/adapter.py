"""How django-allauth is bent to our ways: staff are invited or made by an admin, they never sign up by themselves."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import clear_authentication_records, get_authentication_records
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from samovar.accounts import door_log, mail, single_sign_on, throttling
from samovar.accounts.errors import SignInRefused
from samovar.accounts.models import Company, User
from samovar.lib import sealing

SIGN_ON_METHOD = "single_sign_on"
REFUSED_PAGE = "accounts/single_sign_on_refused.html"


class StaffAdapter(DefaultAccountAdapter):
    """Closes public sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many wrong tries. Wait a little, then try again."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Refuse a try that has to wait, by the address it comes from or by the account that it is for."""
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action="password")
        if not self._login_failed_rl_usage or not throttling.admits(_tries_of(request, credentials), timezone.now()):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: str) -> AbstractBaseUser | None:
        """Return whose password it is; the right one ends the counting."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            throttling.forget(_tries_of(request, credentials))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """Write down whose password it was not."""
        door_log.refused(request, "password", User.objects.with_email(credentials.get("email", "")))

    # Nobody but the members of our staff signs in.
    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:  # type: ignore[override]
        """Turn away who was switched off, and write that down."""
        door_log.refused(request, "password", user, reason="switched-off")
        answer: HttpResponse = super().respond_user_inactive(request, user)
        return answer

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **how: Any) -> HttpResponse | None:
        """Turn away whose role signs in at the company only, unless they come from there."""
        given = get_authentication_records(request, user)
        is_from_there = bool(given) and given[-1]["method"] == SIGN_ON_METHOD
        if isinstance(user, User) and user.is_active and not is_from_there and single_sign_on.is_only_way(user):
            way = door_log.way_of(given[-1]) if given else "password"
            door_log.refused(request, way, user, reason="only-single-sign-on")
            clear_authentication_records(request)
            return render(request, REFUSED_PAGE, {"reason": "only"}, status=403)
        answer: HttpResponse | None = super().pre_login(request, user, **how)
        return answer

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **how: Any) -> HttpResponse:
        """Make the browser known, so that nobody who guesses elsewhere makes its owner wait, and write it down.

        Who came from a provider is bound to who they are there, now that every other proof was given too.
        """
        came_as: dict[str, str] = (how["signal_kwargs"] or {}).get(SIGN_ON_METHOD, {})
        if isinstance(user, User):
            try:
                if came_as:
                    single_sign_on.bind(user, came_as["issuer"], came_as["subject"])
            except SignInRefused as refusal:
                logout(request)
                door_log.refused(request, "single-sign-on", user, reason=refusal.reason)
                words = {"name": came_as["name"], "reason": refusal.reason}
                return render(request, REFUSED_PAGE, words, status=403)
            door_log.signed_in(request, user)
        email: str = user.get_username()
        response: HttpResponse = super().post_login(request, user, **how)
        response.set_cookie(
            throttling.cookie_name(email),
            throttling.cookie(email),
            max_age=throttling.COOKIE_LIFE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Offer beside our own ways the providers that know the person; first where nothing else opens the account."""
        own: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not isinstance(user, User):
            return own
        theirs = [
            {"id": SIGN_ON_METHOD, "description": one.name, "url": reverse("sign_on_proof", args=[one.pk])}
            for one in single_sign_on.providers_of(user)
        ]
        return [*theirs, *own] if theirs and single_sign_on.is_only_way(user) else [*own, *theirs]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account without an admin."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that attempts are counted by."""
        return door_log.address_of(request)

    # Nobody but the members of our staff signs in.
    def set_password(self, user: User, password: str) -> None:  # type: ignore[override]
        """Let the person set their own password, which ends their sessions and stands in the audit log."""
        user.change_password(password, by=user)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the letter, whatever name of ours the request was sent to."""
        uid, _dash, token = key.partition("-")
        return mail.link(reverse("account_reset_password_from_key", args=[uid, token]))

    # The same.
    def send_password_reset_mail(self, user: User, email: str, context: dict[str, object]) -> None:  # type: ignore[override]
        """Write to the address that the person signs in with, in their language; never to the one that was typed."""
        words = {"link": context["password_reset_url"], "company": Company.current_name()}
        with translation.override(user.language or translation.get_language()):
            mail.write(user.email, "accounts/letters/new_password", words)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps what codes are made of sealed, and binds passkeys to the address that people use."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This is not the code of this moment. Wait for the next one and try again."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret with the key that is not in the database."""
        return base64.b64encode(sealing.sealed(text)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what was sealed."""
        return sealing.opened(base64.b64decode(encrypted_text))

    def get_totp_issuer(self) -> str:
        """Name the company in the person's app."""
        return Company.current_name() or "Samovar"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Bind a passkey to the host of ``SAMOVAR_URL``, whatever host a request names."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": self.get_totp_issuer()}


def _tries_of(request: HttpRequest, credentials: Mapping[str, str]) -> str:
    email = credentials.get("email", "")
    return throttling.key_of(email, request.COOKIES.get(throttling.cookie_name(email), ""))

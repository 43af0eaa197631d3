"""Each request in the ways of the person who makes it."""

import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django_htmx.http import HttpResponseClientRedirect

from samovar.accounts import demanding, first_run, sessions_of, time_zones
from samovar.accounts.adapter import StaffAdapter
from samovar.accounts.models import User
from samovar.accounts.models.presence import SEEN_EVERY
from samovar.accounts.sessions_of import Whence

# Our scripts set it on what nobody has asked for, so that an open page is no sign of a person in front of it.
BY_ITSELF = "X-By-Itself"
# A browser that keeps pages to be read without a connection keeps them for this session alone.
KEPT_FOR = "X-Kept-For"
# Sessions that one process remembers to have noted.
MOST_REMEMBERED = 10_000
# What somebody can do who has to set up a second factor; leaving and the language are open to everybody.
SETTING_UP = {"security", "authenticator_app", "new_passkey", "account_logout", "account_reauthenticate"}
SETTING_UP |= {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "sign_on_proof", "sign_on_proof_begin"}
Next = Callable[[HttpRequest], HttpResponse]


class FirstRunMiddleware:
    """While nobody can sign in, every page that asks for it leads to the first-run page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave the request alone; the view decides."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *arguments: Any) -> HttpResponseRedirect | None:
        """Lead to the first-run page; costs one query, and only for strangers."""
        match = request.resolver_match
        needs_somebody = getattr(view, "login_required", True) or (match and match.view_name == settings.LOGIN_URL)
        if request.user.is_anonymous and needs_somebody and first_run.is_needed():
            return redirect("first_run")
        return None


class SecondFactorMiddleware:
    """Who must have a second factor and has none is led to set it up, and gets nothing else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave the request alone; the view decides."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *arguments: Any) -> HttpResponse | None:
        """Lead to the page of one's own way in; htmx takes the whole page there."""
        user, match = request.user, request.resolver_match
        is_open = not getattr(view, "login_required", True) or (match and match.view_name in SETTING_UP)
        if is_open or not isinstance(user, User) or not demanding.lacks_factor(user):
            return None
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(reverse("security"))
        return redirect("security")


class OwnWaysMiddleware:
    """Speaks the person's language, keeps their time zone, notes that they are here, and in which session."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self._noted: dict[str, float] = {}
        self._listed: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language and time zone of the person; those of a stranger come from the browser."""
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if user.language:
            translation.activate(user.language)
        if BY_ITSELF not in request.headers:
            self._note(request, user)
        else:
            self._enlist(request, user)
        zone = user.time_zone or request.COOKIES.get("time_zone", "")
        with timezone.override(ZoneInfo(zone) if zone in time_zones.known() else None):
            answer = self.get_response(request)
        # Whoever sits here next must not find it by walking back.
        answer.headers.setdefault("Cache-Control", "no-store")
        if isinstance(request.user, User):
            answer.headers[KEPT_FOR] = _whose(request)
        return answer

    def _note(self, request: HttpRequest, user: User) -> None:
        key, now, moment = request.session.session_key or "", timezone.now(), time.monotonic()
        is_due = moment - self._noted.get(key, float("-inf")) > SEEN_EVERY.total_seconds()
        if is_due or user.seen_at is None or now - user.seen_at > SEEN_EVERY:
            sessions_of.note(user, key, now, **_whence(request))
            if len(self._noted) >= MOST_REMEMBERED:
                self._noted.clear()
            self._noted[key] = moment

    def _enlist(self, request: HttpRequest, user: User) -> None:
        """List a session of which nothing else is seen: any client can say that nobody sits in front of it."""
        key = request.session.session_key or ""
        if key not in self._listed and key not in self._noted:
            sessions_of.enlist(user, key, timezone.now(), **_whence(request))
            if len(self._listed) >= MOST_REMEMBERED:
                self._listed.clear()
            self._listed.add(key)


def _whence(request: HttpRequest) -> Whence:
    return Whence(address=StaffAdapter().get_client_ip(request), agent=request.headers.get("User-Agent", ""))


def _whose(request: HttpRequest) -> str:
    """Return a word for the session that tells nothing about it."""
    return salted_hmac("samovar.kept", request.session.session_key or "", algorithm="sha256").hexdigest()[:24]

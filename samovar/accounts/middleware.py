"""Each request in the ways of the person who makes it."""

from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone, translation

from samovar.accounts import first_run
from samovar.accounts.models import User
from samovar.accounts.models.user import SEEN_EVERY

# Our scripts set it on what nobody has asked for, so that an open page is no sign of a person in front of it.
BY_ITSELF = "X-By-Itself"
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


class OwnWaysMiddleware:
    """Speaks the person's language, keeps their time zone, notes that they are here."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language and time zone of the person; those of a stranger come from the browser."""
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if user.language:
            translation.activate(user.language)
        now = timezone.now()
        if BY_ITSELF not in request.headers and (user.seen_at is None or now - user.seen_at > SEEN_EVERY):
            user.touch(now)
        zone = user.time_zone or request.COOKIES.get("time_zone", "")
        with timezone.override(ZoneInfo(zone) if zone in _zones() else None):
            answer = self.get_response(request)
        # Whoever sits here next must not find it by walking back.
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


@cache
def _zones() -> set[str]:
    # Reading the list takes 20 ms; what the browser says in its cookie is believed only when it stands there.
    return available_timezones()

"""Requests by members of staff."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from samovar.accounts.adapter import SIGN_ON_METHOD
from samovar.accounts.models import User

Arguments = ParamSpec("Arguments")


class StaffRequest(HttpRequest):
    """A request by somebody who has signed in; the middleware lets no other reach a view."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[StaffRequest, Arguments], HttpResponseBase]


def admins_only(view: View[Arguments]) -> View[Arguments]:
    """Answer 403 to everybody but administrators."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not request.user.is_admin:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def agents_only(view: View[Arguments]) -> View[Arguments]:
    """Answer 403 to those who may only look, or only be asked."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not request.user.can_answer:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def lookers_only(view: View[Arguments]) -> View[Arguments]:
    """Answer 403 to those who may only be asked."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not request.user.can_look:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def lately_proven(view: View[Arguments]) -> View[Arguments]:
    """Ask for the password, a code, a passkey or the provider first, unless that was given in the last five minutes.

    What was sent is kept nowhere, for it may hold secrets: whoever has proven themselves does it once more.
    """

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if _is_proven(request) else _to_be_proven(request)

    return guarded


def page_before(request: HttpRequest) -> str:
    """Return the address, without our name, of the page of ours from which a request comes; "/" when there is none."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return "/"
    path = urlsplit(came_from)._replace(scheme="", netloc="", fragment="").geturl()
    # What follows our name may look like another one.
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else "/"


def _is_proven(request: StaffRequest) -> bool:
    given = [_shown_at(one) for one in get_authentication_records(request, request.user)]
    if given and time.time() - max(given) < app_settings.REAUTHENTICATION_TIMEOUT:
        return True
    # Who has neither a password nor a second factor of ours, and no provider that knows them, can show no more.
    return not get_adapter().get_reauthentication_methods(request.user)


def _shown_at(given: dict[str, Any]) -> float:
    """Return when somebody showed who they are; a provider that knew them lets them in without asking."""
    if given["method"] == SIGN_ON_METHOD and not given.get("reauthenticated"):
        return min(float(given["at"]), float(given.get("shown_at", 0)))
    return float(given["at"])


def _to_be_proven(request: StaffRequest) -> HttpResponse:
    page = request.get_full_path()
    if request.method != "GET":
        messages.info(request, _("Now that it is surely you, do it once more."))
        page = page_before(request)
    ways = get_adapter().get_reauthentication_methods(request.user)
    url = f"{ways[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: page})}"
    return HttpResponseClientRedirect(url) if "HX-Request" in request.headers else HttpResponseRedirect(url)


def leads_only(view: View[Arguments]) -> View[Arguments]:
    """Answer 403 to everybody but leads and administrators."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not request.user.can_lead:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded

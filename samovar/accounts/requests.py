"""Requests by members of staff."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from samovar.accounts.models import User

Arguments = ParamSpec("Arguments")


class StaffRequest(HttpRequest):
    """A request by somebody who has signed in; the middleware lets no other reach a view."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[StaffRequest, Arguments], HttpResponse]


def admins_only(view: View[Arguments]) -> View[Arguments]:
    """Answer 403 to everybody but administrators."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if not request.user.is_admin:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def agents_only(view: View[Arguments]) -> View[Arguments]:
    """Answer 403 to those who may only look, or only be asked."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if not request.user.can_answer:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded

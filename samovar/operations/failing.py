"""What is answered when a page cannot be made: what happened, whether anything is lost, and what to do."""

import sys
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.defaults import bad_request as unknown_request
from django.views.defaults import server_error as unknown_error
from psycopg import errors

SOON_SECONDS = 5
LONGEST_HOST = 100
# Robots try thousands of names; the first few tell the operator what is missing.
MOST_TOLD = 20

log = structlog.get_logger("samovar.web")
_told: set[str] = set()


@dataclass(frozen=True)
class Trouble:
    """A state of the database in which no page can be made, in words."""

    title: Promise
    text: Promise


DISK_FULL = Trouble(
    _("The disk of the server is full"),
    _(
        "Nothing can be stored until the administrator makes room. What was sent before is safe, mail waits on its "
        "server, and what you have just typed stays in your browser."
    ),
)
BUSY = Trouble(
    _("That took too long"),
    _("Somebody else is changing the same thing at this moment. Nothing was changed by you; try again."),
)
SLOW = Trouble(
    _("That took too long"),
    _(
        "The answer needed more time than a page may take, so it was broken off. Nothing was changed. Try again, or "
        "ask for less at once; if it stays so, tell the administrator."
    ),
)
AWAY = Trouble(
    _("The database does not answer"),
    _(
        "Nothing was stored by this attempt, and what was sent before is safe. Usually it is back within a minute; if "
        "it is not, tell the administrator."
    ),
)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a page that failed: 503 with the reason when the database is the reason, 500 otherwise."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return unknown_error(request)
    page = render_to_string("503.html", {"trouble": trouble})
    headers = {"Retry-After": str(SOON_SECONDS)}
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be answered; who came by a host name that we do not know is told how it becomes known."""
    if not isinstance(exception, DisallowedHost):
        return unknown_request(request, exception)
    host = request.META.get("HTTP_HOST", "")[:LONGEST_HOST]
    if host not in _told and len(_told) < MOST_TOLD:
        _told.add(host)
        log.warning("asked for a host that is not in SAMOVAR_URL or SAMOVAR_HOSTS", host=host)
    # The middleware that chooses a language comes later.
    with translation.override(translation.get_language_from_request(request)):
        page = render_to_string("operations/wrong_host.html", {"host": host, "url": settings.PUBLIC_URL})
    return HttpResponse(page, status=HTTPStatus.BAD_REQUEST)


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return what is wrong with the database, None when it is not the reason of ``error``."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    match error.__cause__:
        case errors.DiskFull():
            return DISK_FULL
        case errors.LockNotAvailable():
            return BUSY
        case errors.QueryCanceled():
            return SLOW
    return AWAY

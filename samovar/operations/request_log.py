"""One line in the log for each request, without what people wrote into the address."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from samovar.live.behind_front import REQUEST_ID

log = structlog.get_logger("samovar.web")


class RequestLogMiddleware:
    """Stands first: what is logged while a request is answered carries its number, and so does the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say how it went."""
        request_id = request.META.get(REQUEST_ID, "")
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            # The pattern of the address and not the address: /customers/<int:pk>/ is nobody.
            route = request.resolver_match.route if request.resolver_match else "-"
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
        if request_id:
            response["X-Request-Id"] = request_id
        return response

"""What machines ask: is it there, does it serve, how is it."""

import math
import time
from hmac import compare_digest

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from samovar.lib import secrets
from samovar.live.behind_front import IS_LOCAL
from samovar.operations.measuring import Measured, SharedLook, measure

_shared = SharedLook()


@require_safe
@never_cache
@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Answer; that proves the front and one web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """Tell whether pages can be served, which no mailbox with a wrong password hinders.

    What else does not work is told only to this machine and to holders of the token.
    """
    found = _shared.at(time.monotonic())
    is_ready = not any(measured.problems for measured in found if measured.gauge.is_vital)
    told: dict[str, object] = {"ready": is_ready}
    if _may_know(request):
        told["problems"] = [problem for measured in found for problem in measured.problems]
        told["gauges"] = {measured.gauge.name: _as_dict(measured) for measured in found}
    return JsonResponse(told, status=200 if is_ready else 503, json_dumps_params={"allow_nan": False})


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Show all gauges to a Prometheus on this machine, or one that holds the token."""
    if not _may_know(request):
        return HttpResponse("The token is missing: SAMOVAR_HOME/secrets/metrics\n", "text/plain", 403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Gauges())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Gauges(Collector):
    """All gauges, as Prometheus wants them."""

    def collect(self) -> list[GaugeMetricFamily]:
        """Read them now."""
        return [_as_family(measured) for measured in measure()]


def _may_know(request: HttpRequest) -> bool:
    if request.META.get(IS_LOCAL) is True:
        return True
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return compare_digest(given.encode(), secrets.key("metrics").encode())


def _as_dict(measured: Measured) -> list[dict[str, object]]:
    return [
        {
            "of": reading.of,
            "value": None if math.isnan(reading.value) else round(reading.value, 3),
            "problem": reading.problem,
        }
        for reading in measured.readings
    ]


def _as_family(measured: Measured) -> GaugeMetricFamily:
    gauge = measured.gauge
    family = GaugeMetricFamily(gauge.name, gauge.words, labels=[gauge.kind] if gauge.kind else [])
    for reading in measured.readings:
        family.add_metric([reading.of] if gauge.kind else [], reading.value)
    return family

"""Addresses for machines, at the places where they look."""

from django.urls import path

from samovar.operations import health

urlpatterns = [
    path("healthz", health.alive, name="health"),
    path("readyz", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="health_metrics"),
]

"""The addresses of all pages; each app keeps its own in ``<app>/urls.py``."""

from django.urls import include, path

urlpatterns = [
    path("", include("samovar.accounts.urls")),
    path("", include("samovar.operations.urls")),
]

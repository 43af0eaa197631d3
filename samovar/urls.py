"""The addresses of all pages; each app keeps its own in ``<app>/urls.py``."""

from django.urls import include, path

handler400 = "samovar.operations.failing.bad_request"
handler500 = "samovar.operations.failing.server_error"
urlpatterns = [
    path("", include("samovar.accounts.urls")),
    path("", include("samovar.customers.urls")),
    path("", include("samovar.conversations.urls")),
    path("", include("samovar.desk.urls")),
    path("", include("samovar.channels.urls")),
    path("", include("samovar.operations.urls")),
]

"""Addresses of the mailboxes, and of trying a message once more."""

from django.urls import path

from samovar.channels import views

urlpatterns = [
    path("mailboxes/", views.mailboxes, name="mailboxes"),
    path("mailboxes/new/", views.new_mailbox, name="new_mailbox"),
    path("mailboxes/servers/", views.servers, name="mailbox_servers"),
    path("mailboxes/test/", views.mailbox_test, name="mailbox_test"),
    path("mailboxes/<int:pk>/", views.mailbox, name="mailbox"),
    path("mailboxes/<int:pk>/pausing/", views.pausing, name="mailbox_pausing"),
    path("mailboxes/<int:pk>/resuming/", views.resuming, name="mailbox_resuming"),
    path("mailboxes/<int:pk>/archiving/", views.archiving, name="mailbox_archiving"),
    path("mailboxes/<int:pk>/restoring/", views.restoring, name="mailbox_restoring"),
    path("messages/<int:pk>/deliveries/", views.deliveries, name="deliveries"),
]

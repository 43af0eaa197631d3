"""Addresses of the mailboxes, and of what did not arrive."""

from django.urls import path

from samovar.channels import passing_on_views, previewing, reading_views, rules_views, sign_in_views, undelivered, views

urlpatterns = [
    path("conversations/<int:pk>/preview/", previewing.preview, name="preview"),
    path("mailboxes/", views.mailboxes, name="mailboxes"),
    path("mailboxes/new/", views.new_mailbox, name="new_mailbox"),
    path("mailboxes/servers/", views.servers, name="mailbox_servers"),
    path("mailboxes/test/", views.mailbox_test, name="mailbox_test"),
    path("mailboxes/trials/<int:pk>/", views.mailbox_trial, name="mailbox_trial"),
    path("mailboxes/providers/", sign_in_views.providers, name="sign_in_providers"),
    path("mailboxes/providers/new/", sign_in_views.new_provider, name="new_sign_in_provider"),
    path("mailboxes/providers/<int:pk>/", sign_in_views.provider, name="sign_in_provider"),
    path("mailboxes/signed-in/", sign_in_views.signed_in, name="mailbox_signed_in"),
    path("mailboxes/<int:pk>/signing-in/", sign_in_views.signing_in, name="mailbox_signing_in"),
    path("mailboxes/<int:pk>/", views.mailbox, name="mailbox"),
    path("mailboxes/<int:pk>/rules/", rules_views.rules, name="mailbox_rules"),
    path("mailboxes/<int:pk>/teams/", rules_views.teams, name="mailbox_teams"),
    path("mailboxes/<int:pk>/pausing/", views.pausing, name="mailbox_pausing"),
    path("mailboxes/<int:pk>/resuming/", views.resuming, name="mailbox_resuming"),
    path("mailboxes/<int:pk>/archiving/", views.archiving, name="mailbox_archiving"),
    path("mailboxes/<int:pk>/restoring/", views.restoring, name="mailbox_restoring"),
    path("passing-on/", passing_on_views.passing_on, name="passing_on"),
    path("messages/<int:pk>/raw/", views.raw_mail, name="raw_mail"),
    path("messages/<int:pk>/rereading/", views.rereading, name="rereading"),
    path("mailboxes/alarms/", reading_views.alarms, name="mailbox_alarms"),
    path("mailboxes/<int:pk>/history/stopping/", reading_views.history_stopping, name="mailbox_history_stopping"),
    path("mailboxes/<int:pk>/history/resuming/", reading_views.history_resuming, name="mailbox_history_resuming"),
    path("mailboxes/<int:pk>/heartbeat/", reading_views.heartbeat, name="mailbox_heartbeat"),
    path("mailboxes/<int:pk>/copying/", reading_views.copying, name="mailbox_copying"),
    path("messages/<int:pk>/deliveries/", undelivered.deliveries, name="deliveries"),
    path("messages/<int:pk>/deliveries/<int:delivery_pk>/address/", undelivered.address, name="delivery_address"),
    path("messages/<int:pk>/closing/", undelivered.closing, name="closing"),
]

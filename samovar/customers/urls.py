"""Addresses of the customers' pages; the page of one customer is drawn by the desk."""

from django.urls import path

from samovar.customers import archive_views, consent_views, erasure_views, merging_views, organisation_views, views

urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/new/", views.new_customer, name="new_customer"),
    path("customers/<int:pk>/details/", views.details, name="customer_details"),
    path("customers/<int:pk>/addresses/", views.addresses, name="addresses"),
    path("customers/<int:pk>/merging/", merging_views.candidates, name="merging"),
    path("customers/<int:pk>/merging/<int:other_pk>/", merging_views.preview, name="merging_preview"),
    path("customers/<int:pk>/archives/", archive_views.archives, name="archives"),
    path("customers/archives/<int:pk>/", archive_views.archive, name="archive"),
    path("customers/<int:pk>/erasure/", erasure_views.erasure, name="erasure"),
    path("customers/erasures/", erasure_views.erasures, name="erasures"),
    path("customers/<int:pk>/memberships/", organisation_views.memberships, name="memberships"),
    path("customers/memberships/<int:pk>/", organisation_views.membership, name="membership"),
    path("customers/memberships/<int:pk>/removal/", organisation_views.membership_removal, name="membership_removal"),
    path(
        "customers/memberships/<int:pk>/restoring/",
        organisation_views.membership_restoring,
        name="membership_restoring",
    ),
    path("customers/consents/", consent_views.all_consents, name="all_consents"),
    path("customers/organisations/", organisation_views.organisations, name="organisations"),
    path("customers/organisations/new/", organisation_views.new_organisation, name="new_organisation"),
    path(
        "customers/organisations/<int:pk>/details/",
        organisation_views.organisation_details,
        name="organisation_details",
    ),
    path(
        "customers/organisations/<int:pk>/people/", organisation_views.organisation_people, name="organisation_people"
    ),
    path("customers/merges/<int:pk>/undoing/", merging_views.undoing, name="merge_undoing"),
    path("customers/addresses/<int:pk>/verification/", views.verification, name="address_verification"),
    path("customers/addresses/<int:pk>/doubt/", views.doubt, name="address_doubt"),
    path("customers/addresses/<int:pk>/restoring/", views.restoring, name="address_restoring"),
]

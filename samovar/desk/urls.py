"""Addresses of the desk's pages."""

from django.urls import path

from samovar.desk import (
    asking_views,
    audit_views,
    brand_views,
    consent_views,
    for_me_views,
    keys_views,
    organisation_views,
    removing_views,
    starting_views,
    views,
)

urlpatterns = [
    path("for-me/", for_me_views.for_me, name="for_me"),
    path("for-me/count/", for_me_views.count, name="for_me_count"),
    path("for-me/seen/", for_me_views.seen, name="for_me_seen"),
    path("", views.inbox, name="inbox"),
    path("first-steps/", views.first_steps, name="first_steps"),
    path("conversations/new/", starting_views.start, name="start"),
    path("conversations/new/draft/", starting_views.beginning_draft, name="beginning_draft"),
    path("conversations/new/voice/", starting_views.start_voice, name="start_voice"),
    path("conversations/new/call/", starting_views.log, name="log"),
    path("conversations/<int:pk>/asking/", asking_views.ask, name="asking"),
    path("conversations/<int:pk>/asking/draft/", asking_views.asking_draft, name="asking_draft"),
    path("conversations/<int:pk>/", views.conversation, name="conversation"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("customers/<int:pk>/history/", views.customer_history, name="history"),
    path("customers/addresses/<int:pk>/removal/", removing_views.address_removal, name="address_removal"),
    path("customers/organisations/<int:pk>/", organisation_views.organisation, name="organisation"),
    path("customers/<int:pk>/consents/", consent_views.consents, name="consents"),
    path("audit/", audit_views.audit, name="audit"),
    path("brands/", brand_views.brands, name="brands"),
    path("brands/new/", brand_views.new_brand, name="new_brand"),
    path("brands/letter/", brand_views.brand_letter, name="brand_letter"),
    path("brands/<int:pk>/", brand_views.brand, name="brand"),
    path("brands/<int:pk>/logo/", brand_views.brand_logo, name="brand_logo"),
    path("brands/<int:pk>/retiring/", brand_views.brand_retiring, name="brand_retiring"),
    path("brands/<int:pk>/reviving/", brand_views.brand_reviving, name="brand_reviving"),
    path("keys/", keys_views.keys, name="keys"),
    path("search/", views.search, name="search"),
]

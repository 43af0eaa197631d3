"""Addresses of the desk's pages."""

from django.urls import path

from samovar.desk import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("conversations/<int:pk>/", views.conversation, name="conversation"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("customers/<int:pk>/history/", views.customer_history, name="history"),
    path("search/", views.search, name="search"),
]

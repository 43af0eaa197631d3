"""Addresses of the customers' pages; the page of one customer is drawn by the desk."""

from django.urls import path

from samovar.customers import views

urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/<int:pk>/name/", views.name, name="customer_name"),
]

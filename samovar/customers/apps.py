from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "samovar.customers"
    label = "customers"

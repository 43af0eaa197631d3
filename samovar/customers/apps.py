from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CustomersConfig(AppConfig):
    name = "samovar.customers"
    label = "customers"

    def ready(self) -> None:
        """Let every app say what is personal in its tables."""
        autodiscover_modules("personal")

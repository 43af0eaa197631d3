from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "samovar.events"
    label = "events"

    def ready(self) -> None:
        """Make the kinds of all apps known, so that every line of a history can be worded."""
        autodiscover_modules("events")

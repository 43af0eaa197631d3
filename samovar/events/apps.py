from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "samovar.events"
    label = "events"

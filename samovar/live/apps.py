from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "samovar.live"
    label = "live"

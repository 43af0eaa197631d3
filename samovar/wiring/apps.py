from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "samovar.wiring"
    label = "wiring"

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "samovar.ui"
    label = "ui"

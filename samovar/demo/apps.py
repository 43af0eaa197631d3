from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "samovar.demo"
    label = "demo"

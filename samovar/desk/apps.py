from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "samovar.desk"
    label = "desk"

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "samovar.operations"
    label = "operations"
